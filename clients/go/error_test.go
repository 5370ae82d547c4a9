package memsvc_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	spb "google.golang.org/genproto/googleapis/rpc/status"

	memsvc "memsvc.dev/go"
)

// recallError returns what Recall fails with when the server answers so.
func recallError(t *testing.T, answer func(*call) error, code codes.Code) *memsvc.Error {
	t.Helper()
	_, err := connect(t, serve(t, answer)).Recall(t.Context(), nil)
	return failed(t, err, code)
}

func errorInfo(domain, reason string) *errdetails.ErrorInfo {
	return &errdetails.ErrorInfo{Domain: domain, Reason: reason, Metadata: map[string]string{"error_id": "e1", "field": "query"}}
}

// All that the server says about an error stands in it.
func TestErrorDetails(t *testing.T) {
	err := recallError(t, func(c *call) error {
		c.SetTrailer(metadata.Pairs("x-request-id", "of the trailer"))
		return failure(codes.ResourceExhausted, "busy",
			errorInfo("memsvc.dev", "OVERLOADED"),
			&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
				{Field: "query", Description: "is long"}, {Field: "limit", Description: "is high"},
			}},
			&errdetails.RetryInfo{RetryDelay: durationpb.New(1500 * time.Millisecond)},
			&errdetails.RequestInfo{RequestId: "r1"})
	}, codes.ResourceExhausted)
	after := 1500 * time.Millisecond
	want := &memsvc.Error{
		Code: codes.ResourceExhausted, Reason: "OVERLOADED", Message: "busy",
		Metadata:        map[string]string{"error_id": "e1", "field": "query"},
		FieldViolations: []memsvc.FieldViolation{{"query", "is long"}, {"limit", "is high"}},
		RetryAfter:      &after, ErrorID: "e1", RequestID: "r1",
	}
	for index := range reflect.TypeFor[memsvc.Error]().NumField() {
		field := reflect.TypeFor[memsvc.Error]().Field(index)
		got, wanted := reflect.ValueOf(err).Elem().Field(index), reflect.ValueOf(want).Elem().Field(index)
		if field.IsExported() && !reflect.DeepEqual(got.Interface(), wanted.Interface()) {
			t.Errorf("%s is %v, want %v", field.Name, got, wanted)
		}
	}
	if text := err.Error(); text != "memsvc: RESOURCE_EXHAUSTED OVERLOADED: busy (error_id e1)" {
		t.Errorf("text %q", text)
	}
}

// An error, wrapped or not, is told by reason and by code in one line, and unwraps to that of gRPC.
func TestDecidingByAnError(t *testing.T) {
	err := error(recallError(t, func(*call) error {
		return failure(codes.NotFound, "gone", errorInfo("memsvc.dev", "MEMORY_NOT_FOUND"))
	}, codes.NotFound))
	err = fmt.Errorf("wrapped: %w", err)
	if !memsvc.HasReason(err, memsvc.ErrorReason_ERROR_REASON_MEMORY_NOT_FOUND) {
		t.Error("not told by its reason")
	}
	if memsvc.HasReason(err, memsvc.ErrorReason_ERROR_REASON_NUL_BYTE) || memsvc.HasReason(nil, 0) {
		t.Error("told by a wrong reason")
	}
	if status.Code(err) != codes.NotFound || len(status.Convert(err).Details()) != 1 {
		t.Errorf("package status understands %v", status.Convert(err))
	}
	if cause := errors.Unwrap(errors.Unwrap(err)); cause == nil || status.Code(cause) != codes.NotFound {
		t.Errorf("the cause is %v", cause)
	}
}

// A reason that is newer than the client is there as text, and unspecified in the enum.
func TestUnknownReason(t *testing.T) {
	err := recallError(t, func(*call) error {
		return failure(codes.Internal, "new", errorInfo("memsvc.dev", "OUT_OF_LUCK"))
	}, codes.Internal)
	if err.Reason != "OUT_OF_LUCK" || err.ErrorReason() != memsvc.ErrorReason_ERROR_REASON_UNSPECIFIED {
		t.Errorf("reason %q, %s", err.Reason, err.ErrorReason())
	}
}

