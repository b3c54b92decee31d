package docs

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// drill is how an alert comes about, beside what the table of the runbook says.
type drill struct {
	// calls are those that are made in each minute of the fault.
	calls func(c *caller)
	// labels are some of those that the alert then has.
	labels string
	// impossible is why the alert cannot be raised from outside. Then assume adds to the
	// scrape what the process would show.
	impossible string
	assume     func(t *testing.T, s scrape)
}

// The paths that are called.
const (
	apps    = "/v1/sip-apps"
	newApp  = `{"name": "Night desk"}`
	refused = 80 // calls a minute, more than one a second
)

// drills has a row for each alert.
var drills = map[string]*drill{
	"SipfacadeDown": {calls: func(c *caller) { c.server.stop() }, labels: `job="sipfacade"`},
	"SipfacadePanics": {
		impossible: "a panic is a defect; none is known that a caller or a vendor could bring about",
		assume:     func(t *testing.T, s scrape) { s.grow(t, "sipfacade_panics_total", "") },
		labels:     `instance="sandbox"`,
	},
	"SipfacadeInternalErrors": {
		impossible: "the reason INTERNAL is a defect; none is known that a caller or a vendor could bring about",
		assume: func(t *testing.T, s scrape) {
			s.grow(t, "sipfacade_calls_total", `{code="Internal",method="/sipfacade.v1.SipAppService/ListSipApps",protocol="http",reason="INTERNAL"}`)
		},
		labels: `method="/sipfacade.v1.SipAppService/ListSipApps"`,
	},
	"SipfacadeBreakerOpen":                {calls: reads(25), labels: `upstream="opentact"`},
	"SipfacadeUpstreamErrors":             {calls: reads(4), labels: `upstream="opentact"`},
	"SipfacadeOutcomeUnknown":             {calls: creates(1), labels: `method="/sipfacade.v1.SipAppService/CreateSipApp"`},
	"SipfacadeUpstreamCredentialRejected": {calls: reads(1), labels: `upstream="opentact"`},
	"SipfacadeUpstreamSaturated":          {calls: crowd, labels: `upstream="opentact"`},
	"SipfacadeUpstreamRateLimited":        {calls: reads(1), labels: `upstream="opentact"`},
	"SipfacadeVendorDrift":                {calls: reads(1), labels: `upstream="opentact",operation="ListSIPControlApps"`},
	"SipfacadeUpstreamContract":           {calls: reads(1), labels: `reason="UPSTREAM_BAD_RESPONSE"`},
	"SipfacadeLedgerUnavailable": {calls: func(c *caller) {
		c.create("Idempotency-Key", "9e107d9d-372b-4b2e-9c2d-2f6a1f6a1f02")
	}},
	"SipfacadeAuditUnavailable": {calls: creates(2)},
	"SipfacadeAuthRefusals":     {calls: reads(refused), labels: `reason="CALLER_UNAUTHENTICATED"`},
	"SipfacadeSlowCalls":        {calls: reads(1), labels: `method="/sipfacade.v1.SipAppService/ListSipApps"`},
}

// reads makes a number of reads, one after the other.
func reads(count int) func(*caller) {
	return func(c *caller) {
		for range count {
			c.get(apps)
		}
	}
}

// creates makes a number of creates without a request id.
func creates(count int) func(*caller) {
	return func(c *caller) {
		for range count {
			c.create("", "")
		}
	}
}

// crowd makes calls until one is refused because too many wait. Those that wait go on until the
// test ends.
func crowd(c *caller) {
	for range 3 {
		c.waiting.Go(func() { c.get(apps) })
	}
	ctx, cancel := context.WithTimeout(c.context(), blockTime)
	defer cancel()
	for !strings.Contains(c.metrics(), `outcome="saturated"`) {
		select {
		case <-ctx.Done():
			c.t.Error("no call is refused")
			return
		case <-time.After(10 * time.Millisecond): // another look
		}
	}
}

// caller calls a server over HTTP.
type caller struct {
	t       *testing.T
	server  *server
	waiting sync.WaitGroup
	cancel  context.CancelFunc
	ctx     context.Context
	once    sync.Once
}

// context is that of the caller's calls.
func (c *caller) context() context.Context {
	c.once.Do(func() { c.ctx, c.cancel = context.WithCancel(context.Background()) })
	return c.ctx
}

// stop ends the calls that are under way.
func (c *caller) stop() {
	c.context()
	c.cancel()
	c.waiting.Wait()
	http.DefaultClient.CloseIdleConnections()
}

// get makes a call whose answer does not matter, only what the service shows of it.
func (c *caller) get(path string) {
	c.do(http.MethodGet, c.server.listeners["127.0.0.1:8080"], path, "", 0)
}

// create makes an app, with a header if it has a name.
func (c *caller) create(header, value string) {
	c.do(http.MethodPost, c.server.listeners["127.0.0.1:8080"], apps, newApp, 0, header, value)
}

// post sends a body, which must be answered with the status.
func (c *caller) post(address, path, body string, status int) {
	c.t.Helper()
	c.do(http.MethodPost, address, path, body, status)
}

// do makes a request and returns the body of its answer. A status of 0 accepts any.
func (c *caller) do(method, address, path, body string, status int, header ...string) string {
	request, err := http.NewRequestWithContext(c.context(), method, "http://"+address+path, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return ""
	}
	if len(header) == 2 && header[0] != "" {
		request.Header.Set(header[0], header[1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "" // the server is down, or the test is over; scrape and crowd notice it
	}
	content, err := io.ReadAll(response.Body)
	_ = response.Body.Close() // it was read to its end
	if err == nil && status != 0 && response.StatusCode != status {
		err = fmt.Errorf("%s %s answers %d: %s", method, path, response.StatusCode, content)
	}
	if err != nil && c.context().Err() == nil {
		c.t.Error(err)
	}
	return string(content)
}

// metrics are those of the process; empty if it does not answer.
func (c *caller) metrics() string {
	return c.do(http.MethodGet, c.server.listeners["127.0.0.1:9091"], "/metrics", "", http.StatusOK)
}
