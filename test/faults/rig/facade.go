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

// Facade is a whole server on loopback ports of its own.
type Facade struct {
	conn   *grpc.ClientConn
	client *http.Client
	base   string
}

// StaticToken and Login are the two ways to be known at the emulated OpenTACT.
func StaticToken() string { return "--opentact-token=" + opentact.DefaultToken }

// Login are the flags of a facade that fetches its token itself.
func Login() []string {
	return []string{"--opentact-email=" + opentact.DefaultEmail, "--opentact-password=" + opentact.DefaultPassword}
}

// Start starts a facade in front of the vendors at the two addresses, and stops it
// when the test ends.
func Start(t testing.TB, toOpenTACT, toInfinity string, flags ...string) *Facade {
	t.Helper()
	invocation, err := config.Parse(slices.Concat([]string{
		"serve", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
		"--drain-delay=0s",
		"--opentact-base-url=http://" + toOpenTACT + opentact.BasePath,
		"--infinity-base-url=http://" + toInfinity + infinity.BasePath,
		"--infinity-username=" + infinity.DefaultUsername, "--infinity-password=" + infinity.DefaultPassword,
	}, flags), nil, io.Discard)
	if err != nil {
		t.Fatalf("configure the server: %v", err)
	}
	invocation.Config.DrainTimeout = 5 * time.Second // no test waits for calls that are left
	served, err := server.New(invocation.Config, "faults", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("make the server: %v", err)
	}
	t.Cleanup(run(t, served))
	f := &Facade{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}, base: "http://" + served.Address("http")}
	t.Cleanup(f.client.CloseIdleConnections)
	f.conn, err = grpc.NewClient(served.Address("grpc"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatalf("dial the server: %v", err)
	}
	t.Cleanup(func() { _ = f.conn.Close() }) // already broken where it fails
	return f
}

// run serves in the background; the function that it returns stops the server and
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
