package memsvc_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	memsvc "memsvc.dev/go"
)

// answered replies to every call with an empty message.
func answered(c *call) error { return c.reply(&memsvc.RecallResponse{}) }

// A write without a request_id is sent with a random UUID, a new one each time, and the caller's message
// stays as it is.
func TestRequestIDIsFilledInACopy(t *testing.T) {
	server := serve(t, answered)
	client := connect(t, server)
	given := &memsvc.IngestRequest{UserId: "ana", Messages: []*memsvc.Message{{Content: "Tea."}}}
	before := proto.Clone(given)
	for range 2 {
		if _, err := client.Ingest(t.Context(), given); err != nil {
			t.Fatal(err)
		}
	}
	if !proto.Equal(given, before) {
		t.Errorf("the caller's message is now %v", given)
	}
	calls := server.seen()
	first := request(t, calls[0], &memsvc.IngestRequest{})
	second := request(t, calls[1], &memsvc.IngestRequest{})
	if uuid.Validate(first.GetRequestId()) != nil || first.GetRequestId() == second.GetRequestId() {
		t.Errorf("request ids %q and %q", first.GetRequestId(), second.GetRequestId())
	}
	if first.RequestId = ""; !proto.Equal(first, before) {
		t.Errorf("sent %v", first)
	}
}

// A request_id that the caller chose is sent; a nil request is an empty one.
func TestRequestIDOfTheCallerIsKept(t *testing.T) {
	server := serve(t, answered)
	client := connect(t, server)
	if _, err := client.DeleteMemory(t.Context(), &memsvc.DeleteMemoryRequest{RequestId: "mine"}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteMemory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	calls := server.seen()
	if id := request(t, calls[0], &memsvc.DeleteMemoryRequest{}).GetRequestId(); id != "mine" {
		t.Errorf("sent %q", id)
	}
	if id := request(t, calls[1], &memsvc.DeleteMemoryRequest{}).GetRequestId(); uuid.Validate(id) != nil {
		t.Errorf("sent %q", id)
	}
}

// A call whose context has no deadline gets the client's: 10 s, a stream 300 s, or what was chosen. A
// deadline of the context, earlier or later, goes before it.
func TestEveryCallHasADeadline(t *testing.T) {
	server := serve(t, answered)
	usual := connect(t, server)
	chosen := connect(t, server, memsvc.WithTimeout(30*time.Second), memsvc.WithStreamTimeout(time.Hour))
	for _, attempt := range []struct {
		client *memsvc.Client
		ctx    context.Context
		unary  time.Duration
		stream time.Duration
	}{
		{usual, t.Context(), memsvc.DefaultTimeout, memsvc.DefaultStreamTimeout},
		{chosen, t.Context(), 30 * time.Second, time.Hour},
		{usual, within(t, 7*time.Minute), 7 * time.Minute, 7 * time.Minute},
		{usual, within(t, 9*time.Second), 9 * time.Second, 9 * time.Second},
	} {
		from := len(server.seen())
		if _, err := attempt.client.Recall(attempt.ctx, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := attempt.client.IngestStream(attempt.ctx, batches(1)); err != nil {
			t.Fatal(err)
		}
		for _, err := range attempt.client.WatchJob(attempt.ctx, nil) {
			if err != nil {
				t.Fatal(err)
			}
		}
		calls := server.seen()[from:]
		for index, want := range []time.Duration{attempt.unary, attempt.stream, attempt.stream} {
			if got := calls[index].timeout; got > want || got < want*3/4 {
				t.Errorf("%s had %s left, want nearly %s", calls[index].method, got, want)
			}
		}
	}
}

// A call that is not answered in time fails with DEADLINE_EXCEEDED, and is an error of package context
// too.
func TestDeadlineExceeded(t *testing.T) {
	server := serve(t, func(c *call) error {
		<-c.Context().Done()
		return c.Context().Err()
	})
	client := connect(t, server, memsvc.WithTimeout(200*time.Millisecond))
	_, err := client.Recall(t.Context(), nil)
	if e := failed(t, err, codes.DeadlineExceeded); !e.Is(context.DeadlineExceeded) || e.Is(context.Canceled) {
		t.Errorf("%v is not context.DeadlineExceeded", err)
	}
}

// Headers of the client go with every call, the key as a bearer token; outgoing metadata of the context
// goes before them, and other keys stay.
func TestHeaders(t *testing.T) {
	server := serve(t, answered)
	client := connect(t, server, memsvc.WithAPIKey("secret"),
		memsvc.WithHeader("X-Team", "search"), memsvc.WithHeader("x-place", "here", "there"))
	ctx := metadata.AppendToOutgoingContext(t.Context(), "X-Team", "mine", "traceparent", "00-1-2-01")
	if _, err := client.Recall(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Recall(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := client.IngestStream(ctx, batches(0)); err != nil {
		t.Fatal(err)
	}
	for turn, want := range []map[string]string{
		{"authorization": "Bearer secret", "x-team": "search", "x-place": "here,there", "traceparent": ""},
		{"authorization": "Bearer secret", "x-team": "mine", "x-place": "here,there", "traceparent": "00-1-2-01"},
		{"authorization": "Bearer secret", "x-team": "mine", "x-place": "here,there", "traceparent": "00-1-2-01"},
	} {
		for key, value := range want {
			if got := strings.Join(server.seen()[turn].headers.Get(key), ","); got != value {
				t.Errorf("call %d: %s is %q, want %q", turn, key, got, value)
			}
		}
	}
}

// Interceptors of the caller see each call as it is sent: with its headers, its deadline and its
// request_id.
func TestInterceptors(t *testing.T) {
	server := serve(t, answered)
	var sent []string
	client := connect(t, server, memsvc.WithAPIKey("secret"), memsvc.WithDialOptions(
		grpc.WithUnaryInterceptor(func(
			ctx context.Context, method string, request, reply any, connection *grpc.ClientConn,
			invoke grpc.UnaryInvoker, options ...grpc.CallOption,
		) error {
			headers, _ := metadata.FromOutgoingContext(ctx)
			_, bounded := ctx.Deadline()
			if bounded && request.(*memsvc.IngestRequest).GetRequestId() != "" {
				sent = append(sent, method, headers.Get("authorization")[0])
			}
			return invoke(ctx, method, request, reply, connection, options...)
		})))
	if _, err := client.Ingest(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(sent, " "); got != "/memsvc.v1.MemoryService/Ingest Bearer secret" {
		t.Errorf("the interceptor saw %q", got)
	}
}
