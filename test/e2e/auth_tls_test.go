package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sipfacade/sipfacade/internal/auth/authtest"
)

// tlsFiles are the files of a server with TLS.
type tlsFiles struct{ cert, key, ca string }

func writeTLS(t testing.TB, ca *authtest.CA) tlsFiles {
	t.Helper()
	dir := t.TempDir()
	files := tlsFiles{filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), filepath.Join(dir, "ca.crt")}
	pair := ca.Issue("127.0.0.1", "localhost")
	replaceFile(t, files.cert, pair.Cert)
	replaceFile(t, files.key, pair.Key)
	replaceFile(t, files.ca, ca.PEM)
	return files
}

func (f tlsFiles) flags() []string {
	return []string{"--tls-cert-file=" + f.cert, "--tls-key-file=" + f.key}
}

// startTLS starts a facade with TLS.
func startTLS(t testing.TB, files tlsFiles, flags ...string) *facade {
	t.Helper()
	vendor := startVendor(t, json200(good+"}"))
	return startFacade(t, vendor.url(), append(append(files.flags(), withToken()), flags...)...)
}

// TestTLS: both protocols are served over TLS and not without it, and a caller that speaks
// plain HTTP is told so.
func TestTLS(t *testing.T) {
	t.Parallel()
	ca := authtest.NewCA(t)
	f := startTLS(t, writeTLS(t, ca))
	secured := f.overTLS(t, ca)
	for _, way := range secured.protocols() {
		for range 3 {
			if got, _ := secured.reasonOf(t, way, callWith(t, nil)); got.reason != "" {
				t.Errorf("%s: %s", way.name(), got.reason)
			}
		}
	}
	if made, err := (grpcProtocol{f}).call(t.Context(), callWith(t, nil)); err != nil || made.status == nil {
		t.Errorf("gRPC without TLS: %v, %v", made, err)
	}
	if status, body := f.get(t, "http", "/v1/sip-connections", "", nil); status != http.StatusBadRequest || !strings.Contains(body, "speaks TLS here") {
		t.Errorf("HTTP without TLS: %d %s", status, body)
	}
	// What net/http refuses is refused in the same form below TLS.
	conn, err := tls.Dial("tcp", f.server.Address("http"), &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), `"reason":"REQUEST_INVALID"`) {
		t.Errorf("a request without Host: %q, %v", answer, err)
	}
	if _, err := tls.Dial("tcp", f.server.Address("http"), &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is accepted")
	}
	eventually(t, "the log has the failed handshake", func() bool { return strings.Contains(f.logs.String(), "TLS handshake failed") })
}

// TestMutualTLS: certificates are required if nothing else authenticates callers, and
// optional if they can bring a token.
func TestMutualTLS(t *testing.T) {
	t.Parallel()
	ca, strangers := authtest.NewCA(t), authtest.NewCA(t)
	files := writeTLS(t, ca)
	known, unknown, foreign := ca.Issue("spiffe://example/robot"), ca.Issue("other.example.com"), strangers.Issue("spiffe://example/robot")
	certificates := "certificates:\n  - {name: robot, san: spiffe://example/robot, scopes: [sipconnection:read]}\n"
	only := startTLS(t, files, "--tls-client-ca-file="+files.ca, "--auth-tokens-file="+writeFile(t, "tokens.yaml", certificates))
	both := startTLS(t, files, "--tls-client-ca-file="+files.ca, "--auth-tokens-file="+writeFile(t, "tokens.yaml", "tokens:\n"+tokenEntry("ci", "read")+certificates))
	unlisted := startTLS(t, files, "--tls-client-ca-file="+files.ca)
	const noConnection = "no connection"
	for name, row := range map[string]struct {
		facade  *facade
		client  []authtest.Pair
		token   string
		outcome string // a reason
	}{
		"required, known":         {only, []authtest.Pair{known}, "", ""},
		"required, unknown":       {only, []authtest.Pair{unknown}, "", "CALLER_UNAUTHENTICATED"},
		"required, none":          {only, nil, "", noConnection},
		"required, of another CA": {only, []authtest.Pair{foreign}, "", noConnection},
		"optional, known":         {both, []authtest.Pair{known}, "", ""},
		"optional, none":          {both, nil, "", "CALLER_UNAUTHENTICATED"},
		"optional, a token":       {both, nil, "ci", ""},
		"optional, both":          {both, []authtest.Pair{unknown}, "ci", ""},
		"no list, any":            {unlisted, []authtest.Pair{unknown}, "", ""},
		"no list, none":           {unlisted, nil, "", noConnection},
	} {
		secured := row.facade.overTLS(t, ca, row.client...)
		for _, way := range secured.protocols() {
			got := noConnection
			if made, err := way.call(t.Context(), callWith(t, bearer(row.token))); err == nil && made.status == nil {
				got = ""
			} else if failed, errFailed := failureOf(made); err == nil && errFailed == nil && failed.reason != "" {
				got = failed.reason
			}
			if got != row.outcome {
				t.Errorf("%s, %s: got %q, want %q", name, way.name(), got, row.outcome)
			}
		}
	}
}

