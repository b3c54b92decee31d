// Package infinity is the client of Infinity's Config API version 2, SIP phone system. It
// reads the rows of answers by the Kind that the caller gives, with coercions for every
// form that their values are known to take.
package infinity

import (
	"context"
	"io"
	"net/http"
	"path"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Vendor is the vendor's name in errors, metrics and metadata.
const Vendor = "infinity"

// Options configure a client. At most one credential is given: FromCaller, APIKey, or
// Username with Password. The functions that return secrets are called at each use,
// so that a secret can change while the service runs.
type Options struct {
	// Options are those of the pipeline. BaseURL is
	// https://api.infinitycloud.com/config/v2, or an emulator's. If Transport is nil,
	// the client makes a pooled one of its own.
	upstream.Options
	// FromCaller: each call brings the value of its Authorization header.
	FromCaller bool
	// APIKey returns the key of `Authorization: ApiKey`.
	APIKey func() string
	// Username and Password are those of HTTP Basic.
	Username string
	Password func() string
	// Zone is the zone of the vendor's date-times, which state none; nil means UTC.
	Zone *time.Location
}

// Client calls Infinity. It is safe for concurrent use.
type Client struct {
	pipeline *upstream.Pipeline
	zone     *time.Location
}

// New returns a client.
func New(options Options) *Client {
	if options.Transport == nil {
		options.Transport = upstream.NewTransport(options.Connections)
	}
	if options.Zone == nil {
		options.Zone = time.UTC
	}
	return &Client{
		pipeline: upstream.NewPipeline(options.Options, newDialect(options)),
		zone:     options.Zone,
	}
}

// Status returns how the vendor does.
func (c *Client) Status() upstream.Status { return c.pipeline.Status() }

// ForgetFailures lets calls through at once, as if the vendor had never failed.
func (c *Client) ForgetFailures() { c.pipeline.ForgetFailures() }

// Zone returns the zone of the vendor's date-times.
func (c *Client) Zone() *time.Location { return c.zone }

// newDialect picks the credential.
func newDialect(options Options) upstream.Dialect {
	switch {
	case options.FromCaller:
		return callerHeader{}
	case options.APIKey != nil:
		return apiKey{key: options.APIKey}
	case options.Password != nil:
		return basic{username: options.Username, password: options.Password}
	default:
		return none{}
	}
}

// Show reads a row that was kept into a message.
func Show[M any](c *Client, route *upstream.Route, kind Kind[M], row Row) *M {
	m, r := new(M), &Reader{zone: c.zone, slabs: &tolerant.Slabs{}}
	for _, r.member = range row {
		_ = kind.Member(r, []byte(r.member.Name), m) // its value has been read, so nothing fails
	}
	kind.finish(r, m)
	c.pipeline.Report(route, r.drift)
	return m
}

// Get reads one row.
func Get[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], parameters ...string) (found *M, err error) {
	err = c.pipeline.Do(ctx, &upstream.Call{
		Route: route, Parameters: parameters,
		Decode: func(_ int, _ http.Header, body io.Reader) (err error) {
			r := &Reader{zone: c.zone}
			found, err = message(body, r, kind)
			c.pipeline.Report(route, r.drift)
			return err
		},
	})
	return found, err
}

// List passes each row on as it arrives, so that a list of any length needs no more memory
// than what is kept. It calls begin before the first row of each attempt.
func List[M any](
	ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], query *Query, begin func(), keep Keep[M], parameters ...string,
) error {
	return c.pipeline.Do(ctx, &upstream.Call{
		Route: route, Parameters: parameters, Query: query.Encode(),
		MemoryFactor: 1, // one row at a time is decoded
		Decode: func(_ int, _ http.Header, body io.Reader) error {
			begin()
			r := &Reader{zone: c.zone}
			defer func() { c.pipeline.Report(route, r.drift) }()
			return messages(body, r, kind, keep)
		},
	})
}

// ReadRow reads one row as it came.
func (c *Client) ReadRow(ctx context.Context, route *upstream.Route, parameters ...string) (row Row, err error) {
	err = c.pipeline.Do(ctx, &upstream.Call{
		Route: route, Parameters: parameters,
		Decode: func(_ int, _ http.Header, body io.Reader) (err error) {
			row, err = single(body, "")
			return err
		},
	})
	return row, err
}

// Created is what a create answered: a row, or only an id.
type Created struct {
	// Row is the answered row; nil if there was none.
	Row Row
	// ID is the new row's id, from the row or the Location header; 0 if neither has
	// it.
	ID uint32
	// Guessed says that the row has the id under a name that is not documented.
	Guessed bool
}

// Create makes a row.
func Create[M any](ctx context.Context, c *Client, route *upstream.Route, kind Kind[M], form Form, parameters ...string) (created Created, err error) {
	call := formCall(route, form, parameters)
	call.Decode = func(status int, header http.Header, body io.Reader) (err error) {
		if created.Row, err = written(status, body, deviceToken); err != nil {
			return err
		}
		created.ID, created.Guessed = kind.newID(created.Row, header.Get("Location"), path.Base(route.Path))
		return nil
	}
	err = c.pipeline.Do(ctx, call)
	return created, err
}

// Write sends a form, or nothing, and returns the row that the vendor answered, if
// any.
func (c *Client) Write(ctx context.Context, route *upstream.Route, form Form, parameters ...string) (row Row, err error) {
	call := formCall(route, form, parameters)
	call.Decode = func(status int, _ http.Header, body io.Reader) (err error) {
		row, err = written(status, body, "")
		return err
	}
	err = c.pipeline.Do(ctx, call)
	return row, err
}

// Plan does what Create and Write do before they send, for a call that only validates, and
// records the request as planned; see upstream.Pipeline.Plan. Nothing is sent.
func (c *Client) Plan(ctx context.Context, route *upstream.Route, form Form, parameters ...string) error {
	return c.pipeline.Plan(ctx, formCall(route, form, parameters))
}

func formCall(route *upstream.Route, form Form, parameters []string) *upstream.Call {
	call := &upstream.Call{Route: route, Parameters: parameters, ContentType: "application/x-www-form-urlencoded"}
	if form != nil {
		call.Body = form.Encode()
	}
	return call
}
