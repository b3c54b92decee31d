package opentact

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/generation"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

const (
	connectionUUID = "0d5f6c1e-6f0e-4c43-9d0a-5e8f4f4e0a01"
	inviteUUID     = "3b2f6a50-93f5-4a52-8d0c-0b1a2c3d4e5f"
)

// vendor answers by method and path, and keeps what it was sent.
type vendor struct {
	answers map[string]string

	mu   sync.Mutex
	seen []string
}

// RoundTrip answers what is known for the route, and 501 for the rest.
func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	route := r.Method + " " + strings.TrimPrefix(r.URL.EscapedPath(), "/rest/sip/")
	line := route
	if r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		line += " " + string(body)
	}
	v.seen = append(v.seen, line)
	body, ok := v.answers[route]
	code := http.StatusOK
	if !ok {
		code = http.StatusNotImplemented // which is not tried again
	}
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// serviceOf is the service over a vendor with these answers.
func serviceOf(t *testing.T, answers map[string]string) (*SipConnectionService, *vendor) {
	t.Helper()
	v := &vendor{answers: answers}
	return NewSipConnectionService(backendOf(t, v)), v
}

// backendOf is what the services work with over a vendor.
func backendOf(t *testing.T, v *vendor) Backend {
	t.Helper()
	return backendSpeaking(t, v, opentactapi.Generation1)
}

// backendSpeaking is what the services work with over a vendor of a generation.
func backendSpeaking(t *testing.T, v *vendor, spoken opentactapi.Generation) Backend {
	t.Helper()
	base, err := url.Parse("https://vendor.example/rest")
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := list.NewTokens([]byte("a key for tests"))
	if err != nil {
		t.Fatal(err)
	}
	client := opentact.New(opentact.Options{
		Options: upstream.Options{BaseURL: base, Transport: v, Timeout: time.Minute, MaxBytes: 1 << 20},
		Token:   func() string { return "t" },
		Dialect: opentact.Dialect{Generation: spoken},
	})
	return Backend{Vendor: client, Tokens: func(context.Context) *list.Tokens { return tokens }, Etags: etagtest.NewMaker(t), Spoken: generation.New(spoken)}
}

func success(payload string) string { return `{"success":true,"payload":` + payload + `}` }
