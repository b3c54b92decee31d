// Package certificate reads the server's certificate and the CA of client certificates
// from files. It follows their changes without a restart, and keeps what it read last
// while new files cannot be used.
package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sipfacade/sipfacade/internal/reload"
)

// Options names the files, all in PEM.
type Options struct {
	// CertFile has the server's certificate chain, KeyFile its key.
	CertFile, KeyFile string
	// ClientCAFile has the CAs of client certificates; "" if there are none.
	ClientCAFile string
	// Required reports, for each new connection, whether it must have a client
	// certificate. Nil means that none must.
	Required func() bool
}

// Certificates are the files as they are now.
type Certificates struct {
	required func() bool
	files    *reload.Files[content]
}

// content is what the files hold.
type content struct {
	*tls.Config
	roots map[string]bool // the CAs of client certificates, by their encoding
}

// Read reads the files. The error says which one cannot be used.
func Read(options Options) (*Certificates, error) {
	paths := []string{options.CertFile, options.KeyFile}
	if options.ClientCAFile != "" {
		paths = append(paths, options.ClientCAFile)
	}
	files, err := reload.Read(parse, paths...)
	if err != nil {
		return nil, fmt.Errorf("read the TLS files: %w", err)
	}
	return &Certificates{required: options.Required, files: files}, nil
}

var errNoClientCA = errors.New("the client CA file has no certificate in PEM")

// parse makes the configuration of a certificate, its key and the client CA.
func parse(contents [][]byte) (read content, err error) {
	pair, err := parsePair(contents[0], contents[1])
	if err != nil {
		return read, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if len(contents) == 2 {
		return content{Config: config}, nil
	}
	if config.ClientCAs, err = parseCA(contents[2]); err != nil {
		return read, err
	}
	config.ClientAuth = tls.VerifyClientCertIfGiven
	// A resumed session would go on with a certificate whose CA is not trusted any more.
	config.SessionTicketsDisabled = true
	return content{Config: config, roots: rootsOf(contents[2])}, nil
}

// rootsOf returns the certificates in PEM that a pool takes.
func rootsOf(rest []byte) map[string]bool {
	roots := map[string]bool{}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return roots
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			roots[string(certificate.Raw)] = true
		}
	}
}

// Trusts reports whether a client certificate holds that was verified when its connection was
// opened: a chain of it holds by the CAs of the file as it is now. A chain whose CA is still in the
// file only has to be in time.
func (c *Certificates) Trusts(chains [][]*x509.Certificate, now time.Time) bool {
	current := c.files.Current()
	return slices.ContainsFunc(chains, func(chain []*x509.Certificate) bool {
		if len(chain) == 0 {
			return false
		}
		if current.roots[string(chain[len(chain)-1].Raw)] {
			return !slices.ContainsFunc(chain, func(link *x509.Certificate) bool { return now.After(link.NotAfter) })
		}
		between := x509.NewCertPool() // a CA may have been renewed with its key
		for _, link := range chain[1:] {
			between.AddCert(link)
		}
		_, err := chain[0].Verify(x509.VerifyOptions{
			Roots: current.ClientCAs, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		return current.ClientCAs != nil && err == nil
	})
}

// parsePair reads a certificate chain and its key.
func parsePair(certificate, key []byte) (tls.Certificate, error) {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return pair, fmt.Errorf("the certificate and its key: %w", err)
	}
	return pair, nil
}

// parseCA reads the CAs of client certificates.
func parseCA(content []byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, errNoClientCA
	}
	return pool, nil
}

// Config returns the TLS configuration of a listener, which looks up the files for each
// new connection. The protocols are those of ALPN.
func (c *Certificates) Config(protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: protocols,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return c.current(protocols), nil
		},
	}
}

// current returns the configuration for a new connection.
func (c *Certificates) current(protocols []string) *tls.Config {
	config := c.files.Current().Clone()
	config.NextProtos = protocols
	if config.ClientCAs != nil && c.required != nil && c.required() {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config
}

// Watch follows the files until the context ends; see reload.Files.Watch.
func (c *Certificates) Watch(ctx context.Context, report func(error)) { c.files.Watch(ctx, report) }