// What a proxy in between says about an error is not taken for the server's reason.
func TestForeignDomainIsIgnored(t *testing.T) {
	err := recallError(t, func(c *call) error {
		c.SetTrailer(metadata.Pairs("x-request-id", "r2"))
		return failure(codes.PermissionDenied, "no", errorInfo("proxy.example.com", "MEMORY_NOT_FOUND"))
	}, codes.PermissionDenied)
	if err.Reason != "" || err.Metadata != nil || err.ErrorID != "" || err.RequestID != "r2" {
		t.Errorf("got %+v", err)
	}
}

// Details that cannot be read count as absent; the others are there.
func TestUnreadableDetails(t *testing.T) {
	t.Run("one of them", func(t *testing.T) {
		info, err := anypb.New(errorInfo("memsvc.dev", "INTERNAL"))
		if err != nil {
			t.Fatal(err)
		}
		e := recallError(t, func(*call) error {
			return status.FromProto(&spb.Status{Code: int32(codes.Internal), Message: "oh", Details: []*anypb.Any{
				{TypeUrl: "type.googleapis.com/google.rpc.BadRequest", Value: []byte{0xff}},
				{TypeUrl: "type.googleapis.com/unheard.Of", Value: []byte("x")},
				info,
			}}).Err()
		}, codes.Internal)
		if e.Reason != "INTERNAL" || e.FieldViolations != nil {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("all", func(t *testing.T) {
		e := recallError(t, func(c *call) error {
			c.SetTrailer(metadata.Pairs("grpc-status-details-bin", "\xff\xff", "x-request-id", "r3"))
			return status.Error(codes.Aborted, "oh")
		}, codes.Aborted)
		if e.Reason != "" || e.Message != "oh" || e.RequestID != "r3" {
			t.Errorf("got %+v", e)
		}
	})
}

// A method that the server does not know is told from one that it does not do yet.
func TestUnimplemented(t *testing.T) {
	unknown := recallError(t, func(*call) error {
		return status.Error(codes.Unimplemented, "unknown method")
	}, codes.Unimplemented)
	if want := "the server does not know the method Recall; upgrade the server (unknown method)"; unknown.Message != want {
		t.Errorf("message %q", unknown.Message)
	}
	later := recallError(t, func(*call) error {
		return failure(codes.Unimplemented, "not yet", errorInfo("memsvc.dev", "NOT_IMPLEMENTED"))
	}, codes.Unimplemented)
	if later.Message != "not yet" {
		t.Errorf("message %q", later.Message)
	}
}

// An answer above the limit fails with RESOURCE_EXHAUSTED; one up to it is taken. The limit is 4 MiB.
func TestLargestAnswer(t *testing.T) {
	server := serve(t, func(c *call) error {
		asked := int(request(t, c, &memsvc.RecallRequest{}).GetLimit())
		block := &memsvc.RecallResponse{ContextBlock: strings.Repeat("x", asked)}
		block.ContextBlock = block.ContextBlock[:2*asked-proto.Size(block)]
		return c.reply(block)
	})
	for _, attempt := range []struct {
		client *memsvc.Client
		limit  int
	}{
		{connect(t, server), memsvc.DefaultMaxMessageBytes},
		{connect(t, server, memsvc.WithMaxMessageBytes(5<<20)), 5 << 20},
	} {
		_, err := attempt.client.Recall(t.Context(), &memsvc.RecallRequest{Limit: int32(attempt.limit)})
		if err != nil {
			t.Error(err)
		}
		_, err = attempt.client.Recall(t.Context(), &memsvc.RecallRequest{Limit: int32(attempt.limit + 1)})
		failed(t, err, codes.ResourceExhausted)
	}
}
