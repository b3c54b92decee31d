package auth

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// go-oidc fetches the keys again for each token with an unknown key id or a wrong
// signature, so that anybody could make this server send requests to the issuer. Its
// requests pass through the transport here, which limits them.
const (
	// refetchPause is the time between two answers of the issuer for the same address: so long
	// may a new key be unknown.
	refetchPause = 5 * time.Second
	// retryPause is the time after a request that failed.
	retryPause = time.Second
	// issuerTimeout is how long one request may take.
	issuerTimeout = 10 * time.Second
	// issuerBytes is the largest answer that is read.
	issuerBytes = 1 << 20
)

// fetchError says that the issuer was not asked, or has not answered.
type fetchError struct{ cause error }

// Error returns the cause.
func (e *fetchError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *fetchError) Unwrap() error { return e.cause }

var (
	errTooSoon  = errors.New("the issuer was asked a short time ago")
	errFresh    = errors.New("the issuer answered a short time ago")
	errInsecure = errors.New("the issuer's addresses must begin with https://; plain http is accepted for loopback only")
)

// newIssuerClient returns the client for one issuer. It keeps no connection open, since
// there is one request in 5 seconds at most, and follows no redirect.
func newIssuerClient(now func() time.Time) *http.Client {
	return &http.Client{
		Timeout: issuerTimeout,
		Transport: &issuerTransport{
			now: now, pauses: map[string]pause{},
			inner: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: issuerTimeout},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// issuerTransport limits how often each address is asked, and what is read of an answer.
type issuerTransport struct {
	now   func() time.Time
	inner http.RoundTripper

	mu     sync.Mutex
	pauses map[string]pause // by address
}

// pause is until when an address is not asked again, and why not.
type pause struct {
	end   time.Time
	cause error
}

// RoundTrip implements http.RoundTripper.
func (t *issuerTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if !secure(request) {
		return nil, &fetchError{errInsecure}
	}
	address := request.URL.String()
	if err := t.begin(address); err != nil {
		return nil, &fetchError{err}
	}
	response, err := t.inner.RoundTrip(request)
	if err != nil {
		return nil, &fetchError{err}
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close() // the status says enough
		return nil, &fetchError{fmt.Errorf("the issuer answered %s", response.Status)}
	}
	t.pause(address, pause{t.now().Add(refetchPause), errFresh})
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, issuerBytes), response.Body}
	return response, nil
}

// begin returns why the address may not be asked now. If it may, it may not be for a while.
func (t *issuerTransport) begin(address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if before := t.pauses[address]; now.Before(before.end) {
		return before.cause
	}
	t.pauses[address] = pause{now.Add(retryPause), errTooSoon}
	return nil
}

// pause says until when the address may not be asked.
func (t *issuerTransport) pause(address string, p pause) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pauses[address] = p
}

// secure reports whether nobody on the way can change the answer.
func secure(request *http.Request) bool {
	if request.URL.Scheme == "https" {
		return true
	}
	host := request.URL.Hostname()
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && net.IP(address.AsSlice()).IsLoopback()
}
