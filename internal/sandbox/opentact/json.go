package opentact

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// timeFormat is RFC 3339 in UTC with milliseconds, as in the vendor's answers.
const timeFormat = "2006-01-02T15:04:05.000Z"

// member is one member of a JSON object.
type member struct {
	name  string
	value any
}

// object is a JSON object in the order of the vendor's documentation, which a
// map would lose.
type object []member

// send writes a JSON answer.
func (s *Server) send(w http.ResponseWriter, status int, body object) {
	text := append(appendValue(nil, body), '\n')
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // an error means that the client has gone
}

// appendValue writes every type that records and views hold.
func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case object:
		return appendObject(b, v)
	case []any:
		return appendList(b, v)
	case map[string]any:
		return appendObject(b, sorted(v))
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case json.Number:
		return append(b, v...)
	case time.Time:
		return v.UTC().AppendFormat(append(b, '"'), timeFormat+`"`)
	}
	return appendString(b, fmt.Sprint(value))
}

func appendObject(b []byte, o object) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, m.name), ':')
		b = appendValue(b, m.value)
	}
	return append(b, '}')
}

func appendList(b []byte, list []any) []byte {
	b = append(b, '[')
	for i, value := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, value)
	}
	return append(b, ']')
}

// appendString replaces invalid UTF-8, and the error says only that it did.
func appendString(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, text)
	return b
}

func sorted(m map[string]any) object {
	o := make(object, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		o = append(o, member{name, m[name]})
	}
	return o
}
