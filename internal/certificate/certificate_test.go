package certificate_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/sipfacade/sipfacade/internal/certificate"
	"github.com/sipfacade/sipfacade/internal/reload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is a self-signed certificate, which is its own CA.
type pair struct {
	cert, key []byte
	tls       tls.Certificate
}

func newPair(t *testing.T, name string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(100 * 365 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	made := pair{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
	if made.tls, err = tls.X509KeyPair(made.cert, made.key); err != nil {
		t.Fatal(err)
	}
	return made
}

// files are the server's files.
type files struct{ cert, key, ca string }

func writeFiles(t *testing.T, server, ca pair) files {
	t.Helper()
	dir := t.TempDir()
	f := files{filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), filepath.Join(dir, "ca.crt")}
	write(t, f.cert, server.cert)
	write(t, f.key, server.key)
	write(t, f.ca, ca.cert)
	return f
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// handshake connects in memory and returns the name in the server's certificate.
func handshake(server *tls.Config, client *tls.Config) (name string, err error) {
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() {
		conn := tls.Server(far, server)
		err := conn.Handshake()
		served <- err
		if err == nil {
			_, _ = conn.Write([]byte("x")) // the client reads it, or has gone
		}
		_ = conn.Close() // the pipe has no other end any more
	}()
	client.InsecureSkipVerify = true
	conn := tls.Client(near, client)
	err = conn.Handshake()
	if err == nil {
		// In TLS 1.3 the server judges the client's certificate after the client's handshake.
		_, err = io.ReadFull(conn, make([]byte, 1))
		name = conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	_ = near.Close() // both sides have what they need
	return name, errors.Join(err, <-served)
}

// TestVersions: TLS 1.2 is the oldest.
func TestVersions(t *testing.T) {
	t.Parallel()
	server := newPair(t, "server")
	f := writeFiles(t, server, server)
	read, err := certificate.Read(certificate.Options{CertFile: f.cert, KeyFile: f.key})
	if err != nil {
		t.Fatal(err)
	}
	for version, accepted := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		_, err := handshake(read.Config("http/1.1"), &tls.Config{MinVersion: version, MaxVersion: version})
		if (err == nil) != accepted {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

// TestResumption: with a client CA no session is resumed, which would go on with what was verified
// when it began.
func TestResumption(t *testing.T) {
	t.Parallel()
	server, client := newPair(t, "server"), newPair(t, "client")
	f := writeFiles(t, server, client)
	for ca, resumes := range map[string]bool{"": true, f.ca: false} {
		read, err := certificate.Read(certificate.Options{CertFile: f.cert, KeyFile: f.key, ClientCAFile: ca})
		if err != nil {
			t.Fatal(err)
		}
		config, resumed := read.Config("http/1.1"), false
		brings := &tls.Config{
			Certificates: []tls.Certificate{client.tls}, ClientSessionCache: tls.NewLRUClientSessionCache(1), ServerName: "server",
			VerifyConnection: func(state tls.ConnectionState) error {
				resumed = state.DidResume
				return nil
			},
		}
		for range 2 {
			if _, err := handshake(config, brings); err != nil {
				t.Fatal(err)
			}
		}
		if resumed != resumes {
			t.Errorf("client CA %q: resumed %t", ca, resumed)
		}
	}
}

// TestClientCertificates: certificates of the CA are accepted, others are not, and none
// is accepted unless one is required at that moment.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	server, client, stranger := newPair(t, "server"), newPair(t, "client"), newPair(t, "stranger")
	f := writeFiles(t, server, client)
	var required atomic.Bool
	read, err := certificate.Read(certificate.Options{CertFile: f.cert, KeyFile: f.key, ClientCAFile: f.ca, Required: required.Load})
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		brings           []tls.Certificate
		optional, needed bool
	}{
		"one of the CA":  {[]tls.Certificate{client.tls}, true, true},
		"a stranger's":   {[]tls.Certificate{stranger.tls}, false, false},
		"no certificate": {nil, true, false},
	} {
		for _, must := range []bool{false, true} {
			required.Store(must)
			want := map[bool]bool{false: row.optional, true: row.needed}[must]
			// A client sends a certificate whose CA the server does not list only if it is forced to.
			brings := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if len(row.brings) == 0 {
					return &tls.Certificate{}, nil
				}
				return &row.brings[0], nil
			}
			if _, err := handshake(read.Config("h2"), &tls.Config{MinVersion: tls.VersionTLS12, GetClientCertificate: brings}); (err == nil) != want {
				t.Errorf("%s, required %t: %v", name, must, err)
			}
		}
	}
}

// TestReload: a new certificate is used when its key is there too; a broken one leaves the
// old one in use and is reported.
func TestReload(t *testing.T) {
	t.Parallel()
	one, two := newPair(t, "one"), newPair(t, "two")
	f := writeFiles(t, one, one)
	read, err := certificate.Read(certificate.Options{CertFile: f.cert, KeyFile: f.key})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var reports []string
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go read.Watch(ctx, func(err error) {
			text := "changed"
			if err != nil {
				text = err.Error()
			}
			reports = append(reports, text)
		})
		serves := func(want string) {
			t.Helper()
			time.Sleep(3 * reload.Interval)
			synctest.Wait()
			if got, err := handshake(read.Config("h2"), &tls.Config{MinVersion: tls.VersionTLS12}); err != nil || got != want {
				t.Errorf("serves %q, %v; want %q", got, err, want)
			}
		}
		serves("one")
		write(t, f.cert, two.cert)
		serves("one") // the key is not there yet
		write(t, f.key, two.key)
		serves("two")
		if len(reports) != 2 || !strings.Contains(reports[0], "private key does not match") || reports[1] != "changed" {
			t.Errorf("reported %q", reports)
		}
	})
}

