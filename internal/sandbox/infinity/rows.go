package infinity

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// The form of the vendor's date-times, and what it writes for one that is not.
const (
	dateTimeFormat = "2006-01-02 15:04:05"
	zeroDate       = "0000-00-00 00:00:00"
)

// cell is one key of a row and its value.
type cell struct {
	name string
	text string
	// raw cells hold JSON; the others a text that is to be quoted.
	raw bool
}

// row is an answered object, in the order of its columns.
type row []cell

// view returns a record in the vendor's form; the owner is the record in whose path it
// is listed, for the kinds that show it.
func (s *Server) view(k kind, r, owner *record) row {
	columns := s.resources[k].columns
	shown := make(row, len(columns))
	for i := range columns {
		c := &columns[i]
		shown[i].name = c.name
		if c.from == nil {
			shown[i].text = r.values[c.name]
			continue
		}
		shown[i].text = c.from(source{s, r, owner})
	}
	return shown
}

func (s *Server) views(k kind, records []*record, owner *record) []row {
	rows := make([]row, len(records))
	for i, r := range records {
		rows[i] = s.view(k, r, owner)
	}
	return rows
}

// created is empty for rows that were imported without it.
func (s *Server) created(r *record) string {
	if r.created.IsZero() {
		return ""
	}
	return s.dateTime(r.created)
}

// updated is the zero date for rows that never were.
func (s *Server) updated(r *record) string {
	if r.updated.IsZero() {
		return zeroDate
	}
	return s.dateTime(r.updated)
}

func (s *Server) dateTime(at time.Time) string { return at.In(s.options.Zone).Format(dateTimeFormat) }

// render writes rows in one of the formats: one object on each line, or all of
// them in one array. An empty list is one line break.
func render(rows []row, format string) []byte {
	if format == "jsonarray" {
		return append(appendArray(nil, rows), '\n')
	}
	var b []byte
	for _, r := range rows {
		b = append(appendRow(b, r), '\n')
	}
	if len(rows) == 0 {
		b = append(b, '\n')
	}
	return b
}

func appendArray(b []byte, rows []row) []byte {
	b = append(b, '[')
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRow(b, r)
	}
	return append(b, ']')
}

func appendRow(b []byte, r row) []byte {
	b = append(b, '{')
	for i, c := range r {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, c.name), ':')
		if c.raw {
			b = append(b, c.text...)
			continue
		}
		b = appendString(b, c.text)
	}
	return append(b, '}')
}

// appendString replaces invalid UTF-8, and the error says only that it did.
func appendString(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, text)
	return b
}

// send writes a body. A choice: the vendor does not state the type of its
// answers; lines of JSON are served as JSON.
func send(w http.ResponseWriter, status int, body []byte) {
	if status != http.StatusNoContent {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	if len(body) > 0 {
		_, _ = w.Write(body) // an error means that the client has gone
	}
}

const contentType = "application/json"
