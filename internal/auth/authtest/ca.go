package authtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

// CA is a certificate authority.
type CA struct {
	t           testing.TB
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	// PEM is its certificate.
	PEM []byte
}

// Pair is a certificate with its key.
type Pair struct {
	Cert, Key []byte // in PEM
	TLS       tls.Certificate
}

// NewCA makes an authority.
func NewCA(t testing.TB) *CA {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "CA of a test"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	ca := &CA{t: t}
	made := ca.sign(template)
	ca.PEM, ca.key, ca.certificate = made.Cert, made.TLS.PrivateKey.(*ecdsa.PrivateKey), made.TLS.Leaf
	return ca
}

// Issue makes a certificate for servers and clients. A name is an IP address, a URI or a
// DNS name.
func (ca *CA) Issue(names ...string) Pair {
	ca.t.Helper()
	template := &x509.Certificate{
		Subject:  pkix.Name{CommonName: "certificate of a test"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, name := range names {
		address := net.ParseIP(name)
		switch {
		case address != nil:
			template.IPAddresses = append(template.IPAddresses, address)
		case strings.Contains(name, "://"):
			uri, err := url.Parse(name)
			if err != nil {
				ca.t.Fatal(err)
			}
			template.URIs = append(template.URIs, uri)
		default:
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	return ca.sign(template)
}

// Pool has the authority's certificate.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.certificate)
	return pool
}

// sign signs a template, with its own key if the authority has none yet.
func (ca *CA) sign(template *x509.Certificate) Pair {
	ca.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		ca.t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	parent, signer := ca.certificate, ca.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		ca.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		ca.t.Fatal(err)
	}
	made := Pair{
		Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
	if made.TLS, err = tls.X509KeyPair(made.Cert, made.Key); err != nil {
		ca.t.Fatal(err)
	}
	return made
}
