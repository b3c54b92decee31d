package tolerant

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// visits are what a reader finds in a body: names, texts and the places behind them.
func visits(body io.Reader) (found []string) {
	r := NewReader(body)
	defer r.Release()
	note := func(what string, value any) {
		found = append(found, fmt.Sprintf("%s %q at %d", what, value, r.Offset()))
	}
	var visit func() error
	visit = func() error {
		switch r.Kind() {
		case '{':
			related, err := Related(r, "object", func(_ *Reader, name []byte, _ *struct{}) error {
				note("name", string(name))
				return visit()
			}, nil)
			note("object", fmt.Sprint(related != nil))
			return err
		case '[':
			return r.Array(visit)
		default:
			text, ok, err := r.Text("scalar")
			note("text", text)
			note("kept", fmt.Sprint(ok, err))
			return err
		}
	}
	err := visit()
	note("end", fmt.Sprint(err, r.End()))
	return found
}

// comparePlain reads a body whole, so that its tokens are taken in one step if they can be,
// and byte by byte, so that they cannot.
func comparePlain(t *testing.T, body string) {
	t.Helper()
	whole, byByte := visits(strings.NewReader(body)), visits(iotest.OneByteReader(strings.NewReader(body)))
	if diff := cmp.Diff(byByte, whole); diff != "" {
		t.Errorf("%q: %s", body, diff)
	}
}

// plainDocuments have tokens that can be taken in one step, and such that almost can.
var plainDocuments = []string{
	`{"a":"b","c":"d"}`, `{"a":"","":"b"}`, `{"a" :"b","c": "d" , "e":"f"}`, `{"a":"b" ,"c":"d"}`, `{"a":"b",` + "\n" + `"c":"d"}`,
	`{"\u0061":"b","c":"\n"}`, `{"a":"é","é":"\u00e9"}`, "{\"a\":\"\xff\",\"\xff\":\"b\"}", `{"a":"b","c"}`, `{"a":"b","c":}`, `{"a":"b","c":]}`,
	`{"a":"b",,"c":"d"}`, `{,"a":"b"}`, `{"a":"b""c":"d"}`, `{"a":{},"b":{"c":{}},"d":[{},{}]}`, `{"a":{ },"b":{}`, `["a","b",{"c":"d"},"e"]`, `["a""b"]`,
	`{"a":"b`, `{"a":"b","c`, `{"a":"b","c"`, `{"a":"b","c":`, `{"a":"b"`, `{"a":"` + "\x01" + `"}`, `"a"`, `{"a":null,"b":true,"c":-1.5e3,"d":"e"}`, `{"a":nul}`,
}

// TestPlain: how the bytes of a body arrive makes no difference.
func TestPlain(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	for _, body := range append(plainDocuments, documents...) {
		comparePlain(t, body)
	}
	comparePlain(t, `{"a":"`+long+`","`+long+`":"é`+long+`"}`)
	comparePlain(t, "["+strings.Repeat(`{"some name":"some text","other":{}},`, 2*firstBuffer/30)+"{}]")
}

func FuzzPlain(f *testing.F) {
	for _, body := range append(plainDocuments, documents...) {
		f.Add(body)
	}
	f.Fuzz(comparePlain)
}
