package deploy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// layFiles writes what the chart mounts: secrets, tokens, a certificate and its CA.
func layFiles(t testing.TB, folder string) {
	t.Helper()
	certificate, key := selfSigned(t)
	for name, content := range map[string]string{
		"secrets/opentact-password": "opentact",
		"secrets/infinity-password": "infinity",
		"secrets/infinity-api-key":  "infinity",
		"secrets/page-token-key":    strings.Repeat("p", 32),
		"secrets/ledger-key":        strings.Repeat("l", 32),
		"callers/tokens.yaml":       "tokens: []\n",
		"tls/tls.crt":               certificate,
		"tls/tls.key":               key,
		"client-ca/ca.crt":          certificate,
		"ledger/url":                "postgres://sipfacade:secret@127.0.0.1:5432/sipfacade",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// selfSigned returns a certificate and its key in PEM.
func selfSigned(t testing.TB) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"sipfacade.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}
