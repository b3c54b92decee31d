// Package record writes and reads the records of `sipfacade probe --record`, which the tests
// replay: the answers of vendors, in which all that may be secret or personal is replaced. It keeps
// only what is on a list: the structure, names of members, flags, small numbers, date-times, words
// of enums. Every other text and number gets a replacement of the same form, the same one wherever
// it occurs.
package record

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/sipfacade/sipfacade/internal/mapping"
)

// format is the version of the form of a record.
const format = 1

// Raw is one exchange with a vendor as it happened. It is never written.
type Raw struct {
	// Vendor is the vendor's name, Dialect how it writes the contract's resources.
	Vendor  string
	Dialect mapping.Dialect
	// Operation, Method and Path are those of the route; Parameters fill the path.
	Operation, Method, Path string
	Parameters              []string
	// Message is the contract's message that the objects of the answer are read into.
	Message string
	// Status is 0 if there was no answer, and Broken says that the body ended in a failure.
	Status int
	Header http.Header
	Body   []byte
	Broken bool
}

// Record is a directory of exchanges.
type Record struct {
	Index     Index
	Exchanges []Exchange

	secrets []string // of the answers; a record that was read has none
}

// Index is the file that tells what the others hold.
type Index struct {
	Format int `json:"format"`
	// Sipfacade is the version that made the record.
	Sipfacade string   `json:"sipfacade"`
	Vendors   []Vendor `json:"vendors"`
	// Report is what the probe reported.
	Report json.RawMessage `json:"report"`
}

// Vendor is the part of a record about one vendor.
type Vendor struct {
	Vendor string `json:"vendor"`
	// Generation is which generation of the vendor's API was asked and answered, if it has
	// several.
	Generation *Generation `json:"generation,omitempty"`
	// Paths are those that the operator had overridden, by operation.
	Paths map[string]string `json:"paths,omitempty"`
	// Files have the exchanges, in the order in which they happened.
	Files []string `json:"files"`
}

// Generation is the verdict of the probe.
type Generation struct {
	Configured int `json:"configured"`
	// Answering has several generations if the signs do not distinguish them, and none if there are no
	// signs.
	Answering []int `json:"answering"`
}

// Exchange is one request and its answer, with what is secret or personal replaced.
type Exchange struct {
	Vendor     string   `json:"vendor"`
	Operation  string   `json:"operation"`
	Method     string   `json:"method"`
	Path       string   `json:"path"`
	Parameters []string `json:"parameters,omitempty"`
	// Status is 0 if there was no answer.
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    *Body             `json:"body,omitempty"`
	// Broken says that the connection broke before the end of the body.
	Broken bool `json:"broken,omitempty"`
}

// Body is the body of an answer: JSON values one after the other, then a rest that is not a whole
// value.
type Body struct {
	Values []json.RawMessage `json:"values,omitempty"`
	// Rest is the beginning of a JSON value that has no end. If the text is not JSON, Rest is a
	// placeholder, and nothing of the text is kept.
	Rest string `json:"rest,omitempty"`
}

// bytes returns the body as it is sent.
func (b *Body) bytes() (sent []byte) {
	if b == nil {
		return nil
	}
	for _, value := range b.Values {
		sent = append(append(sent, value...), '\n')
	}
	return append(sent, b.Rest...)
}

// Confidential is a text that no record may hold.
type Confidential struct {
	// Name says whose value it is, such as opentact_password. It is printed.
	Name  string
	Value string
	// Account says that it is the name of an account: it is replaced if it is a whole value, and
	// may be a word of the vendor, such as admin, elsewhere.
	Account bool
}

// New returns the record of exchanges. Their values are looked at twice, so that no stand-in is
// a value of another place.
func New(index Index, raws []Raw, confidential []Confidential) *Record {
	index.Format = format
	first := newReplacer(nil, confidential)
	for _, raw := range raws {
		first.exchange(raw)
	}
	made, replace := &Record{Index: index, secrets: slices.Sorted(maps.Keys(first.secrets))}, newReplacer(first, confidential)
	for _, raw := range raws {
		made.Exchanges = append(made.Exchanges, replace.exchange(raw))
	}
	return made
}
