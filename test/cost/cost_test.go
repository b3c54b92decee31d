package cost

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// callers is how many calls are in flight at a time.
const callers = 32

// TestMain runs a role if this process was started for one.
func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleVariable)]; ok {
		if err := role(os.Getenv(targetVariable)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// BenchmarkCall reports the CPU time of one GetSipConnection in the server's
// process. The vendor answers 3 KB.
func BenchmarkCall(b *testing.B) {
	vendor := start(b, "vendor", "")
	for _, row := range []struct {
		name, role string
		call       func(b *testing.B, process *process) func() error
	}{
		{"reverse-proxy", "proxy", overHTTP("/rest/sip/connection/")},
		{"grpc", "facade", overGRPC},
		{"json", "facade", overHTTP("/v1/sip-connections/")},
	} {
		b.Run(row.name, func(b *testing.B) {
			server := start(b, row.role, vendor.address["http"])
			call := row.call(b, server)
			spread(b, 4*callers*10, call) // connections, pools and caches warm up
			before := server.cpu(b)
			b.ResetTimer()
			spread(b, b.N, call)
			b.StopTimer()
			spent := server.cpu(b) - before
			b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "cpu-µs/call")
			b.ReportMetric(0, "ns/op") // the callers share the machine, so it says nothing
		})
	}
}

// spread makes n calls from all callers.
func spread(b *testing.B, n int, call func() error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for left.Add(-1) >= 0 && failed.Load() == nil {
				if err := call(); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
}

// overHTTP calls a path that ends in the connection's UUID.
func overHTTP(path string) func(*testing.B, *process) func() error {
	return func(b *testing.B, server *process) func() error {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
		b.Cleanup(client.CloseIdleConnections)
		target := "http://" + server.address["http"] + path + sandbox.ConnectionUUID(1)
		return func() error {
			response, err := client.Get(target)
			if err != nil {
				return err
			}
			defer func() { _ = response.Body.Close() }()
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("%s answered %s", target, response.Status)
			}
			_, err = io.Copy(io.Discard, response.Body)
			return err
		}
	}
}

// overGRPC calls over one connection, as generated clients do.
func overGRPC(b *testing.B, server *process) func() error {
	conn, err := grpc.NewClient(server.address["grpc"], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	client := sipfacadev1.NewSipConnectionServiceClient(conn)
	return func() error {
		_, err := client.GetSipConnection(b.Context(), &sipfacadev1.GetSipConnectionRequest{Uuid: sandbox.ConnectionUUID(1)})
		return err
	}
}
