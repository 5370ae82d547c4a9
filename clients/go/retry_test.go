package memsvc_test

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	memsvc "memsvc.dev/go"
)

// unavailableTimes fails the first calls with UNAVAILABLE and answers the ones after.
func unavailableTimes(count int) func(*call) error {
	return func(c *call) error {
		if c.turn < count {
			return status.Error(codes.Unavailable, "not now")
		}
		return c.reply(&memsvc.IngestResponse{ConversationId: "c"})
	}
}

// A call that ends with UNAVAILABLE is sent again, up to three times; every attempt carries the same
// bytes and so the same request_id, and says how many went before it.
func TestUnavailableIsRetriedWithTheSameBytes(t *testing.T) {
	server := serve(t, unavailableTimes(3))
	client := connect(t, server)
	response, err := client.Ingest(t.Context(), &memsvc.IngestRequest{UserId: "ana"})
	if err != nil || response.GetConversationId() != "c" {
		t.Fatalf("got %v, %v", response, err)
	}
	calls := server.seen()
	if len(calls) != 4 {
		t.Fatalf("%d attempts, want 4", len(calls))
	}
	for turn, c := range calls {
		if !bytes.Equal(c.body, calls[0].body) {
			t.Errorf("attempt %d has other bytes", turn)
		}
		if request(t, c, &memsvc.IngestRequest{}).GetRequestId() == "" {
			t.Errorf("attempt %d has no request_id", turn)
		}
		want := []string{strconv.Itoa(turn)}
		if turn == 0 {
			want = nil
		}
		if got := c.headers.Get("grpc-previous-rpc-attempts"); strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("attempt %d says %v went before, want %v", turn, got, want)
		}
	}
}

// After four attempts the call fails with the server's own text.
func TestRetriesEnd(t *testing.T) {
	server := serve(t, unavailableTimes(100))
	_, err := connect(t, server).GetServerInfo(t.Context(), nil)
	if e := failed(t, err, codes.Unavailable); e.Message != "not now" {
		t.Errorf("message %q", e.Message)
	}
	if calls := server.seen(); len(calls) != 4 {
		t.Errorf("%d attempts, want 4", len(calls))
	}
}

// A request of several megabytes is retried as a small one is.
func TestLargeRequestIsRetried(t *testing.T) {
	server := serve(t, unavailableTimes(1))
	large := &memsvc.Message{Content: strings.Repeat("x", 3<<20)}
	_, err := connect(t, server).Ingest(t.Context(), &memsvc.IngestRequest{Messages: []*memsvc.Message{large}})
	if err != nil || len(server.seen()) != 2 {
		t.Errorf("%d attempts, %v", len(server.seen()), err)
	}
}

// Every code but UNAVAILABLE ends the call at once.
func TestOtherCodesAreNotRetried(t *testing.T) {
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		if code == codes.Unavailable {
			continue
		}
		server := serve(t, func(*call) error { return status.Error(code, "no") })
		_, err := connect(t, server).Recall(t.Context(), &memsvc.RecallRequest{})
		failed(t, err, code)
		if calls := server.seen(); len(calls) != 1 {
			t.Errorf("%s: %d attempts, want 1", code, len(calls))
		}
	}
}

// The server may say when the next attempt has to come (pushback), or that none is wanted.
func TestPushbackIsHonoured(t *testing.T) {
	t.Run("later", func(t *testing.T) {
		var failedAt, retriedAt time.Time
		server := serve(t, func(c *call) error {
			if c.turn == 0 {
				c.SetTrailer(metadata.Pairs("grpc-retry-pushback-ms", "400"))
				failedAt = time.Now()
				return status.Error(codes.Unavailable, "not now")
			}
			retriedAt = time.Now()
			return c.reply(&memsvc.RecallResponse{})
		})
		if _, err := connect(t, server).Recall(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		// The policy's own first wait is at most 120 ms.
		if waited := retriedAt.Sub(failedAt); waited < 400*time.Millisecond {
			t.Errorf("waited %s, want 400 ms", waited)
		}
	})
	for _, pushback := range []string{"-1", "soon"} {
		t.Run(pushback, func(t *testing.T) {
			server := serve(t, func(c *call) error {
				c.SetTrailer(metadata.Pairs("grpc-retry-pushback-ms", pushback))
				return status.Error(codes.Unavailable, "not now")
			})
			_, err := connect(t, server).Recall(t.Context(), nil)
			failed(t, err, codes.Unavailable)
			if calls := server.seen(); len(calls) != 1 {
				t.Errorf("%d attempts, want 1", len(calls))
			}
		})
	}
}

// A retry does not get new time: what is left of the deadline is passed on, and when it is over the call
// ends.
func TestRetriesKeepTheDeadline(t *testing.T) {
	server := serve(t, func(c *call) error {
		if c.turn == 1 {
			c.SetTrailer(metadata.Pairs("grpc-retry-pushback-ms", "3600000"))
		}
		return status.Error(codes.Unavailable, "not now")
	})
	started := time.Now()
	_, err := connect(t, server).Recall(within(t, 2*time.Second), nil)
	failed(t, err, codes.DeadlineExceeded)
	if took := time.Since(started); took < 2*time.Second || took > patience {
		t.Errorf("took %s, want about 2 s", took)
	}
	calls := server.seen()
	if len(calls) != 2 {
		t.Fatalf("%d attempts, want 2", len(calls))
	}
	if calls[1].timeout >= calls[0].timeout {
		t.Errorf("%s were left, and then %s", calls[0].timeout, calls[1].timeout)
	}
}

// A cancelled call is not sent again.
func TestCancelEndsRetries(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := serve(t, func(c *call) error {
		c.SetTrailer(metadata.Pairs("grpc-retry-pushback-ms", "3600000"))
		defer cancel()
		return status.Error(codes.Unavailable, "not now")
	})
	_, err := connect(t, server).Recall(ctx, nil)
	failed(t, err, codes.Canceled)
	if calls := server.seen(); len(calls) != 1 {
		t.Errorf("%d attempts, want 1", len(calls))
	}
}

// When too many calls fail, retries stop: after 50 tokens are lost each call is sent once.
func TestRetriesAreThrottled(t *testing.T) {
	server := serve(t, func(c *call) error {
		c.SetTrailer(metadata.Pairs("grpc-retry-pushback-ms", "0"))
		return status.Error(codes.Unavailable, "not now")
	})
	client := connect(t, server)
	for range 20 {
		_, err := client.Recall(t.Context(), nil)
		failed(t, err, codes.Unavailable)
	}
	before := len(server.seen())
	_, err := client.Recall(t.Context(), nil)
	failed(t, err, codes.Unavailable)
	if sent := len(server.seen()) - before; sent != 1 {
		t.Errorf("%d attempts, want 1", sent)
	}
}

// Streams are never retried.
func TestStreamsAreNotRetried(t *testing.T) {
	server := serve(t, unavailableTimes(100))
	client := connect(t, server)
	_, err := client.IngestStream(t.Context(), batches(1))
	failed(t, err, codes.Unavailable)
	for _, err := range client.Chat(t.Context(), &memsvc.ChatRequest{}) {
		failed(t, err, codes.Unavailable)
	}
	for _, err := range client.WatchJob(t.Context(), &memsvc.WatchJobRequest{}) {
		failed(t, err, codes.Unavailable)
	}
	if calls := server.seen(); len(calls) != 3 {
		t.Errorf("%d attempts, want one for each stream", len(calls))
	}
}