// TestTrusts: the certificate of an open connection holds while its CA is in the file, and until it
// expires.
func TestTrusts(t *testing.T) {
	t.Parallel()
	one, two := newPair(t, "one"), newPair(t, "two")
	f := writeFiles(t, one, one)
	read, err := certificate.Read(certificate.Options{CertFile: f.cert, KeyFile: f.key, ClientCAFile: f.ca})
	if err != nil {
		t.Fatal(err)
	}
	trusts := func(leaf *x509.Certificate, now time.Time) bool {
		return read.Trusts([][]*x509.Certificate{{leaf}}, now)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go read.Watch(ctx, func(error) {})
		for _, step := range []struct {
			file     []byte
			one, two bool
		}{
			{one.cert, true, false},
			{append(bytes.Clone(two.cert), one.cert...), true, true},
			{two.cert, false, true},
		} {
			write(t, f.ca, step.file)
			time.Sleep(3 * reload.Interval)
			synctest.Wait()
			if gotOne, gotTwo := trusts(one.tls.Leaf, time.Now()), trusts(two.tls.Leaf, time.Now()); gotOne != step.one || gotTwo != step.two {
				t.Errorf("trusts %t and %t, want %t and %t", gotOne, gotTwo, step.one, step.two)
			}
		}
	})
	if trusts(two.tls.Leaf, two.tls.Leaf.NotAfter.Add(time.Second)) || read.Trusts([][]*x509.Certificate{{}}, time.Now()) {
		t.Error("trusts a certificate that has expired, or none")
	}
}

// TestCheck: everything that is wrong is reported, each under its file.
func TestCheck(t *testing.T) {
	t.Parallel()
	one, two := newPair(t, "one"), newPair(t, "two")
	good, mixed := writeFiles(t, one, one), writeFiles(t, pair{cert: one.cert, key: two.key}, pair{cert: []byte("nothing")})
	const absent = "/does/not/exist"
	for name, test := range map[string]struct {
		options certificate.Options
		want    map[certificate.File]string
	}{
		"good":        {certificate.Options{CertFile: good.cert, KeyFile: good.key, ClientCAFile: good.ca}, nil},
		"without key": {certificate.Options{CertFile: good.cert}, nil}, // the settings say that it is missing
		"absent": {certificate.Options{CertFile: absent, KeyFile: absent, ClientCAFile: absent}, map[certificate.File]string{
			certificate.CertFile: "cannot be read: no such file", certificate.KeyFile: "cannot be read: no such file", certificate.ClientCAFile: "cannot be read: no such file",
		}},
		"exchanged": {certificate.Options{CertFile: good.key, KeyFile: good.cert}, map[certificate.File]string{
			certificate.CertFile: "has no certificate in PEM", certificate.KeyFile: "has no private key in PEM",
		}},
		"of others": {certificate.Options{CertFile: mixed.cert, KeyFile: mixed.key, ClientCAFile: mixed.ca}, map[certificate.File]string{
			certificate.CertFile: "private key does not match", certificate.ClientCAFile: "has no certificate in PEM",
		}},
		"CA beside an absent key": {certificate.Options{CertFile: mixed.cert, KeyFile: absent, ClientCAFile: mixed.ca}, map[certificate.File]string{
			certificate.KeyFile: "cannot be read", certificate.ClientCAFile: "has no certificate in PEM",
		}},
	} {
		problems := certificate.Check(test.options)
		if len(problems) != len(test.want) {
			t.Errorf("%s: %v, want %v", name, problems, test.want)
		}
		for _, problem := range problems {
			if want := test.want[problem.File]; want == "" || !strings.Contains(problem.Err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, problem, want)
			}
		}
	}
}

// TestUnusable: the error says which file is wrong.
func TestUnusable(t *testing.T) {
	t.Parallel()
	one := newPair(t, "one")
	f := writeFiles(t, one, pair{cert: []byte("nothing")})
	for want, options := range map[string]certificate.Options{
		"client CA file has no certificate": {CertFile: f.cert, KeyFile: f.key, ClientCAFile: f.ca},
		"certificate and its key":           {CertFile: f.key, KeyFile: f.cert},
		"/does/not/exist":                   {CertFile: "/does/not/exist", KeyFile: f.key},
	} {
		if _, err := certificate.Read(options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
