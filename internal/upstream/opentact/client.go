// Package opentact is the typed client of the OpenTACT REST API. Its methods send
// what one route takes and return what it answered, read from every generation
// and misprint of the vendor's documents that is known.
package opentact

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Vendor is the vendor's name in errors, metrics and metadata.
const Vendor = "opentact"

// Options configure a client. One credential is given at most: FromCaller, Token,
// or Email with Password. The secrets are asked for at each use, so that they can
// change while the service runs.
type Options struct {
	// BaseURL is https://api.opentact.org/rest, or an emulator's.
	BaseURL *url.URL
	// Transport sends; nil means a pooled transport of its own.
	Transport http.RoundTripper
	// Timeout caps one call, the login included.
	Timeout time.Duration
	// MaxBytes caps one answer.
	MaxBytes int64
	// FromCaller: each call brings its JWT in its context.
	FromCaller bool
	// Token returns a JWT to use as it is.
	Token func() string
	// Email and Password fetch and renew a JWT through GET /auth.
	Email    string
	Password func() string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Observe is told of each attempt.
	Observe func(upstream.Observation)
	// Misread is told of values in answers that could not be read, by member name.
	Misread func(operation, member string, count int)
}

// Client calls OpenTACT. It is safe for concurrent use.
type Client struct {
	pipeline *upstream.Pipeline
	misread  func(operation, member string, count int)
}

// New returns a client.
func New(options Options) *Client {
	if options.Transport == nil {
		options.Transport = upstream.NewTransport()
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Misread == nil {
		options.Misread = func(string, string, int) {}
	}
	pipeline := upstream.Options{
		BaseURL: options.BaseURL, Transport: options.Transport, Timeout: options.Timeout,
		MaxBytes: options.MaxBytes, Observe: options.Observe,
	}
	return &Client{
		pipeline: upstream.NewPipeline(pipeline, newDialect(options, pipeline)),
		misread:  options.Misread,
	}
}

// newDialect picks the credential.
func newDialect(options Options, pipeline upstream.Options) upstream.Dialect {
	switch {
	case options.FromCaller:
		return callerToken{}
	case options.Token != nil:
		return staticToken{token: options.Token}
	case options.Password != nil:
		return newLogin(options, pipeline)
	default:
		return none{}
	}
}

// do makes one call; payload reads what the envelope holds.
func (c *Client) do(ctx context.Context, call *upstream.Call, payload func(r *tolerant.Reader) error) error {
	if call.ContentType == "" {
		call.ContentType = "application/json"
	}
	call.Decode = func(_ int, _ http.Header, body io.Reader) error {
		r := tolerant.NewReader(body)
		defer r.Release()
		answered := false
		err := readAnswer(r, func() error {
			answered = true
			return payload(r)
		})
		if err == nil && !answered && call.Route.Action == upstream.Read {
			err = errNoPayload
		}
		for member, count := range r.Misreads() {
			c.misread(call.Route.Operation, member, count)
		}
		return err
	}
	return c.pipeline.Do(ctx, call)
}

// ask makes one call and returns what read finds in the envelope.
func ask[V any](ctx context.Context, c *Client, call *upstream.Call, read func(r *tolerant.Reader) (V, error)) (V, error) {
	var answered V
	err := c.do(ctx, call, func(r *tolerant.Reader) (err error) {
		answered, err = read(r)
		return err
	})
	return answered, err
}

// get reads one object.
func get[T any](ctx context.Context, c *Client, route *upstream.Route, res resource[T], parameters ...string) (*T, error) {
	return ask(ctx, c, &upstream.Call{Route: route, Parameters: parameters}, func(r *tolerant.Reader) (*T, error) {
		found, err := res.one(r)
		if found == nil && err == nil {
			err = errNoPayload
		}
		return found, err
	})
}

// list reads all objects of a route.
func list[T any](ctx context.Context, c *Client, route *upstream.Route, res resource[T], parameters ...string) ([]*T, error) {
	return ask(ctx, c, &upstream.Call{Route: route, Parameters: parameters}, res.many)
}

// write sends a body and returns the stored object, or nil where the vendor
// confirmed the write and answered no object.
func write[T any](ctx context.Context, c *Client, route *upstream.Route, res resource[T], body Object, parameters ...string) (*T, error) {
	encoded, err := body.JSON()
	if err != nil {
		return nil, err
	}
	return ask(ctx, c, &upstream.Call{Route: route, Parameters: parameters, Body: encoded}, res.one)
}

// remove deletes. What the vendor answers beside success does not matter: its
// documents show objects of other kinds here.
func remove(ctx context.Context, c *Client, route *upstream.Route, parameters ...string) error {
	call := &upstream.Call{Route: route, Parameters: parameters}
	return c.do(ctx, call, (*tolerant.Reader).Skip)
}
