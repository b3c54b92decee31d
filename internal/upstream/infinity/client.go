// Package infinity is the client of Infinity's Config API version 2, SIP phone
// system. The vendor documents few of its rows, so rows are handed on as they
// came, with coercions for every form their values are known to take.
package infinity

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
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
	// Misread counts values in rows that could not be read, by member name.
	Misread func(operation, member string, count int)
}

// Client calls Infinity. It is safe for concurrent use.
type Client struct {
	pipeline *upstream.Pipeline
	zone     *time.Location
	misread  func(operation, member string, count int)
}

// New returns a client.
func New(options Options) *Client {
	if options.Transport == nil {
		options.Transport = upstream.NewTransport(options.Connections)
	}
	if options.Zone == nil {
		options.Zone = time.UTC
	}
	if options.Misread == nil {
		options.Misread = func(string, string, int) {}
	}
	return &Client{
		pipeline: upstream.NewPipeline(options.Options, newDialect(options)),
		zone:     options.Zone, misread: options.Misread,
	}
}

// BreakerOpen reports whether calls are stopped because the vendor fails.
func (c *Client) BreakerOpen() bool { return c.pipeline.BreakerOpen() }

// Zone is the zone of the vendor's date-times.
func (c *Client) Zone() *time.Location { return c.zone }

// Misread counts a value that could not be read and was left unset.
func (c *Client) Misread(route *upstream.Route, member string) { c.misread(route.Operation, member, 1) }

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

// Read reads one row.
func (c *Client) Read(ctx context.Context, route *upstream.Route, parameters ...string) (row Row, err error) {
	err = c.pipeline.Do(ctx, &upstream.Call{
		Route: route, Parameters: parameters,
		Decode: func(_ int, _ http.Header, body io.Reader) (err error) {
			row, err = single(body, "")
			return err
		},
	})
	return row, err
}

// List calls keep with each row as it arrives, so that a list of any length needs no
// more memory than what is kept. It calls begin before the first row of each attempt.
func (c *Client) List(
	ctx context.Context, route *upstream.Route, query *Query, begin func(), keep func(Row) error, parameters ...string,
) error {
	return c.pipeline.Do(ctx, &upstream.Call{
		Route: route, Parameters: parameters, Query: query.Encode(),
		MemoryFactor: 1, // one row at a time is decoded
		Decode: func(_ int, _ http.Header, body io.Reader) error {
			begin()
			return rows(body, "", keep)
		},
	})
}

// Created is what a create answered: a row, or only an id.
type Created struct {
	// Row is the answered row; nil if there was none.
	Row Row
	// ID is the new row's id, from the row or the Location header; 0 if neither has
	// it.
	ID uint32
}

// Create makes a row of the collection.
func (c *Client) Create(ctx context.Context, in Collection, form Form, parameters ...string) (created Created, err error) {
	call := formCall(in.Create, form, parameters)
	call.Decode = func(status int, header http.Header, body io.Reader) (err error) {
		if created.Row, err = written(status, body, deviceToken); err != nil {
			return err
		}
		created.ID = newID(in, created.Row, header.Get("Location"))
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

func formCall(route *upstream.Route, form Form, parameters []string) *upstream.Call {
	call := &upstream.Call{Route: route, Parameters: parameters, ContentType: "application/x-www-form-urlencoded"}
	if form != nil {
		call.Body = form.Encode()
	}
	return call
}

// newID finds the id of a new row: the member with one of its names, else the only
// other member that looks like an id, else the end of the Location.
func newID(in Collection, row Row, location string) uint32 {
	if member, ok := row.Find(in.IDs...); ok {
		if id, ok := memberID(member); ok {
			return id
		}
	}
	var only []Member
	for _, member := range row {
		if namesID(member.Name) {
			only = append(only, member)
		}
	}
	if len(only) == 1 {
		if id, ok := memberID(only[0]); ok {
			return id
		}
	}
	return locationID(location)
}

// namesID reports whether a member could be the id of a new row under a name that is
// not documented. An id that rows are known to have beside their own, such as their
// domain's, is not the new one.
func namesID(name string) bool {
	_, known := names[name]
	return !known && (name == "id" || strings.HasSuffix(name, "Id"))
}

// memberID reads an id.
func memberID(member Member) (uint32, bool) {
	value, ok := member.Integer()
	if !ok || value <= 0 || value > math.MaxUint32 {
		return 0, false
	}
	return uint32(value), true
}

// locationID reads the last segment of the Location's path. It returns 0 if that is no
// id.
func locationID(location string) uint32 {
	target, err := url.Parse(location)
	if err != nil {
		return 0
	}
	id, err := strconv.ParseUint(path.Base(target.Path), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(id)
}
