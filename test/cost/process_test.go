package cost

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The variables that give a process its role.
const (
	roleVariable   = "COST_ROLE"
	targetVariable = "COST_TARGET"
)

// roles are the servers. Each prints its addresses as one line of JSON and serves
// until its standard input ends.
var roles = map[string]func(target string) error{
	"vendor": playVendor,
	"proxy":  playProxy,
	"facade": playFacade,
}

// process is a server of its own.
type process struct {
	command *exec.Cmd
	address map[string]string
}

// start runs this test binary in a role, until the benchmark ends.
func start(b *testing.B, role, target string) *process {
	b.Helper()
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), roleVariable+"="+role, targetVariable+"="+target)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
	})
	started := &process{command: command}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &started.address) != nil {
		b.Fatalf("%s did not print its addresses: %q, %v", role, line, err)
	}
	return started
}

// clockTick is the unit of CPU time in /proc, the same on every Linux that Go
// supports.
const clockTick = 10 * time.Millisecond

// cpu is the CPU time that the process has used.
func (p *process) cpu(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.command.Process.Pid), "stat"))
	if err != nil {
		b.Skipf("CPU time of a process can only be read on Linux: %v", err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick
}

// ready prints the addresses for the parent process and waits for the parent's end.
func ready(address map[string]string) error {
	if err := json.NewEncoder(os.Stdout).Encode(address); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// serveHTTP serves a handler on a free port of loopback.
func serveHTTP(handler http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = served.Serve(listener) }()
	defer func() { _ = served.Close() }()
	return ready(map[string]string{"http": listener.Addr().String()})
}

// playVendor is the vendor: it answers every call with the same connection.
func playVendor(string) error {
	emulator := sandbox.New(sandbox.Options{Seed: true, Tokens: []string{sandbox.DefaultToken}})
	request := httptest.NewRequest(http.MethodGet, sandbox.BasePath+"/sip/connection/"+sandbox.ConnectionUUID(1), nil)
	request.Header.Set("X-Auth-Token", sandbox.DefaultToken)
	recorder := httptest.NewRecorder()
	emulator.ServeHTTP(recorder, request)
	answer := trimmed(recorder.Body.Bytes())
	return serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
}

// trimmed leaves out the relations that make the emulator's answer larger than the
// 3 KB to be measured.
func trimmed(body []byte) []byte {
	var answer struct {
		Success bool           `json:"success"`
		Payload map[string]any `json:"payload"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return body
	}
	for _, relation := range []string{"tnleases", "sipusers", "sip_user_invites"} {
		answer.Payload[relation] = []any{}
	}
	short, err := json.Marshal(answer)
	if err != nil {
		return body
	}
	return short
}

// playProxy is the reverse proxy, the baseline.
func playProxy(target string) error {
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
	proxy.Transport = upstream.NewTransport(0)
	return serveHTTP(proxy)
}

// playFacade is the whole server with all interceptors, without its log.
func playFacade(target string) error {
	invocation, err := config.Parse([]string{
		"serve", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
		"--opentact-base-url=http://" + target + "/rest", "--opentact-token=cost", "--drain-delay=0s",
	}, nil, io.Discard)
	if err != nil {
		return err
	}
	facade, err := server.New(invocation.Config, "cost", slog.New(slog.NewJSONHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- facade.Run(ctx) }()
	err = ready(map[string]string{"grpc": facade.Address("grpc"), "http": facade.Address("http")})
	cancel()
	if stop := <-stopped; stop != nil {
		return fmt.Errorf("stop: %w", stop)
	}
	return err
}
