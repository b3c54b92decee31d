package openapi

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// The credentials at the emulated vendors.
const (
	vendorToken    = "token-of-the-examples"
	vendorUser     = "telephony@brightwater.example.com"
	vendorPassword = "password-of-the-examples"
)

// rig is a server whose answers are the same each time: the vendors' clocks stand still, and
// their ids are counted.
type rig struct {
	base       string
	generation opentact.Generation
	vendors    atomic.Pointer[http.ServeMux]
}

// reset gives the server freshly seeded vendors. Those of OpenTACT's faults wait.
func (r *rig) reset(waiting ...fault.Fault) error {
	faults := opentact.NewFaultMenu()
	for _, one := range waiting {
		if _, err := faults.Add(one); err != nil {
			return err
		}
	}
	var ids, tokens atomic.Int64
	now := func() time.Time { return time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC) }
	mux := http.NewServeMux()
	mux.Handle(opentact.BasePath+"/", opentact.New(opentact.Options{
		Seed: true, Clock: now, Tokens: []string{vendorToken}, Faults: faults, Generation: r.generation,
		NewUUID: func() string { return fmt.Sprintf("c0000000-0000-4000-8000-%012d", ids.Add(1)) },
	}))
	mux.Handle(infinity.BasePath+"/", infinity.New(infinity.Options{
		Seed: true, Clock: now, Username: vendorUser, Password: vendorPassword,
		NewToken: func() string { return fmt.Sprintf("device-token-%04d", tokens.Add(1)) },
	}))
	r.vendors.Store(mux)
	return nil
}

// startRig starts a server that speaks a generation of OpenTACT's API. It stops when the test
// ends.
func startRig(t *testing.T, generation opentact.Generation) *rig {
	t.Helper()
	r := &rig{generation: generation}
	if err := r.reset(); err != nil {
		t.Fatal(err)
	}
	vendors := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.vendors.Load().ServeHTTP(w, q) }))
	t.Cleanup(vendors.Close)
	invocation, err := config.Parse([]string{
		"serve", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0", "--drain-delay=0s",
		"--page-token-key=one-key-of-all-examples", "--opentact-base-url=" + vendors.URL + opentact.BasePath,
		"--opentact-token=" + vendorToken, "--infinity-base-url=" + vendors.URL + infinity.BasePath,
		"--infinity-username=" + vendorUser, "--infinity-password=" + vendorPassword,
		fmt.Sprintf("--opentact-generation=%d", generation),
	}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(invocation.Config, server.Process{Version: "examples"}, telemetry.NewLogger(io.Discard, slog.LevelError, "json"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
	})
	r.base = "http://" + s.Address("http")
	return r
}

// answer sends a request to freshly seeded vendors.
func (r *rig) answer(t *testing.T, method, target, body string, faults ...fault.Fault) (status int, answer []byte) {
	t.Helper()
	if err := r.reset(faults...); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, r.base+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // read to its end
	if answer, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}
