package memsvc_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	memsvc "memsvc.dev/go"
)

// batches returns a source of count small requests.
func batches(count int) iter.Seq2[*memsvc.IngestStreamRequest, error] {
	request := &memsvc.IngestStreamRequest{UserId: "ana", Messages: []*memsvc.Message{{Content: "Tea."}}}
	return memsvc.Infallible(slices.Values(slices.Repeat([]*memsvc.IngestStreamRequest{request}, count)))
}

// untilEnded waits at the server until the client has given the call up, and tells.
func untilEnded(c *call, ended chan<- struct{}) error {
	<-c.Context().Done()
	close(ended)
	return c.Context().Err()
}

func delta(text string) *memsvc.ChatEvent {
	return &memsvc.ChatEvent{Event: &memsvc.ChatEvent_Delta{Delta: &memsvc.ChatDelta{Text: text}}}
}

// A chat yields the events as they come and ends with the answer; its request has a request_id.
func TestChat(t *testing.T) {
	server := serve(t, func(c *call) error {
		return errors.Join(c.reply(delta("In ")), c.reply(delta("Austin.")))
	})
	answer := connect(t, server).Chat(t.Context(), &memsvc.ChatRequest{UserId: "ana"})
	if len(server.seen()) != 0 {
		t.Error("something was sent before the iteration")
	}
	var text strings.Builder
	for event, err := range answer {
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(event.GetDelta().GetText())
	}
	if text.String() != "In Austin." {
		t.Errorf("got %q", text.String())
	}
	if sent := request(t, server.seen()[0], &memsvc.ChatRequest{}); sent.GetRequestId() == "" {
		t.Errorf("sent %v", sent)
	}
}

// Leaving the loop of a chat cancels it at the server.
func TestLeavingAChatCancelsIt(t *testing.T) {
	ended := make(chan struct{})
	server := serve(t, func(c *call) error {
		if err := c.reply(delta("In ")); err != nil {
			return err
		}
		return untilEnded(c, ended)
	})
	for _, err := range connect(t, server).Chat(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	receive(t, ended, "the server's context to end")
}

// A chat that fails yields its events and then the error.
func TestChatFails(t *testing.T) {
	server := serve(t, func(c *call) error {
		return errors.Join(c.reply(delta("In ")),
			failure(codes.Unimplemented, "not yet", errorInfo("memsvc.dev", "NOT_IMPLEMENTED")))
	})
	events := 0
	var last error
	for event, err := range connect(t, server).Chat(t.Context(), nil) {
		if last = err; event != nil {
			events++
		}
	}
	if events != 1 || !memsvc.HasReason(last, memsvc.ErrorReason_ERROR_REASON_NOT_IMPLEMENTED) {
		t.Errorf("%d events, %v", events, last)
	}
}

// drain reads what the client uploads after the first message, and returns how many requests there were
// in all; -1 if the upload broke off.
func drain(c *call) int64 {
	count := int64(1)
	for {
		var body []byte
		if err := c.RecvMsg(&body); errors.Is(err, io.EOF) {
			return count
		} else if err != nil {
			return -1
		}
		count++
	}
}

// An upload sends all requests in order and returns the response.
func TestUpload(t *testing.T) {
	server := serve(t, func(c *call) error {
		return c.reply(&memsvc.IngestStreamResponse{MessageCount: drain(c)})
	})
	response, err := connect(t, server).IngestStream(t.Context(), batches(100))
	if err != nil || response.GetMessageCount() != 100 {
		t.Errorf("got %v, %v", response, err)
	}
}

// When the source fails, its error comes back as it is, and the call is cancelled at the server.
func TestUploadOfAFailingSource(t *testing.T) {
	ended := make(chan struct{})
	server := serve(t, func(c *call) error { return untilEnded(c, ended) })
	broken := errors.New("the archive is broken")
	_, err := connect(t, server).IngestStream(t.Context(), func(yield func(*memsvc.IngestStreamRequest, error) bool) {
		if yield(&memsvc.IngestStreamRequest{}, nil) {
			yield(nil, broken)
		}
	})
	if err != broken {
		t.Errorf("got %v", err)
	}
	receive(t, ended, "the server's context to end")
}

// An upload that is cancelled, even after its last request, is never complete at the server.
func TestUploadIsCancelled(t *testing.T) {
	complete := make(chan bool)
	server := serve(t, func(c *call) error {
		complete <- drain(c) >= 0
		return c.reply(&memsvc.IngestStreamResponse{})
	})
	client := connect(t, server)
	for range 100 { // the two ends race
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := client.IngestStream(ctx, func(yield func(*memsvc.IngestStreamRequest, error) bool) {
				yield(&memsvc.IngestStreamRequest{}, nil)
				cancel()
			})
			ended <- err
		}()
		if receive(t, complete, "the upload") {
			t.Fatal("the server saw a complete upload")
		}
		if e := failed(t, receive(t, ended, "the upload's end"), codes.Canceled); !e.Is(context.Canceled) {
			t.Fatalf("%v is not context.Canceled", e)
		}
	}
}

// endless yields large requests and counts them.
func endless(yielded *atomic.Int64) iter.Seq2[*memsvc.IngestStreamRequest, error] {
	large := &memsvc.IngestStreamRequest{Messages: []*memsvc.Message{{Content: strings.Repeat("x", 1<<20)}}}
	return func(yield func(*memsvc.IngestStreamRequest, error) bool) {
		for yielded.Add(1); yield(large, nil); yielded.Add(1) {
		}
	}
}

// A source is read no faster than the server reads, and no further once the server has answered.
func TestUploadHasBackpressure(t *testing.T) {
	var yielded atomic.Int64
	var lead int64
	server := serve(t, func(c *call) error {
		for received := int64(1); received <= 20; received++ {
			lead = max(lead, yielded.Load()-received)
			var body []byte
			if err := c.RecvMsg(&body); err != nil {
				return err
			}
		}
		return c.reply(&memsvc.IngestStreamResponse{MessageCount: 20})
		// A window of fixed size: gRPC would otherwise widen it to several requests.
	}, grpc.StaticStreamWindowSize(1<<16), grpc.StaticConnWindowSize(1<<16))
	response, err := connect(t, server).IngestStream(t.Context(), endless(&yielded))
	if err != nil || response.GetMessageCount() != 20 {
		t.Errorf("got %v, %v", response, err)
	}
	if lead > 3 {
		t.Errorf("the source was %d requests ahead", lead)
	}
}

// What the server refuses in the midst of an upload is the error of the upload.
func TestUploadIsRefused(t *testing.T) {
	var yielded atomic.Int64
	server := serve(t, func(*call) error {
		return failure(codes.ResourceExhausted, "full", errorInfo("memsvc.dev", "STORAGE_FULL"))
	})
	_, err := connect(t, server).IngestStream(t.Context(), endless(&yielded))
	if !memsvc.HasReason(err, memsvc.ErrorReason_ERROR_REASON_STORAGE_FULL) {
		t.Errorf("got %v", err)
	}
}

// A request that cannot be sent fails the upload.
func TestUploadOfAnInvalidRequest(t *testing.T) {
	server := serve(t, func(c *call) error { return c.reply(&memsvc.IngestStreamResponse{MessageCount: drain(c)}) })
	invalid := &memsvc.IngestStreamRequest{UserId: "\xff"}
	if _, err := proto.Marshal(invalid); err == nil {
		t.Fatal("the request is valid")
	}
	_, err := connect(t, server).IngestStream(t.Context(), memsvc.Infallible(slices.Values([]*memsvc.IngestStreamRequest{invalid})))
	failed(t, err, codes.Internal)
}