// TestCertificateRenewal: a new certificate is used without a restart and without a failed
// call, whether files are renamed or a link is turned as Kubernetes does it; broken files
// leave the old one in use and are logged.
func TestCertificateRenewal(t *testing.T) {
	t.Parallel()
	ca := authtest.NewCA(t)
	dir := t.TempDir()
	link := filepath.Join(dir, "current")
	install := func(version string, cert, key []byte) {
		t.Helper()
		folder := filepath.Join(dir, version)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		replaceFile(t, filepath.Join(folder, "tls.crt"), cert)
		replaceFile(t, filepath.Join(folder, "tls.key"), key)
		if err := errors.Join(os.Symlink(version, link+".new"), os.Rename(link+".new", link)); err != nil {
			t.Fatal(err)
		}
	}
	first, second, third := ca.Issue("127.0.0.1"), ca.Issue("127.0.0.1"), ca.Issue("127.0.0.1")
	install("1", first.Cert, first.Key)
	f := startTLS(t, tlsFiles{cert: filepath.Join(link, "tls.crt"), key: filepath.Join(link, "tls.key")})
	stop := f.callAllTheTime(t, ca)
	for _, address := range []string{"http", "grpc"} {
		if got := f.serial(t, ca, address); got != serialOf(first) {
			t.Errorf("%s serves %s at first", address, got)
		}
	}
	serves := func(want authtest.Pair) {
		t.Helper()
		eventually(t, "both listeners serve the new certificate", func() bool {
			return f.serial(t, ca, "http") == serialOf(want) && f.serial(t, ca, "grpc") == serialOf(want)
		})
	}
	install("2", second.Cert, second.Key)
	serves(second)
	replaceFile(t, filepath.Join(dir, "2", "tls.crt"), third.Cert)
	replaceFile(t, filepath.Join(dir, "2", "tls.key"), third.Key)
	serves(third)
	install("3", []byte("broken"), third.Key)
	eventually(t, "the log names the problem", func() bool { return strings.Contains(f.logs.String(), "the TLS files cannot be used") })
	if got := f.serial(t, ca, "http"); got != serialOf(third) {
		t.Errorf("with broken files it serves %s", got)
	}
	stop()
	if strings.Contains(f.logs.String(), "PRIVATE KEY") {
		t.Error("the log has a key")
	}
}

func serialOf(pair authtest.Pair) string { return pair.TLS.Leaf.SerialNumber.String() }

// serial is that of the certificate which a listener serves to a new connection.
func (f *facade) serial(t *testing.T, ca *authtest.CA, listener string) string {
	t.Helper()
	conn, err := tls.Dial("tcp", f.server.Address(listener), &tls.Config{
		RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12, NextProtos: map[string][]string{"grpc": {"h2"}}[listener],
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // nothing was sent
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// callAllTheTime calls over both protocols, on a new connection for each HTTP call, until
// the function that it returns is called. Every call must succeed.
func (f *facade) callAllTheTime(t *testing.T, ca *authtest.CA) (stop func()) {
	t.Helper()
	secured := f.overTLS(t, ca)
	ctx, cancel := context.WithCancel(t.Context())
	var calling sync.WaitGroup
	for _, way := range secured.protocols() {
		calling.Go(func() {
			for count := 0; ctx.Err() == nil; count++ {
				made, err := way.call(t.Context(), callWith(t, nil))
				if err != nil || made.status != nil {
					t.Errorf("%s, call %d: %v %v", way.name(), count, made.status, err)
					return
				}
			}
		})
	}
	return func() {
		cancel()
		calling.Wait()
	}
}

// TestExposedListeners: what a server beyond loopback serves and logs.
func TestExposedListeners(t *testing.T) {
	t.Parallel()
	ca := authtest.NewCA(t)
	vendor := startVendor(t, json200(good+"}"))
	tokens := tokensFlag(t, tokenEntry("ci", "read"))
	everywhere := []string{withToken(), "--grpc-address=0.0.0.0:0", "--http-address=0.0.0.0:0", "--admin-address=0.0.0.0:0"}
	plain := startFacade(t, vendor.url(), append(everywhere, tokens)...)
	secured := startFacade(t, vendor.url(), append(append(everywhere, tokens), writeTLS(t, ca).flags()...)...)
	insecure := startFacade(t, vendor.url(), append(everywhere, "--insecure-no-auth")...)
	local := startFacade(t, vendor.url(), withToken())
	for name, row := range map[string]struct {
		facade                    *facade
		warnsTLS, warnsAll, pprof bool
	}{
		"with tokens": {plain, true, false, false}, "with tokens and TLS": {secured, false, false, false},
		"without both": {insecure, true, true, false}, "on loopback": {local, false, false, true},
	} {
		port := row.facade.server.Address("admin")
		_, number, err := net.SplitHostPort(port)
		if err != nil {
			t.Fatal(err)
		}
		for path, served := range map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true, "/statusz": true, "/debug/pprof/": row.pprof} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%s%s", number, path), http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			response, err := row.facade.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close() // only the status counts
			if (response.StatusCode == http.StatusOK) != served {
				t.Errorf("%s: %s answers %d", name, path, response.StatusCode)
			}
		}
		log := row.facade.logs.String()
		if strings.Contains(log, "serves no TLS") != row.warnsTLS || strings.Contains(log, "takes calls from everybody") != row.warnsAll {
			t.Errorf("%s: the log is\n%s", name, log)
		}
	}
}
