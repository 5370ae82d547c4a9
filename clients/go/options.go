package memsvc

import (
	"crypto/tls"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

const (
	// DefaultTarget is a server on this machine with its default port.
	DefaultTarget = "127.0.0.1:50051"
	// DefaultTimeout is how long a unary call may take by default.
	DefaultTimeout = 10 * time.Second
	// DefaultStreamTimeout is how long a stream may take by default: a Chat, a WatchJob, an
	// IngestStream, an ExportUser or an ImportUser.
	DefaultStreamTimeout = 5 * time.Minute
	// DefaultMaxMessageBytes is the largest answer taken by default, the largest that a server sends
	// by default.
	DefaultMaxMessageBytes = 4 * 1024 * 1024
)

// An Option sets how a [Client] works. A later option goes before an earlier one.
type Option func(*settings)

type settings struct {
	headers         metadata.MD
	timeout         time.Duration
	streamTimeout   time.Duration
	maxMessageBytes int
	transport       credentials.TransportCredentials
	dialOptions     []grpc.DialOption
}

// WithAPIKey sends an API key or a JWT with every call, as "authorization: Bearer …". It is sent over
// plaintext too, which is right on one machine and behind a mesh's sidecar and wrong on a network: see
// [WithTLS].
func WithAPIKey(key string) Option {
	return WithHeader("authorization", "Bearer "+key)
}

// WithTLS connects by TLS instead of plaintext. A nil config stands for the system's root certificates;
// one of your own can hold other roots or a certificate of the client.
func WithTLS(config *tls.Config) Option {
	return func(s *settings) { s.transport = credentials.NewTLS(config) }
}

// WithTimeout sets how long a unary call may take, retries included, if its context has no deadline.
// It has to be above 0; the default is [DefaultTimeout]. A page of a list is one call.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.timeout = timeout }
}

// WithStreamTimeout sets how long a stream (see [DefaultStreamTimeout]) may take from beginning to end if its
// context has no deadline. It has to be above 0; the default is [DefaultStreamTimeout].
func WithStreamTimeout(timeout time.Duration) Option {
	return func(s *settings) { s.streamTimeout = timeout }
}

// WithMaxMessageBytes sets the largest answer taken. It has to be above 0; the default is
// [DefaultMaxMessageBytes]. A call with a larger answer fails with RESOURCE_EXHAUSTED.
func WithMaxMessageBytes(limit int) Option {
	return func(s *settings) { s.maxMessageBytes = limit }
}

// WithHeader sends a header with every call. It takes the place of an earlier one with the same key, and
// outgoing metadata of a call's context takes its place. The value of a key that ends in "-bin" may be
// any bytes.
func WithHeader(key string, values ...string) Option {
	return func(s *settings) { s.headers.Set(key, values...) }
}

// WithDialOptions passes options to gRPC: interceptors, stats handlers for tracing, resolvers. They go
// before the client's own.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.dialOptions = append(s.dialOptions, options...) }
}

func newSettings(options []Option) (*settings, error) {
	s := &settings{
		headers:         metadata.MD{},
		timeout:         DefaultTimeout,
		streamTimeout:   DefaultStreamTimeout,
		maxMessageBytes: DefaultMaxMessageBytes,
		transport:       insecure.NewCredentials(),
	}
	for _, option := range options {
		option(s)
	}
	if s.timeout <= 0 || s.streamTimeout <= 0 {
		return nil, errors.New("memsvc: a timeout has to be above 0")
	}
	if s.maxMessageBytes <= 0 {
		return nil, errors.New("memsvc: the largest answer has to be above 0 bytes")
	}
	return s, nil
}

// dial returns the options of the gRPC connection, those of the caller last, so that they win.
func (s *settings) dial() ([]grpc.DialOption, error) {
	config, err := serviceConfig()
	if err != nil {
		return nil, err
	}
	own := []grpc.DialOption{
		grpc.WithTransportCredentials(s.transport),
		grpc.WithUserAgent("memsvc-go/" + Version),
		grpc.WithDefaultServiceConfig(config),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(s.maxMessageBytes)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:    60 * time.Second,
			Timeout: 20 * time.Second,
		}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay:  200 * time.Millisecond,
				Multiplier: backoff.DefaultConfig.Multiplier,
				Jitter:     backoff.DefaultConfig.Jitter,
				MaxDelay:   2 * time.Second,
			},
			// Enough for a TLS handshake across an ocean that loses its first packets, which are
			// sent again after 1 s and 3 s.
			MinConnectTimeout: 5 * time.Second,
		}),
	}
	return append(own, s.dialOptions...), nil
}
