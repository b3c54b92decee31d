package probe

import (
	"context"
	"strings"

	"github.com/sipfacade/sipfacade/internal/record"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// asked is the call that is under way.
type asked struct {
	route      *Route
	parameters []string
}

// ask calls a route and returns what was answered.
func (t *Target) ask(ctx context.Context, route *Route, parameters []string) (status int, body []byte, err error) {
	t.mu.Lock()
	t.asked, t.found = asked{route, parameters}, nil
	t.mu.Unlock()
	t.Capture.take()
	err = t.Call(ctx, route, parameters)
	status, body = t.Capture.take()
	return status, body, err
}

// Recording makes the target pass each exchange on, as it happened. It has to be called before
// the check.
func (t *Target) Recording(each func(record.Raw)) {
	t.Capture.Each = func(made Exchange) { each(t.raw(made)) }
}

// raw says to which route an exchange belongs: that of the call, or the login that it needs.
func (t *Target) raw(made Exchange) record.Raw {
	t.mu.Lock()
	current := t.asked
	t.mu.Unlock()
	of := upstream.Route{Operation: current.route.Operation, Path: current.route.Path}
	path, err := of.Expand(current.parameters...)
	if t.Login != nil && (err != nil || !strings.HasSuffix(made.Request.URL.EscapedPath(), path)) {
		current = asked{route: t.Login}
	}
	return record.Raw{
		Vendor: t.Vendor, Dialect: t.Dialect,
		Operation: current.route.Operation, Method: current.route.Method, Path: current.route.Path,
		Parameters: current.parameters, Message: current.route.message,
		Status: made.Status, Header: made.Header, Body: made.Body, Broken: made.Broken,
	}
}
