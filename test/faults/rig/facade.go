package rig

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/server"
)

// Facade is the client side of one server, over both protocols.
type Facade struct {
	conn   *grpc.ClientConn
	client *http.Client
	base   string
}

// StaticToken returns the flag of a facade that sends a given token to OpenTACT.
func StaticToken() string { return "--opentact-token=" + opentact.DefaultToken }

// Login returns the flags of a facade that logs in to OpenTACT for its token.
func Login() []string {
	return []string{"--opentact-email=" + opentact.DefaultEmail, "--opentact-password=" + opentact.DefaultPassword}
}

// vendorFlags returns the settings for the vendors at the two addresses.
func vendorFlags(toOpenTACT, toInfinity string) []string {
	return []string{
		"--drain-delay=0s",
		"--opentact-base-url=http://" + toOpenTACT + opentact.BasePath,
		"--infinity-base-url=http://" + toInfinity + infinity.BasePath,
		"--infinity-username=" + infinity.DefaultUsername, "--infinity-password=" + infinity.DefaultPassword,
	}
}

// Start starts a server in this process, in front of the vendors at the two
// addresses, and stops it when the test ends.
func Start(t testing.TB, toOpenTACT, toInfinity string, flags ...string) *Facade {
	t.Helper()
	invocation, err := config.Parse(slices.Concat([]string{
		"serve", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
	}, vendorFlags(toOpenTACT, toInfinity), flags), nil, io.Discard)
	if err != nil {
		t.Fatalf("configure the server: %v", err)
	}
	invocation.Config.DrainTimeout = 5 * time.Second // no test waits for calls that are left
	served, err := server.New(invocation.Config, server.Process{Version: "faults"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("make the server: %v", err)
	}
	t.Cleanup(run(t, served))
	return Dial(t, served.Address("grpc"), served.Address("http"))
}

// Dial returns a client of the server at the two addresses. The connections are
// closed when the test ends.
func Dial(t testing.TB, grpcAddress, httpAddress string, options ...grpc.DialOption) *Facade {
	t.Helper()
	f := &Facade{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}, base: "http://" + httpAddress}
	t.Cleanup(f.client.CloseIdleConnections)
	conn, err := grpc.NewClient(grpcAddress, append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		t.Fatalf("dial the server: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // it fails only if it is closed already
	f.conn = conn
	return f
}

// Conn returns the gRPC connection, for calls that are not in the table of calls.
func (f *Facade) Conn() *grpc.ClientConn { return f.conn }

// run serves in the background. The function that it returns stops the server and
// waits for it.
func run(t testing.TB, served *server.Server) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- served.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
	}
}
