package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/sipfacade/sipfacade/internal/firstfailure"
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

// fetchError says that the issuer was not asked, or has not answered what can be used.
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
// there is one request in 5 seconds at most, and follows no redirect. Read returns what of an
// answer is used, or why it cannot be.
func newIssuerClient(options JWTOptions, read func(answer []byte) ([]byte, error)) *http.Client {
	return &http.Client{
		Timeout: issuerTimeout,
		Transport: &issuerTransport{
			now: options.Now, read: read, requests: firstfailure.NewReporter(options.Failing), pauses: map[string]pause{},
			inner: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: issuerTimeout},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// issuerTransport limits how often each address is asked, and what is read of an answer.
type issuerTransport struct {
	now      func() time.Time
	read     func(answer []byte) ([]byte, error)
	requests *firstfailure.Reporter // of requests that bring nothing that can be used
	inner    http.RoundTripper

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
		t.requests.Note(errInsecure)
		return nil, &fetchError{errInsecure}
	}
	address := request.URL.String()
	if err := t.begin(address); err != nil {
		return nil, &fetchError{err}
	}
	response, err := t.fetch(request)
	t.requests.Note(err)
	if err != nil {
		return nil, &fetchError{err}
	}
	t.pause(address, pause{t.now().Add(refetchPause), errFresh})
	return response, nil
}

// fetch asks the issuer. It returns an answer that can be used, or an error.
func (t *issuerTransport) fetch(request *http.Request) (*http.Response, error) {
	response, err := t.inner.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // what was wanted of it has been read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the issuer answered %s", response.Status)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, issuerBytes))
	if err == nil {
		answer, err = t.read(answer)
	}
	if err != nil {
		return nil, fmt.Errorf("read the issuer's answer: %w", err)
	}
	whole := *response
	whole.Body, whole.ContentLength = io.NopCloser(bytes.NewReader(answer)), int64(len(answer))
	return &whole, nil
}

// readDocument returns a discovery document as it is.
func readDocument(answer []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	return answer, json.Unmarshal(answer, &members)
}

// readKeys returns a key set with those of its keys that can be read. There must be one: an
// answer without keys comes from something in the issuer's place.
func readKeys(answer []byte) ([]byte, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(answer, &set); err != nil {
		return nil, err
	}
	set.Keys = slices.DeleteFunc(set.Keys, func(text json.RawMessage) bool {
		var key jose.JSONWebKey
		return json.Unmarshal(text, &key) != nil
	})
	if len(set.Keys) == 0 {
		return nil, errors.New("it has no key that can be read")
	}
	return json.Marshal(set)
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
