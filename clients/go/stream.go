package memsvc

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// A streamMethod is a method of a generated stub that answers with a stream.
type streamMethod[Request proto.Message, Event any] func(
	context.Context, Request, ...grpc.CallOption,
) (grpc.ServerStreamingClient[Event], error)

// Chat answers the user with a language model that remembers, and yields the steps of the answer.
//
// The request is sent when the iteration begins, and is not retried. Leaving the loop cancels the answer
// at the server. What fails yields nil and an [*Error], and ends the iteration. The deadline of ctx, or
// else the client's stream timeout, covers the whole answer.
func (c *Client) Chat(ctx context.Context, request *ChatRequest) iter.Seq2[*ChatEvent, error] {
	return serverStream(ctx, c, c.memory.Chat, request)
}

// serverStream yields what the server sends in answer to request.
func serverStream[Request proto.Message, Event any](
	ctx context.Context, client *Client, method streamMethod[Request, Event], request Request,
) iter.Seq2[*Event, error] {
	name := methodOf(request)
	request = withRequestID(request)
	return func(yield func(*Event, error) bool) {
		ctx, cancel := client.outgoing(ctx, client.streamTimeout)
		defer cancel()
		stream, err := method(ctx, request)
		if err != nil {
			yield(nil, newError(name, err, nil))
			return
		}
		for {
			event, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, newError(name, err, stream.Trailer()))
				return
			}
			if !yield(event, nil) {
				return
			}
		}
	}
}

// IngestStream stores the messages of many users in bulk; the response names the batches that failed.
//
// Batches are taken from requests as fast as the server takes them, and no further once the call has
// ended. An error that requests yields cancels the call and is returned as it is; see [Infallible] for a
// source that cannot fail. A stream is not retried, and batches that were sent before it failed stay
// stored. The deadline of ctx, or else the client's stream timeout, covers the whole upload.
func (c *Client) IngestStream(
	ctx context.Context, requests iter.Seq2[*IngestStreamRequest, error],
) (*IngestStreamResponse, error) {
	return upload(ctx, c, "IngestStream", c.memory.IngestStream, requests)
}

// An uploadMethod is a method of a generated stub that takes a stream.
type uploadMethod[Request, Response any] func(
	context.Context, ...grpc.CallOption,
) (grpc.ClientStreamingClient[Request, Response], error)

// upload sends requests and returns the server's answer to all of them.
func upload[Request, Response any](
	ctx context.Context, client *Client, name string, method uploadMethod[Request, Response],
	requests iter.Seq2[*Request, error],
) (*Response, error) {
	ctx, cancel := client.outgoing(ctx, client.streamTimeout)
	defer cancel()
	stream, err := method(ctx)
	if err != nil {
		return nil, newError(name, err, nil)
	}
	for request, err := range requests {
		if err != nil {
			return nil, err
		}
		err = stream.Send(request)
		if errors.Is(err, io.EOF) { // the server has ended the call; the answer says how
			break
		}
		if err != nil { // it was not sent, so there is no answer and no trailer
			return nil, newError(name, err, nil)
		}
	}
	if err := ctx.Err(); err != nil { // what was broken off is not to look complete
		return nil, newError(name, status.FromContextError(err).Err(), nil)
	}
	response, err := stream.CloseAndRecv()
	if err != nil {
		return nil, newError(name, err, stream.Trailer())
	}
	return response, nil
}

// Infallible turns a sequence that cannot fail into one that could, as [Client.IngestStream] and
// [Client.ImportUser] take it:
//
//	client.IngestStream(ctx, memsvc.Infallible(slices.Values(batches)))
func Infallible[Item any](items iter.Seq[Item]) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}
