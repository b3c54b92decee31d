package e2e

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/openapi/openapitest"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/tracing"
)

// facade is a whole server on loopback ports.
type facade struct {
	server *server.Server
	conn   *grpc.ClientConn
	client *http.Client
	logs   *capturedLog
	stop   func()
	scheme string
}

// vendorToken is the JWT that a facade sends unless its flags say otherwise.
const vendorToken = "SECRET-vendor-token"

// baseFlags returns the flags of a server on free ports without a drain delay, with the
// vendor at the URL. All servers have one key, so that their etags are the same.
func baseFlags(vendorURL string) []string {
	return []string{
		"serve", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
		"--drain-delay=0s", "--page-token-key=one-key-of-all-tests", "--opentact-base-url=" + vendorURL,
		"--infinity-base-url=" + strings.TrimSuffix(vendorURL, vendorBase) + infinityBase,
	}
}

// withToken is the credential of most facades.
func withToken() string { return "--opentact-token=" + vendorToken }

// startFacade starts a server with its log at debug level, and stops it when the
// test ends.
func startFacade(t testing.TB, vendorURL string, flags ...string) *facade {
	t.Helper()
	return startChanged(t, vendorURL, func(*config.Config) {}, flags...)
}

// startChanged starts a server with a configuration that was changed after it was
// checked.
func startChanged(t testing.TB, vendorURL string, change func(*config.Config), flags ...string) *facade {
	t.Helper()
	return startTraced(t, vendorURL, nil, change, flags...)
}

// startTraced starts a server that traces its calls, if there is a tracer.
func startTraced(t testing.TB, vendorURL string, tracer *tracing.Tracer, change func(*config.Config), flags ...string) *facade {
	t.Helper()
	invocation, err := config.Parse(slices.Concat(baseFlags(vendorURL), flags, infinityLogin(flags)), nil, io.Discard)
	if err != nil {
		t.Fatalf("configure the server: %v", err)
	}
	change(&invocation.Config)
	f := &facade{logs: newCapturedLog(), client: newClient(), scheme: "http"}
	f.server, err = server.New(invocation.Config, server.Process{Version: "e2e", Tracer: tracer}, telemetry.NewLogger(f.logs, slog.LevelDebug, "json"))
	if err != nil {
		t.Fatalf("make the server: %v", err)
	}
	f.stop = run(t, f.server)
	t.Cleanup(f.stop)
	t.Cleanup(f.client.CloseIdleConnections)
	f.conn, err = grpc.NewClient(f.server.Address("grpc"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatalf("dial the server: %v", err)
	}
	t.Cleanup(func() { _ = f.conn.Close() }) // already broken if it fails
	return f
}

// run serves in the background; the function that it returns stops the server and
// waits for it.
func run(t testing.TB, s *server.Server) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
	})
}

// base is the URL of the JSON protocol.
func (f *facade) base() string { return f.scheme + "://" + f.server.Address("http") }

// description is what every exchange with the JSON API is held against.
var description = sync.OnceValue(func() *openapitest.Checker {
	checker, err := openapitest.New(gen.OpenAPI)
	if err != nil {
		panic(err)
	}
	return checker
})

// newClient returns a client that neither follows redirects nor decompresses. It fails if
// /openapi.json does not describe an exchange with the JSON API.
func newClient() *http.Client {
	return &http.Client{
		Transport:     &openapitest.Transport{Checker: description(), Next: &http.Transport{DisableCompression: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
