package memsvc

import (
	"context"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A unaryMethod is a unary method of a generated stub.
type unaryMethod[Request, Response proto.Message] func(context.Context, Request, ...grpc.CallOption) (Response, error)

// unary makes one call, retries included.
func unary[Request, Response proto.Message](
	ctx context.Context, client *Client, method unaryMethod[Request, Response], request Request,
) (Response, error) {
	ctx, cancel := client.outgoing(ctx, client.timeout)
	defer cancel()
	var trailer metadata.MD
	response, err := method(ctx, withRequestID(request), grpc.Trailer(&trailer),
		// By default gRPC retries no request above 256 KiB. A unary one is in memory anyway.
		grpc.MaxRetryRPCBufferSize(math.MaxInt32))
	if err != nil {
		var none Response
		return none, newError(methodOf(request), err, trailer)
	}
	return response, nil
}

// outgoing returns the context in which a call is sent: with the client's headers as far as the call has
// none of its own, and with a deadline.
func (c *Client) outgoing(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	headers := c.headers.Copy()
	if own, ok := metadata.FromOutgoingContext(ctx); ok {
		maps.Copy(headers, own)
	}
	return withDeadline(metadata.NewOutgoingContext(ctx, headers), timeout)
}

// withDeadline returns a context that ends after timeout if ctx has no deadline of its own.
func withDeadline(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, timeout)
}

// withRequestID returns request, or a copy of it with a random request_id if it may have one and has
// none: gRPC repeats the same bytes when it retries, and the server then answers a repeated write without
// repeating it.
func withRequestID[Request proto.Message](request Request) Request {
	message := request.ProtoReflect()
	field := message.Descriptor().Fields().ByName("request_id")
	if field == nil || message.Get(field).String() != "" {
		return request
	}
	return withField(request, field, uuid.NewString())
}

// withField returns a copy of request with another value of the string field.
func withField[Request proto.Message](
	request Request, field protoreflect.FieldDescriptor, value string,
) Request {
	copied := copyOf(request)
	copied.ProtoReflect().Set(field, protoreflect.ValueOfString(value))
	return copied
}

// copyOf returns a copy of request that can be changed, an empty message for nil.
func copyOf[Request proto.Message](request Request) Request {
	copied := request.ProtoReflect().New().Interface()
	proto.Merge(copied, request)
	return copied.(Request)
}

// methodOf returns the name of the method that takes request: RecallRequest belongs to Recall.
func methodOf(request proto.Message) string {
	return strings.TrimSuffix(string(request.ProtoReflect().Descriptor().Name()), "Request")
}
