package e2e

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/auth/authtest"
)

// tokenEntry is the line of the tokens file for a token, whose name is the token's.
func tokenEntry(token string, scopes ...string) string {
	digest := sha256.Sum256([]byte(token))
	return fmt.Sprintf("  - {name: %s, sha256: %s, scopes: ['%s']}\n", token, hex.EncodeToString(digest[:]), strings.Join(scopes, "', '"))
}

// writeFile writes a file of a test and returns its path.
func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	replaceFile(t, path, []byte(text))
	return path
}

// replaceFile replaces a file at once, as careful programs do.
func replaceFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// tokensFlag is a tokens file with the entries.
func tokensFlag(t testing.TB, entries ...string) string {
	return "--auth-tokens-file=" + writeFile(t, "tokens.yaml", "tokens:\n"+strings.Join(entries, ""))
}

// bearer is the header of a caller with a token; none if it is empty.
func bearer(token string) map[string]string {
	if token == "" {
		return nil
	}
	return map[string]string{"authorization": "Bearer " + token}
}

// reasonOf makes a call and returns the reason of its error, "" if it succeeded.
func (f *facade) reasonOf(t testing.TB, way protocol, c call) (failure, outcome) {
	t.Helper()
	made, err := way.call(t.Context(), c)
	if err != nil {
		t.Fatalf("%s %s: %v", way.name(), c.method.Name(), err)
	}
	if made.status == nil {
		return failure{}, made
	}
	got, err := failureOf(made)
	if err != nil {
		t.Fatalf("%s %s: %v", way.name(), c.method.Name(), err)
	}
	return got, made
}

// callWith returns a call of a read with headers.
func callWith(t testing.TB, headers map[string]string) call {
	t.Helper()
	c := mustCall(t, "SipConnectionService.GetSipConnection", map[string]any{"uuid": someConnection})
	c.headers = headers
	return c
}

// callOfMethod returns a call of a method with an id in each variable of its path.
func callOfMethod(t testing.TB, method protoreflect.MethodDescriptor) call {
	t.Helper()
	request, err := newMessage(method.Input())
	if err != nil {
		t.Fatal(err)
	}
	_, path := verbAndPath(httpRule(method))
	for _, part := range strings.Split(path, "{")[1:] {
		variable, _, _ := strings.Cut(part, "}")
		holder, names := request.ProtoReflect(), strings.Split(variable, ".")
		for _, name := range names[:len(names)-1] {
			holder = holder.Mutable(holder.Descriptor().Fields().ByTextName(name)).Message()
		}
		field := holder.Descriptor().Fields().ByTextName(names[len(names)-1])
		value := protoreflect.ValueOfUint32(1)
		if field.Kind() == protoreflect.StringKind {
			value = protoreflect.ValueOfString(someConnection)
		}
		holder.Set(field, value)
	}
	return call{method: method, request: request}
}

// overTLS returns the facade with connections over TLS, with a client certificate if one
// is given.
func (f *facade) overTLS(t testing.TB, ca *authtest.CA, client ...authtest.Pair) *facade {
	t.Helper()
	config := &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12, ServerName: "127.0.0.1"}
	for _, pair := range client {
		config.Certificates = append(config.Certificates, pair.TLS)
	}
	conn, err := grpc.NewClient(f.server.Address("grpc"), grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		t.Fatal(err)
	}
	secured := &facade{server: f.server, conn: conn, logs: f.logs, stop: f.stop, scheme: "https", client: newClient()}
	secured.client.Transport = &http.Transport{DisableCompression: true, TLSClientConfig: config, DisableKeepAlives: true}
	t.Cleanup(func() { _ = conn.Close() }) // already broken if it fails
	t.Cleanup(secured.client.CloseIdleConnections)
	return secured
}

// eventually waits until something holds; only a failing test waits to the end.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("in %s it did not become true that %s", waitLimit, what)
		}
	}
}
