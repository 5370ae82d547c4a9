package memsvc_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	memsvc "memsvc.dev/go"
)

// Calls of the generated stubs have the client's credential, headers and deadline; those of the call go
// before them.
func TestServicesHaveTheTermsOfTheClient(t *testing.T) {
	server := serve(t, answered)
	client := connect(t, server,
		memsvc.WithAPIKey("k"), memsvc.WithHeader("x-place", "client"), memsvc.WithTimeout(5*time.Second))
	keys := client.Services().APIKeys()
	if _, err := keys.ListApiKeys(t.Context(), &memsvc.ListApiKeysRequest{}); err != nil {
		t.Fatal(err)
	}
	ctx := metadata.AppendToOutgoingContext(within(t, 2*time.Second), "x-place", "call")
	if _, err := client.Services().Auth().GetMe(ctx, &memsvc.GetMeRequest{}); err != nil {
		t.Fatal(err)
	}
	for index, want := range []struct {
		place   string
		timeout time.Duration
	}{{"client", 5 * time.Second}, {"call", 2 * time.Second}} {
		c := server.seen()[index]
		if !slices.Equal(c.headers.Get("authorization"), []string{"Bearer k"}) ||
			!slices.Equal(c.headers.Get("x-place"), []string{want.place}) {
			t.Errorf("headers of %s: %v", c.method, c.headers)
		}
		if c.timeout > want.timeout+time.Second || c.timeout < want.timeout-2*time.Second {
			t.Errorf("%s had %s", c.method, c.timeout)
		}
	}
}

// What may be repeated is, with the same request_id; what gives out a secret is tried once.
func TestServicesRetryWhatMayBeRepeated(t *testing.T) {
	server := serve(t, func(*call) error { return status.Error(codes.Unavailable, "not now") })
	services := connect(t, server).Services()
	approval := &memsvc.ApproveMemoriesRequest{MemoryIds: []string{"m1"}}
	_, err := services.Trust().ApproveMemories(t.Context(), approval)
	failed(t, err, codes.Unavailable)
	_, err = services.APIKeys().CreateApiKey(t.Context(), &memsvc.CreateApiKeyRequest{Name: "checkout"})
	failed(t, err, codes.Unavailable)
	calls := server.seen()
	if len(calls) != 5 || calls[4].method != "CreateApiKey" {
		t.Fatalf("%d calls", len(calls))
	}
	for _, c := range calls[:4] {
		sent := &memsvc.ApproveMemoriesRequest{}
		if uuid.Validate(request(t, c, sent).GetRequestId()) != nil || !slices.Equal(c.body, calls[0].body) {
			t.Errorf("sent %v", sent)
		}
	}
	if approval.GetRequestId() != "" {
		t.Error("the caller's message was changed")
	}
}

// Errors of the generated stubs are the client's, with facts and delay.
func TestServicesFailLikeTheClient(t *testing.T) {
	server := serve(t, func(c *call) error {
		if c.method == "ListAuditEntries" {
			return failure(codes.PermissionDenied, "no", errorInfo("memsvc.dev", "SCOPE_MISSING"))
		}
		return failure(codes.ResourceExhausted, "slowly", errorInfo("memsvc.dev", "RATE_LIMITED"),
			&errdetails.RetryInfo{RetryDelay: durationpb.New(2 * time.Second)})
	})
	services := connect(t, server).Services()
	_, err := services.Admin().ListAuditEntries(t.Context(), &memsvc.ListAuditEntriesRequest{})
	failed(t, err, codes.PermissionDenied)
	if !memsvc.HasReason(err, memsvc.ErrorReason_ERROR_REASON_SCOPE_MISSING) {
		t.Errorf("got %v", err)
	}
	_, err = services.Retention().ListHolds(t.Context(), &memsvc.ListHoldsRequest{})
	limited := failed(t, err, codes.ResourceExhausted)
	if limited.RetryAfter == nil || *limited.RetryAfter != 2*time.Second {
		t.Errorf("got %v", limited.RetryAfter)
	}
}
