package memsvc

import (
	"context"
	"math"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"memsvc.dev/go/memsvcv1"
)

// Services are those that the client has no methods for, as the stubs that are generated of the contract:
//
//	keys, err := client.Services().APIKeys().ListApiKeys(ctx, &memsvc.ListApiKeysRequest{})
//
// A call of theirs is one of the client's: with its credential, its headers and deadline, retried as the
// service config says, with a request_id where the contract knows one, and failing with an [*Error]. A
// list gives a page; ask for the next one by its token.
type Services struct {
	calls grpc.ClientConnInterface
}

// Services gives the services that the client has no methods for.
func (c *Client) Services() Services {
	return Services{calls: &clientCalls{client: c}}
}

// Admin has the audit log, limits, quota, and what the server is.
func (s Services) Admin() memsvcv1.AdminServiceClient {
	return memsvcv1.NewAdminServiceClient(s.calls)
}

// APIKeys has the keys for applications.
func (s Services) APIKeys() memsvcv1.ApiKeyServiceClient {
	return memsvcv1.NewApiKeyServiceClient(s.calls)
}

// Auth is for people who log in.
func (s Services) Auth() memsvcv1.AuthServiceClient {
	return memsvcv1.NewAuthServiceClient(s.calls)
}

// Personas are who answers in a chat.
func (s Services) Personas() memsvcv1.PersonaServiceClient {
	return memsvcv1.NewPersonaServiceClient(s.calls)
}

// Profiles have how users want to be answered, and who they are.
func (s Services) Profiles() memsvcv1.ProfileServiceClient {
	return memsvcv1.NewProfileServiceClient(s.calls)
}

// Conversations has conversations and their messages.
func (s Services) Conversations() memsvcv1.ConversationServiceClient {
	return memsvcv1.NewConversationServiceClient(s.calls)
}

// Projects has what conversations belong to.
func (s Services) Projects() memsvcv1.ProjectServiceClient {
	return memsvcv1.NewProjectServiceClient(s.calls)
}

// Providers are whom a chat can ask.
func (s Services) Providers() memsvcv1.ProviderServiceClient {
	return memsvcv1.NewProviderServiceClient(s.calls)
}

// Retention says what is kept for how long.
func (s Services) Retention() memsvcv1.RetentionServiceClient {
	return memsvcv1.NewRetentionServiceClient(s.calls)
}

// Trust has what the write guard put aside.
func (s Services) Trust() memsvcv1.TrustServiceClient {
	return memsvcv1.NewTrustServiceClient(s.calls)
}

// clientCalls makes the calls of a stub those of a client.
type clientCalls struct {
	client *Client
}

// Invoke makes a unary call.
func (c *clientCalls) Invoke(
	ctx context.Context, method string, args, reply any, options ...grpc.CallOption,
) error {
	ctx, cancel := c.client.outgoing(ctx, c.client.timeout)
	defer cancel()
	request := args.(proto.Message)
	var trailer metadata.MD
	own := []grpc.CallOption{grpc.Trailer(&trailer), grpc.MaxRetryRPCBufferSize(math.MaxInt32)}
	err := c.client.connection.Invoke(ctx, method, withRequestID(request), reply, append(own, options...)...)
	if err != nil {
		return newError(methodOf(request), err, trailer)
	}
	return nil
}

// NewStream fails: none of the services has streams.
func (c *clientCalls) NewStream(
	_ context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return nil, &Error{Code: codes.Unimplemented, Message: "no streams here: " + method}
}
