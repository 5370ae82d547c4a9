package memsvc_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"

	memsvc "memsvc.dev/go"
)

// patience bounds what should happen soon; a test that reaches it has failed.
const patience = 20 * time.Second

// A scripted server answers every method of every service as a test says, over a real socket. It sees
// requests as bytes, so that a test can compare them.
type scriptedServer struct {
	target string
	server *grpc.Server
	mutex  sync.Mutex
	calls  []*call
}

// A call is what reached the server: one attempt.
type call struct {
	grpc.ServerStream
	method  string // the bare name
	turn    int    // which call to this server it is, from 0
	headers metadata.MD
	body    []byte        // the first message
	timeout time.Duration // 0: the call had no deadline
}

// serve starts a server that answers by answer and stops with the test.
func serve(t testing.TB, answer func(*call) error, options ...grpc.ServerOption) *scriptedServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scriptedServer{target: listener.Addr().String()}
	options = append(options, grpc.ForceServerCodec(rawCodec{}),
		grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
			return answer(s.accept(stream))
		}))
	s.server = grpc.NewServer(options...)
	go func() { _ = s.server.Serve(listener) }()
	t.Cleanup(s.server.Stop)
	return s
}

func (s *scriptedServer) accept(stream grpc.ServerStream) *call {
	c := &call{ServerStream: stream}
	path, _ := grpc.MethodFromServerStream(stream)
	c.method = path[strings.LastIndex(path, "/")+1:]
	c.headers, _ = metadata.FromIncomingContext(stream.Context())
	if deadline, ok := stream.Context().Deadline(); ok {
		c.timeout = time.Until(deadline)
	}
	_ = stream.RecvMsg(&c.body)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c.turn = len(s.calls)
	s.calls = append(s.calls, c)
	return c
}

// seen returns the calls so far.
func (s *scriptedServer) seen() []*call {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.calls)
}

func (c *call) reply(response proto.Message) error {
	body, err := proto.Marshal(response)
	if err != nil {
		return err
	}
	return c.SendMsg(body)
}

// request decodes the call's first message.
func request[Message proto.Message](t testing.TB, c *call, into Message) Message {
	t.Helper()
	if err := proto.Unmarshal(c.body, into); err != nil {
		t.Fatal(err)
	}
	return into
}

// failure returns a status with details, as a server sends it.
func failure(code codes.Code, message string, details ...protoadapt.MessageV1) error {
	s, err := status.New(code, message).WithDetails(details...)
	if err != nil {
		panic(err)
	}
	return s.Err()
}

// rawCodec hands messages to the server as they are on the wire.
type rawCodec struct{}

func (rawCodec) Name() string                  { return "proto" }
func (rawCodec) Marshal(v any) ([]byte, error) { return v.([]byte), nil }
func (rawCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = slices.Clone(data)
	return nil
}

// connect makes a client of the server that is closed with the test.
func connect(t testing.TB, s *scriptedServer, options ...memsvc.Option) *memsvc.Client {
	t.Helper()
	return connectTo(t, s.target, options...)
}

func connectTo(t testing.TB, target string, options ...memsvc.Option) *memsvc.Client {
	t.Helper()
	client, err := memsvc.NewClient(target, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

// within returns the test's context with a deadline.
func within(t testing.TB, timeout time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	return ctx
}

// receive waits for something that has to happen.
func receive[Value any](t testing.TB, from <-chan Value, what string) Value {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// failed returns the client's error in err.
func failed(t testing.TB, err error, code codes.Code) *memsvc.Error {
	t.Helper()
	e, ok := err.(*memsvc.Error)
	if !ok {
		t.Fatalf("got %v, want a *memsvc.Error", err)
	}
	if e.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	return e
}
