package memsvc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"memsvc.dev/go/memsvcv1"
)

// A Client speaks with a memsvc server. One serves all goroutines of a program.
type Client struct {
	connection    *grpc.ClientConn
	memory        memsvcv1.MemoryServiceClient
	job           memsvcv1.JobServiceClient
	admin         memsvcv1.AdminServiceClient
	user          memsvcv1.UserServiceClient
	headers       metadata.MD
	timeout       time.Duration
	streamTimeout time.Duration
}

// NewClient makes a client of the server at target, a host and port or any other name that
// [grpc.NewClient] takes, such as "dns:///memory.example.com:443" or "unix:/run/memsvc.sock"; empty
// means [DefaultTarget]. Calls are spread over all addresses of a name.
//
// It connects with its first call, by plaintext unless [WithTLS] is given. An error means that an option
// or the target makes no sense. Close the client when it is no longer needed.
func NewClient(target string, options ...Option) (*Client, error) {
	s, err := newSettings(options)
	if err != nil {
		return nil, err
	}
	dialOptions, err := s.dial()
	if err != nil {
		return nil, err
	}
	if target == "" {
		target = DefaultTarget
	}
	connection, err := grpc.NewClient(target, dialOptions...)
	if err != nil {
		return nil, fmt.Errorf("memsvc: %w", err)
	}
	return &Client{
		connection:    connection,
		memory:        memsvcv1.NewMemoryServiceClient(connection),
		job:           memsvcv1.NewJobServiceClient(connection),
		admin:         memsvcv1.NewAdminServiceClient(connection),
		user:          memsvcv1.NewUserServiceClient(connection),
		headers:       s.headers,
		timeout:       s.timeout,
		streamTimeout: s.streamTimeout,
	}, nil
}

// Close closes the connection. Calls under way and later ones fail with CANCELLED. Closing again does
// nothing.
func (c *Client) Close() error {
	if err := c.connection.Close(); err != nil && status.Code(err) != codes.Canceled {
		return fmt.Errorf("memsvc: %w", err)
	}
	return nil
}

// WaitUntilReady waits until the server takes connections, for programs that start together with their
// server. It returns an [*Error]: UNAVAILABLE when the deadline of ctx, or else the client's timeout, has
// passed, and CANCELLED when ctx is cancelled or the client closed before.
func (c *Client) WaitUntilReady(ctx context.Context) error {
	started := time.Now()
	ctx, cancel := withDeadline(ctx, c.timeout)
	defer cancel()
	for {
		state := c.connection.GetState()
		switch state {
		case connectivity.Ready:
			return nil
		case connectivity.Shutdown:
			return &Error{Code: codes.Canceled, Message: "the client is closed"}
		case connectivity.Idle:
			c.connection.Connect()
		}
		if !c.connection.WaitForStateChange(ctx, state) {
			return notReady(ctx.Err(), c.connection.Target(), time.Since(started))
		}
	}
}

func notReady(cause error, target string, waited time.Duration) *Error {
	code := codes.Unavailable
	if errors.Is(cause, context.Canceled) {
		code = codes.Canceled
	}
	message := fmt.Sprintf("no connection to %s within %s", target, waited.Round(time.Millisecond))
	return &Error{Code: code, Message: message, cause: cause}
}
