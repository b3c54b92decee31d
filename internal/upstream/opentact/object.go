package opentact

import (
	"fmt"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Object is a request body: its members in the order in which they are sent.
type Object []Member

// Member is one member of an Object. Its value is nil (sent as null), a string,
// bool, int32, int64, float64, time.Time, []string or map[string]any.
type Member struct {
	Name  string
	Value any
}

// Value returns the value of a member; ok is false if there is no such member.
func (o Object) Value(name string) (value any, ok bool) {
	for _, member := range o {
		if member.Name == name {
			return member.Value, true
		}
	}
	return nil, false
}

// instantLayout is how the vendor writes date-times: UTC with milliseconds.
const instantLayout = "2006-01-02T15:04:05.000Z"

// JSON returns the body as it is sent.
func (o Object) JSON() ([]byte, error) {
	body := []byte{'{'}
	for i, member := range o {
		if i > 0 {
			body = append(body, ',')
		}
		var err error
		if body, err = jsontext.AppendQuote(body, member.Name); err != nil {
			return nil, fmt.Errorf("write %q: %w", member.Name, err)
		}
		body = append(body, ':')
		if body, err = appendValue(body, member.Value); err != nil {
			return nil, fmt.Errorf("write %s: %w", member.Name, err)
		}
	}
	return append(body, '}'), nil
}

// appendValue writes one value. Free-form values are written with sorted names, so
// that the same request is always the same bytes.
func appendValue(body []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(body, "null"...), nil
	case string:
		return jsontext.AppendQuote(body, v)
	case bool:
		return strconv.AppendBool(body, v), nil
	case int32:
		return strconv.AppendInt(body, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(body, v, 10), nil
	case time.Time:
		return jsontext.AppendQuote(body, v.UTC().Format(instantLayout))
	default:
		encoded, err := json.Marshal(v, json.Deterministic(true))
		return append(body, encoded...), err
	}
}
