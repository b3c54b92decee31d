package tolerant

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// documents are bodies with every kind of token and of mistake.
var documents = []string{
	sample, "", " \r\n\t", "{}", "[]", "{}{} []", "null true false 7", `"a" "b"`, "7", "-", "-0", "-0.0e-10", "01", "1.", "1.e3", "1e", "1e+", "1E5", ".5", "+1",
	"12345678901234567890.5e300", "{", "}", "]", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,2]x", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a" 1}`,
	`{"a":1 "b":2}`, `{"a":1}}`, `{"a":]`, `{1:2}`, `{a:1}`, `["a]`, `["a\"]`, `["\u00e9\ud83d\ude42"]`, `["\ud83d"]`, `["\u12"]`, `["\u12G4"]`, `["\x"]`, `["\`,
	"[\"a\nb\"]", "[\"\x00\"]", "[\"\x1f\"]", "[\"\x7f\"]", "[\"\xff\xfe\"]", "\ufeff{}", "tru", "trux", "truefalse", "nul", "falsy", "<html>", "[1]/**/", "\x00",
	`{"a":{"b":[{"c":[[]]}]},"a":1}`, `{"":""}`, `{"\u0061":1}`, "[1.5,-2e-3,0.1E+2]", strings.Repeat("[", 100) + strings.Repeat("]", 100), "[[[[", `{"a":{"b":`,
}

// token is one token as both readers see it.
type token struct {
	Kind byte
	Text string
}

// tokens are those of a body up to its end or first mistake.
func tokens(body io.Reader) (found []token, err error) {
	r := NewReader(body)
	defer r.Release()
	for {
		switch kind := r.Kind(); kind {
		case 0:
			return found, r.scanner.err
		case '{', '[':
			if err := r.scanner.open(); err != nil {
				return found, err
			}
			found = append(found, token{Kind: kind})
		case '}', ']':
			r.scanner.close()
			found = append(found, token{Kind: kind})
		default:
			raw, err := r.scanner.scalar()
			if err != nil {
				return found, err
			}
			if n := len(r.scanner.stack); n > 0 && r.scanner.stack[n-1] == memberValue {
				r.scanner.colon() // as Reader does behind a name
			}
			found = append(found, token{kind, string(raw)})
		}
	}
}

// reference are the tokens that the library finds.
func reference(body io.Reader) (found []token, err error) {
	decoder := jsontext.NewDecoder(body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		kind := byte(decoder.PeekKind())
		switch kind {
		case '{', '[', '}', ']':
			if _, err := decoder.ReadToken(); err != nil {
				return found, err
			}
			found = append(found, token{Kind: kind})
		default:
			raw, err := decoder.ReadValue()
			if err != nil {
				return found, err
			}
			found = append(found, token{kind, string(raw)})
		}
	}
}

// outcome is how reading a body ended.
func outcome(err error) string {
	for name, end := range map[string]error{"end": io.EOF, "unexpected end": io.ErrUnexpectedEOF} {
		if errors.Is(err, end) {
			return name
		}
	}
	return "mistake"
}

// arrivals are ways in which the bytes of a body can come.
var arrivals = map[string]func(io.Reader) io.Reader{
	"at once":       func(r io.Reader) io.Reader { return r },
	"byte by byte":  iotest.OneByteReader,
	"halves":        iotest.HalfReader,
	"data with end": iotest.DataErrReader,
}

// checkTokens: the scanner and the library agree on the tokens and on how the body ends.
func checkTokens(t *testing.T, body []byte) {
	t.Helper()
	want, wantErr := reference(bytes.NewReader(body))
	for name, arrival := range arrivals {
		got, err := tokens(arrival(bytes.NewReader(body)))
		if diff := cmp.Diff(want, got); diff != "" || outcome(err) != outcome(wantErr) {
			t.Errorf("%q, %s: %v, want %v: %s", body, name, err, wantErr, diff)
		}
	}
}

func TestScannerAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	for _, document := range documents {
		checkTokens(t, []byte(document))
	}
	for end := range len(sample) {
		checkTokens(t, []byte(sample[:end]))
	}
}

// TestSkipIsTheSameAsReading: a value that is skipped is checked like one that is read.
func TestSkipIsTheSameAsReading(t *testing.T) {
	t.Parallel()
	for _, document := range documents {
		r := NewReader(strings.NewReader(document))
		var err error
		for err == nil {
			err = r.Skip()
		}
		r.Release()
		if _, want := tokens(strings.NewReader(document)); fmt.Sprint(err) != fmt.Sprint(want) {
			t.Errorf("%q: %v, want %v", document, err, want)
		}
	}
}

// TestLargeValues: a value that is larger than the buffer is read whole, and the large
// buffer is not kept.
func TestLargeValues(t *testing.T) {
	t.Parallel()
	for _, size := range []int{firstBuffer - 3, firstBuffer - 2, firstBuffer - 1, firstBuffer, keptBuffer, 3 * keptBuffer} {
		text := strings.Repeat("x", size)
		body := `{"` + text + `":"` + text + `","n":` + strings.Repeat("7", size) + `}`
		want := []token{{Kind: '{'}, {'"', `"` + text + `"`}, {'"', `"` + text + `"`}, {'"', `"n"`}, {'0', strings.Repeat("7", size)}, {Kind: '}'}}
		got, err := tokens(iotest.HalfReader(strings.NewReader(body)))
		if !slices.Equal(want, got) || !errors.Is(err, io.EOF) {
			t.Errorf("%d bytes: %d tokens, %v", size, len(got), err)
		}
	}
	s := &scanner{buffer: make([]byte, keptBuffer+1)}
	if s.reset(nil); s.buffer != nil {
		t.Error("a large buffer is kept")
	}
}

// stuck is a body that returns neither bytes nor an error.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// TestBodiesWithoutProgress: such a body is an error, and what is nested too deeply too.
func TestBodiesWithoutProgress(t *testing.T) {
	t.Parallel()
	if _, err := tokens(stuck{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v", err)
	}
	if _, err := tokens(strings.NewReader(strings.Repeat("[", deepest+1))); !errors.Is(err, errTooDeep) {
		t.Errorf("got %v", err)
	}
}

// TestOffset: what lies before the place is counted, not what has been read ahead.
func TestOffset(t *testing.T) {
	t.Parallel()
	for name, arrival := range arrivals {
		r := NewReader(arrival(strings.NewReader(` [1, {"a" : "b"} , 2 ] `)))
		var offsets []int64
		note := func() { r.Kind(); offsets = append(offsets, r.Offset()) }
		note()
		err := r.Array(func() error {
			note()
			err := r.Skip()
			note()
			return err
		})
		note()
		if diff := cmp.Diff([]int64{0, 2, 3, 3, 16, 16, 20, 22}, offsets); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		r.Release()
	}
}

// TestPlainLength: every byte at every place of a text.
func TestPlainLength(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for place := range 20 {
			text := bytes.Repeat([]byte("\xffa!"), 7)[:20]
			text[place] = byte(c)
			want := len(text)
			if c < ' ' || c == '"' || c == '\\' {
				want = place
			}
			for _, some := range [][]byte{text, text[:place], bytes.Repeat([]byte("a"), place), bytes.ReplaceAll(text, []byte{0xff}, []byte("b"))} {
				got, ascii := plainLength(some)
				if got != min(want, len(some)) || ascii != isASCII(some[:got]) {
					t.Errorf("%q: %d, %t, want %d", some, got, ascii, min(want, len(some)))
				}
			}
		}
	}
}

func isASCII(text []byte) bool {
	return !slices.ContainsFunc(text, func(c byte) bool { return c > 0x7f })
}

func FuzzScanner(f *testing.F) {
	for _, document := range documents {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkTokens(t, body) })
}
