// Package opentact is the client of the OpenTACT REST API: its routes, its login and its
// envelope. What the objects in the answers hold is read by the Kind that the caller gives.
package opentact

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Vendor is the vendor's name in errors, metrics and metadata.
const Vendor = "opentact"

// jsonType is the content type of bodies that are objects.
const jsonType = "application/json"

// Options configure a client. At most one credential is given: FromCaller, Token, or
// Email with Password. The functions that return secrets are called at each use, so
// that a secret can change while the service runs.
type Options struct {
	// Options are those of the pipeline. BaseURL is https://api.opentact.org/rest, or an
	// emulator's. If Transport is nil, the client makes a pooled one of its own.
	upstream.Options
	// Dialect is how the vendor is spoken to; empty means generation 1.
	Dialect Dialect
	// FromCaller: each call brings its JWT in its context.
	FromCaller bool
	// Token returns a JWT to use as it is.
	Token func() string
	// Email and Password fetch and renew a JWT through GET /auth.
	Email    string
	Password func() string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Client calls OpenTACT. It is safe for concurrent use.
type Client struct {
	pipeline *upstream.Pipeline
	table    *table
	expires  func() time.Time // when the service's token ends; a function, which prints no token
}

// New returns a client.
func New(options Options) *Client {
	if options.Transport == nil {
		options.Transport = upstream.NewTransport(options.Connections)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	dialect := newDialect(options)
	client := &Client{
		pipeline: upstream.NewPipeline(options.Options, dialect), table: newTable(options.Dialect),
		expires: func() time.Time { return time.Time{} },
	}
	if expiring, ok := dialect.(interface{ expires() time.Time }); ok {
		client.expires = expiring.expires
	}
	return client
}

// Status returns how the vendor does.
func (c *Client) Status() upstream.Status {
	status := c.pipeline.Status()
	status.CredentialExpires = c.expires()
	return status
}

// ForgetFailures lets calls through at once, as if the vendor had never failed.
func (c *Client) ForgetFailures() { c.pipeline.ForgetFailures() }

// newDialect returns the dialect of the credential that the options have.
func newDialect(options Options) upstream.Dialect {
	switch {
	case options.FromCaller:
		return callerToken{header: options.Dialect.header()}
	case options.Token != nil:
		return staticToken{header: options.Dialect.header(), token: options.Token}
	case options.Password != nil:
		return newLogin(options)
	default:
		return none{}
	}
}

// do makes one call. The function payload reads what the envelope holds. If it cannot use
// what a write is answered with, the write has succeeded all the same: the vendor's own
// documents show objects of another kind there.
func (c *Client) do(ctx context.Context, call *upstream.Call, payload func(r *tolerant.Reader) error) error {
	call.ContentType = cmp.Or(call.ContentType, jsonType)
	call.Route = c.table.route(call.Route)
	call.Decode = func(_ int, _ http.Header, body io.Reader) error {
		r := tolerant.NewReader(body)
		defer r.Release()
		answered := false
		unusable, err := readAnswer(r, func() error {
			answered = true
			return payload(r)
		})
		switch reads := call.Route.Action == upstream.Read; {
		case err != nil:
		case reads && !answered:
			err = errNoPayload
		case reads:
			err = unusable
		case unusable != nil:
			r.CountMisread("payload")
		}
		c.pipeline.Report(call.Route, r.Drift())
		return err
	}
	return c.table.unspell(c.pipeline.Do(ctx, call))
}

// ask makes one call and returns what the function read finds in the envelope.
func ask[V any](ctx context.Context, c *Client, call *upstream.Call, read func(r *tolerant.Reader) (V, error)) (V, error) {
	var answered V
	err := c.do(ctx, call, func(r *tolerant.Reader) error {
		found, err := read(r)
		if err == nil {
			answered = found
		}
		return err
	})
	return answered, err
}

// Get reads one object.
func Get[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], parameters ...string) (*M, error) {
	return ask(ctx, c, &upstream.Call{Route: route, Parameters: parameters}, func(r *tolerant.Reader) (*M, error) {
		found, err := kind.one(r)
		if found == nil && err == nil {
			err = errNoPayload
		}
		return found, err
	})
}

// List reads all objects of a route and passes on each as it arrives, so that a list of any length
// needs no more memory than what is kept. It calls begin before the first object of each answer;
// the caller must then drop what it has kept of an earlier answer. If List fails, the caller must
// drop everything: a vendor may refuse the call after its rows.
func List[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], begin func() Keep[M], parameters ...string) error {
	call := &upstream.Call{Route: route, Parameters: parameters, MemoryFactor: 1}
	return c.do(ctx, call, func(r *tolerant.Reader) error { return kind.many(r, begin()) })
}

// Find lists the objects of a route and returns the first one that is wanted, for objects that the
// vendor has no call to read. It reports that there is none only if the list proves it.
func Find[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], wanted func(*M) bool, parameters ...string) (*M, error) {
	var found *M
	begin := func() Keep[M] {
		found = nil
		return func(row *M) *M {
			if found == nil && wanted(row) {
				found = row
				return nil
			}
			return row
		}
	}
	kind.Proof = true
	if err := List(ctx, c, route, kind, begin, parameters...); err != nil {
		return nil, err
	}
	if found == nil {
		return nil, upstream.NotListed(Vendor, c.table.route(route))
	}
	return found, nil
}

// Write sends a body and returns the stored object, or nil if the vendor confirmed the
// write and answered no object of the kind.
func Write[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], body Object, parameters ...string) (*M, error) {
	encoded, err := c.table.spell(body).JSON()
	if err != nil {
		return nil, err
	}
	return ask(ctx, c, &upstream.Call{Route: route, Parameters: parameters, Body: encoded}, kind.one)
}

// Assign sends the lists of UUIDs that are not empty and returns the objects as they were
// answered: none if the vendor confirmed and showed none of the kind. Some generations
// answer UUID strings: then the objects have nothing else.
func Assign[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], add, remove []string, parameters ...string) ([]*M, error) {
	encoded, err := c.table.spell(assignment(add, remove)).JSON()
	if err != nil {
		return nil, err
	}
	return ask(ctx, c, &upstream.Call{Route: route, Parameters: parameters, Body: encoded}, func(r *tolerant.Reader) (rows []*M, err error) {
		err = kind.many(r, into(&rows)())
		return rows, err
	})
}

// assignment returns the body of Assign.
func assignment(add, remove []string) (body Object) {
	if len(add) > 0 {
		body = append(body, Member{"add", add})
	}
	if len(remove) > 0 {
		body = append(body, Member{"remove", remove})
	}
	return body
}

// Remove deletes. What the vendor answers with the success is skipped: its documents
// show objects of other kinds here.
func (c *Client) Remove(ctx context.Context, route *upstream.Route, parameters ...string) error {
	call := &upstream.Call{Route: route, Parameters: parameters}
	return c.do(ctx, call, (*tolerant.Reader).Skip)
}
