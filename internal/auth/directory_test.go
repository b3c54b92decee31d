package auth_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/auth/authtest"
)

// digest is the SHA-256 of a token as the file has it.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func parse(t testing.TB, text string) *auth.Directory {
	t.Helper()
	directory, err := auth.ParseDirectory([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// holder is an authenticator with a tokens file.
func holder(t testing.TB, now func() time.Time, text string) *auth.Authenticator {
	t.Helper()
	directory := parse(t, text)
	made, err := auth.New(auth.Options{Directory: func() *auth.Directory { return directory }, Certificates: true, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// with returns the context of a call with authorization headers.
func with(headers ...string) context.Context {
	return metadata.NewIncomingContext(context.Background(), metadata.MD{"authorization": headers})
}

// TestTokens: tokens of the file, in the forms in which callers bring them.
func TestTokens(t *testing.T) {
	t.Parallel()
	clock := newClock()
	a := holder(t, clock.Now, fmt.Sprintf(`
tokens:
  - {name: ci, sha256: %s, scopes: [pbx:read, debug]}
  - {name: ci, sha256: %s, scopes: [pbx:read], expires: %s}
  - name: late
    sha256: %s
    scopes: [read]
    expires: 2020-01-01T00:00:00Z
`, digest("first"), strings.ToUpper(digest("second")), clock.Now().Add(time.Hour).Format(time.RFC3339), digest("third")))
	good := auth.Caller{Name: "ci", ID: "file:ci", Scopes: []string{"pbx:read", "debug"}}
	for name, row := range map[string]struct {
		ctx  context.Context
		want auth.Caller // none if the call is refused
	}{
		"a token":                  {with("Bearer first"), good},
		"in lower case":            {with("bearer first"), good},
		"with two spaces":          {with("Bearer  first"), good},
		"the second of one caller": {with("Bearer second"), auth.Caller{Name: "ci", ID: "file:ci", Scopes: []string{"pbx:read"}}},
		"expired":                  {with("Bearer third"), auth.Caller{}},
		"unknown":                  {with("Bearer fourth"), auth.Caller{}},
		"its digest":               {with("Bearer " + digest("first")), auth.Caller{}},
		"no scheme":                {with("first"), auth.Caller{}},
		"another scheme":           {with("Basic first"), auth.Caller{}},
		"no token":                 {with("Bearer "), auth.Caller{}},
		"a space within":           {with("Bearer first second"), auth.Caller{}},
		"two headers":              {with("Bearer first", "Bearer first"), auth.Caller{}},
		"too long":                 {with("Bearer " + strings.Repeat("x", 17<<10)), auth.Caller{}},
		"no header":                {context.Background(), auth.Caller{}},
	} {
		got, err := a.Identify(row.ctx)
		if diff := cmp.Diff(row.want, got); diff != "" || isRefused(err) != row.want.Anonymous() {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	clock.pass(2 * time.Hour)
	if _, err := a.Identify(with("Bearer second")); !isRefused(err) {
		t.Errorf("two hours later: %v", err)
	}
}

// TestDirectoryMistakes: every mistake is named, and no value is repeated.
func TestDirectoryMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                            {"neither tokens nor certificates"},
		"# nothing\n":                 {"neither tokens nor certificates"},
		"{}":                          {"neither tokens nor certificates"},
		"tokens: [{nme: hunter2}]":    {"it is not valid, see line 1"},
		"tokens: hunter2":             {"it is not valid, see line 1"},
		"tokens: [*hunter2]":          {"it is not valid YAML"},
		"tokens:\n - {name: hunter2]": {"it is not valid, see line"},
		"tokens: []\n---\ntokens: []": {"one YAML document"},
		"tokens: [{name: a, sha256: hunter2, scopes: [read]}]":                                                                      {"tokens[0].sha256 must be"},
		"tokens: [{name: 'a b', sha256: " + digest("x") + ", scopes: [hunter2]}]":                                                   {"tokens[0].name", "tokens[0].scopes must be one or more of debug, pbx:read"},
		"tokens: [{name: a, sha256: " + digest("x") + ", scopes: [], expires: hunter2}]":                                            {"tokens[0].scopes", "tokens[0].expires"},
		"tokens: [{name: a, sha256: " + digest("x") + ", scopes: [read]}, {name: b, sha256: " + digest("x") + ", scopes: [write]}]": {"tokens[1].sha256 is that of another entry"},
		"certificates: [{name: a, scopes: [read]}, {name: '', san: b.example, scopes: [pbx:read]}]":                                 {"certificates[0].san", "certificates[1].name"},
		"tokens: [{name: a, sha256: " + digest("x")[2:] + ", scopes: [read]}]":                                                      {"tokens[0].sha256"},
	} {
		_, err := auth.ParseDirectory([]byte(text))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %v lacks %q", text, err, part)
			}
		}
	}
	if got := parse(t, "tokens: []").Tokens(); got != 0 {
		t.Errorf("an empty list has %d tokens", got)
	}
}

// overTLS is the context of a call over a connection with a verified certificate.
func overTLS(ctx context.Context, names ...string) context.Context {
	certificate := &x509.Certificate{}
	for _, name := range names {
		if strings.Contains(name, "://") {
			certificate.URIs = append(certificate.URIs, mustURL(name))
			continue
		}
		certificate.DNSNames = append(certificate.DNSNames, name)
	}
	state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}, VerifiedChains: [][]*x509.Certificate{{certificate}}}
	return peer.NewContext(ctx, &peer.Peer{AuthInfo: credentials.TLSInfo{State: state}})
}

// TestCertificates: a verified certificate is known by its names. A token that comes with
// it counts instead.
func TestCertificates(t *testing.T) {
	t.Parallel()
	listed := holder(t, time.Now, fmt.Sprintf(`
tokens: [{name: ci, sha256: %s, scopes: [read]}]
certificates:
  - {name: robot, san: spiffe://example/robot, scopes: [pbx:read]}
  - {name: desk, san: desk.example.com, scopes: [sipapp:write]}
`, digest("first")))
	everyone, err := auth.New(auth.Options{Certificates: true})
	if err != nil {
		t.Fatal(err)
	}
	nobody, err := auth.New(auth.Options{Certificates: true, Trusts: func([][]*x509.Certificate, time.Time) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	unverified := peer.NewContext(context.Background(), &peer.Peer{AuthInfo: credentials.TLSInfo{
		State: tls.ConnectionState{PeerCertificates: []*x509.Certificate{{DNSNames: []string{"desk.example.com"}}}},
	}})
	for name, row := range map[string]struct {
		with *auth.Authenticator
		ctx  context.Context
		want string // "" if the call is refused
	}{
		"a URI":                       {listed, overTLS(context.Background(), "spiffe://example/robot"), "file:robot"},
		"a URI in another case":       {listed, overTLS(context.Background(), "spiffe://example/ROBOT"), ""},
		"a DNS name":                  {listed, overTLS(context.Background(), "other.example.com", "DESK.example.com"), "file:desk"},
		"an unknown name":             {listed, overTLS(context.Background(), "desk.example.com.evil.example"), ""},
		"no name":                     {listed, overTLS(context.Background()), ""},
		"a token beside it":           {listed, overTLS(with("Bearer first"), "spiffe://example/robot"), "file:ci"},
		"a wrong token beside it":     {listed, overTLS(with("Bearer x"), "spiffe://example/robot"), ""},
		"not verified":                {listed, unverified, ""},
		"any name without a list":     {everyone, overTLS(context.Background(), "any.example.com"), "certificate:any.example.com"},
		"not trusted any more":        {nobody, overTLS(context.Background(), "any.example.com"), ""},
		"no name without a list":      {everyone, overTLS(context.Background()), ""},
		"no certificate without list": {everyone, context.Background(), ""},
	} {
		got, err := row.with.Identify(row.ctx)
		if got.ID != row.want || isRefused(err) != (row.want == "") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestNewToken: the entry is valid in the tokens file, and the token is the caller's.
func TestNewToken(t *testing.T) {
	t.Parallel()
	token, entry, err := auth.NewToken("ci", []string{"pbx:read", "debug"})
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := auth.NewToken("ci", []string{"pbx:read"})
	if err != nil || again == token || !strings.HasPrefix(token, "sipfacade_") || len(token) < 50 || strings.Contains(entry, token) {
		t.Errorf("%q, %q, %v\n%s", token, again, err, entry)
	}
	var rows []map[string]any
	if err := yaml.Unmarshal([]byte(entry), &rows); err != nil {
		t.Fatal(err)
	}
	file, err := yaml.Marshal(map[string]any{"tokens": rows})
	if err != nil {
		t.Fatal(err)
	}
	got, err := holder(t, time.Now, string(file)).Identify(with("Bearer " + token))
	if diff := cmp.Diff(auth.Caller{Name: "ci", ID: "file:ci", Scopes: []string{"pbx:read", "debug"}}, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	for name, scopes := range map[string][]string{"": {"read"}, "a b": {"read"}, "c": {"pbx"}, "d": {}} {
		if _, _, err := auth.NewToken(name, scopes); err == nil {
			t.Errorf("made a token for %q with %q", name, scopes)
		}
	}
	_, _, err = auth.NewToken("a b", []string{"x", "read", "y"})
	if err == nil || !strings.HasPrefix(err.Error(), "the name must be ") || !strings.Contains(err.Error(), "\nthere is no scope \"x\" or \"y\"; ") {
		t.Errorf("not every mistake is reported: %v", err)
	}
}

// FuzzDirectory: no text makes the parser panic, or grants a token that is empty.
func FuzzDirectory(f *testing.F) {
	f.Add("tokens: [{name: a, sha256: " + digest("x") + ", scopes: [read]}]")
	f.Add("certificates: [{name: a, san: b, scopes: [pbx:read]}]")
	f.Add("tokens: [&a {name: a}, *a]")
	f.Fuzz(func(t *testing.T, text string) {
		directory, err := auth.ParseDirectory([]byte(text))
		if err != nil {
			return
		}
		a, err := auth.New(auth.Options{Directory: func() *auth.Directory { return directory }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Identify(with("Bearer ")); !isRefused(err) {
			t.Errorf("an empty token is accepted by %q", text)
		}
	})
}

// FuzzAuthorization: no header makes the authenticator panic or accept what is no token of
// the file.
func FuzzAuthorization(f *testing.F) {
	issuer := authtest.NewIssuer(f)
	directory := parse(f, "tokens: [{name: a, sha256: "+digest("first")+", scopes: [read]}]")
	a, err := auth.New(auth.Options{
		Directory: func() *auth.Directory { return directory },
		JWT:       auth.NewJWT(auth.JWTOptions{Issuer: issuer.URL(), Audience: audience, ScopeClaim: "scope"}),
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, header := range []string{"Bearer first", "Bearer a.b.c", "Basic Zmlyc3Q=", "", "Bearer \x00", "Bearer eyJhbGciOiJub25lIn0.e30."} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		caller, err := a.Identify(with(header))
		if err == nil && !strings.HasSuffix(header, " first") {
			t.Errorf("%q is accepted as %+v", header, caller)
		}
	})
}

// BenchmarkToken is the cost of a token of the file.
func BenchmarkToken(b *testing.B) {
	token, _, err := auth.NewToken("ci", []string{"read"})
	if err != nil {
		b.Fatal(err)
	}
	directory := parse(b, "tokens: [{name: a, sha256: "+digest(token)+", scopes: [read]}]")
	a, err := auth.New(auth.Options{Directory: func() *auth.Directory { return directory }})
	if err != nil {
		b.Fatal(err)
	}
	ctx := with("Bearer " + token)
	for b.Loop() {
		if _, err := a.Identify(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
