package memsvc_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"net/http/httptest"
	"os"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/protobuf/reflect/protoreflect"

	memsvc "memsvc.dev/go"
	"memsvc.dev/go/memsvcv1"
)

// Every RPC of the contract is a method of the client, or of one of its services.
func TestEveryRPCHasAMethod(t *testing.T) {
	client := reflect.TypeFor[*memsvc.Client]()
	services := reflect.TypeFor[memsvc.Services]()
	within := map[string]bool{}
	for index := range services.NumMethod() {
		service := services.Method(index).Type.Out(0)
		for method := range service.NumMethod() {
			within[service.Method(method).Name] = true
		}
	}
	for _, file := range []protoreflect.FileDescriptor{
		memsvcv1.File_memsvc_v1_memory_service_proto,
		memsvcv1.File_memsvc_v1_job_service_proto,
		memsvcv1.File_memsvc_v1_admin_service_proto,
		memsvcv1.File_memsvc_v1_user_service_proto,
		memsvcv1.File_memsvc_v1_api_key_service_proto,
		memsvcv1.File_memsvc_v1_auth_service_proto,
		memsvcv1.File_memsvc_v1_retention_service_proto,
		memsvcv1.File_memsvc_v1_trust_service_proto,
	} {
		for service := range file.Services().Len() {
			methods := file.Services().Get(service).Methods()
			for index := range methods.Len() {
				name := string(methods.Get(index).Name())
				if _, ok := client.MethodByName(name); !ok && !within[name] {
					t.Errorf("the client has no method %s", name)
				}
			}
		}
	}
}

// The service config is that of the contract.
func TestServiceConfigIsTheContracts(t *testing.T) {
	contract, err := os.ReadFile("../../proto/memsvc/v1/memsvc_grpc_service_config.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the contract is not beside the client")
	}
	own, ownErr := os.ReadFile("memsvc_grpc_service_config.json")
	if err != nil || ownErr != nil || !bytes.Equal(contract, own) {
		t.Errorf("differs (%v, %v)", err, ownErr)
	}
}

// Options and targets that make no sense are refused before anything is sent.
func TestSenselessOptions(t *testing.T) {
	for _, option := range []memsvc.Option{
		memsvc.WithTimeout(0), memsvc.WithStreamTimeout(-1), memsvc.WithMaxMessageBytes(0),
	} {
		if _, err := memsvc.NewClient("", option); err == nil {
			t.Error("accepted")
		}
	}
	if _, err := memsvc.NewClient("dns://%/x"); err == nil {
		t.Error("accepted")
	}
}

// WaitUntilReady returns when the server takes connections, even if it does so only after the client has
// tried in vain.
func TestWaitUntilReady(t *testing.T) {
	server := serve(t, answered)
	var started atomic.Bool
	dial := func(ctx context.Context, target string) (net.Conn, error) {
		if !started.Load() {
			return nil, errors.New("not yet")
		}
		return (&net.Dialer{}).DialContext(ctx, "tcp", target)
	}
	client := connect(t, server, memsvc.WithDialOptions(grpc.WithContextDialer(dial)))
	_, err := client.Recall(within(t, patience), nil)
	failed(t, err, codes.Unavailable)
	waited := make(chan error)
	go func() { waited <- client.WaitUntilReady(within(t, patience)) }()
	started.Store(true)
	if err := receive(t, waited, "the connection"); err != nil {
		t.Error(err)
	}
}

// WaitUntilReady fails with UNAVAILABLE when the time is over, that of the context or of the client, and
// with CANCELLED when the context is cancelled or the client closed.
func TestWaitUntilReadyInVain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	client := connectTo(t, listener.Addr().String(), memsvc.WithTimeout(50*time.Millisecond))
	failed(t, client.WaitUntilReady(t.Context()), codes.Unavailable)
	failed(t, client.WaitUntilReady(within(t, time.Millisecond)), codes.Unavailable)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	failed(t, client.WaitUntilReady(ctx), codes.Canceled)
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	failed(t, client.WaitUntilReady(t.Context()), codes.Canceled)
}

// Closing the client ends calls under way and later ones with CANCELLED.
func TestClose(t *testing.T) {
	arrived := make(chan struct{})
	server := serve(t, func(c *call) error {
		close(arrived)
		<-c.Context().Done()
		return c.Context().Err()
	})
	client := connect(t, server)
	ended := make(chan error)
	go func() {
		_, err := client.Recall(within(t, patience), nil)
		ended <- err
	}()
	receive(t, arrived, "the call")
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	failed(t, receive(t, ended, "the call's end"), codes.Canceled)
	_, err := client.Recall(t.Context(), nil)
	failed(t, err, codes.Canceled)
}

// With TLS the server has to show a certificate that the roots know.
func TestTLS(t *testing.T) {
	https := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(https.Close)
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	server := serve(t, answered, grpc.Creds(credentials.NewServerTLSFromCert(&https.TLS.Certificates[0])))
	trusting := connect(t, server, memsvc.WithTLS(&tls.Config{RootCAs: roots}), memsvc.WithAPIKey("secret"))
	if _, err := trusting.Recall(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if got := server.seen()[0].headers.Get("authorization"); len(got) != 1 || got[0] != "Bearer secret" {
		t.Errorf("authorization is %q", got)
	}
	system := connect(t, server, memsvc.WithTLS(nil))
	plaintext := connect(t, server)
	for _, client := range []*memsvc.Client{system, plaintext} {
		_, err := client.Recall(t.Context(), nil)
		failed(t, err, codes.Unavailable)
	}
}

// Calls are spread over all addresses of a name.
func TestRoundRobin(t *testing.T) {
	servers := []*scriptedServer{serve(t, answered), serve(t, answered)}
	names := manual.NewBuilderWithScheme("names")
	names.InitialState(resolver.State{Addresses: []resolver.Address{
		{Addr: servers[0].target}, {Addr: servers[1].target},
	}})
	client := connectTo(t, "names:///memory", memsvc.WithDialOptions(grpc.WithResolvers(names)))
	ctx := within(t, patience)
	for len(servers[0].seen()) == 0 || len(servers[1].seen()) == 0 {
		if _, err := client.Recall(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// One client serves many goroutines.
func TestManyGoroutines(t *testing.T) {
	client := connect(t, serve(t, answered))
	ended := make(chan error)
	for range 50 {
		go func() {
			_, err := client.Ingest(t.Context(), &memsvc.IngestRequest{})
			ended <- err
		}()
	}
	for range 50 {
		if err := receive(t, ended, "all calls"); err != nil {
			t.Error(err)
		}
	}
}
