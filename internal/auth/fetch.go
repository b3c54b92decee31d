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
	// refetchPause is the time between two answers of the issuer for the same address.
	refetchPause = 30 * time.Second
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
	errInsecure = errors.New("the issuer's addresses must begin with https://; plain http is accepted for loopback only")
)

// newIssuerClient returns the client for one issuer. It keeps no connection open, since
// there is one request in 30 seconds at most, and follows no redirect.
func newIssuerClient(now func() time.Time) *http.Client {
	return &http.Client{
		Timeout: issuerTimeout,
		Transport: &issuerTransport{
			now: now, next: map[string]time.Time{},
			inner: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: issuerTimeout},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// issuerTransport limits how often each address is asked, and what is read of an answer.
type issuerTransport struct {
	now   func() time.Time
	inner http.RoundTripper

	mu   sync.Mutex
	next map[string]time.Time // when an address may be asked again
}

// RoundTrip implements http.RoundTripper.
func (t *issuerTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if !secure(request) {
		return nil, &fetchError{errInsecure}
	}
	address := request.URL.String()
	if !t.begin(address) {
		return nil, &fetchError{errTooSoon}
	}
	response, err := t.inner.RoundTrip(request)
	if err != nil {
		return nil, &fetchError{err}
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close() // the status says enough
		return nil, &fetchError{fmt.Errorf("the issuer answered %s", response.Status)}
	}
	t.allow(address, t.now().Add(refetchPause))
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, issuerBytes), response.Body}
	return response, nil
}

// begin reports whether the address may be asked now. If so, it may not be for a while.
func (t *issuerTransport) begin(address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if now.Before(t.next[address]) {
		return false
	}
	t.next[address] = now.Add(retryPause)
	return true
}

// allow says when the address may be asked again.
func (t *issuerTransport) allow(address string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next[address] = at
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
