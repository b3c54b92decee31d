package tolerant

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// TestDepth: modelled objects nest up to the bound, and what is skipped nests as
// deep as it likes.
func TestDepth(t *testing.T) {
	t.Parallel()
	nested := func(open, close string, depth int) string {
		return strings.Repeat(open, depth) + strings.Repeat(close, depth)
	}
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"at the bound":          {nested(`{"boss":`, `}`, MaxDepth-1) + "", nil},
		"beyond":                {`{"boss":` + nested(`{"boss":`, `}`, MaxDepth) + `}`, errTooDeep},
		"free-form beyond":      {`{"settings":` + nested(`{"a":`, `}`, MaxDepth) + `}`, errTooDeep},
		"free-form list beyond": {`{"settings":{"a":` + nested(`[`, `]`, MaxDepth) + `}}`, errTooDeep},
		"lists of relations":    {nested(`{"team":[`, `]}`, MaxDepth), errTooDeep},
		"skipped":               {`{"unknown":` + nested(`[`, `]`, 5000) + `}`, nil},
	} {
		body := strings.ReplaceAll(c.body, `"boss":}`, `"boss":{}}`)
		body = strings.ReplaceAll(body, `"a":}`, `"a":{}}`)
		_, _, err := readPerson(strings.NewReader(body))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestMistakes: what is no JSON, or not an object, is an error.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", " ", "null", `"text"`, "7", "true", "[]", "{", "}", `{"name"}`, `{"name":}`, `{name:"x"}`, `{'name':'x'}`,
		`{"name":"x",}`, `{"name":"x"}}`, `{"name":"x"} {}`, `{"name":"x"} x`, `{"name":tru}`, `{"name":01}`, `{"name":"\x"}`,
		`{"name":"a` + "\n" + `b"}`, `{"team":[1,]}`, `{"team":[1 2]}`, `{"settings":{"a" 1}}`, "\ufeff{}", `{"unknown":[}`, "<html>",
		`{"name":NaN}`, `{1:2}`, `{"name":"x"/* c */}`,
	} {
		if got, _, err := readPerson(strings.NewReader(body)); err == nil {
			t.Errorf("%q was read as %+v", body, got)
		}
	}
}

// TestShapeError: what the log says of a value of the wrong kind.
func TestShapeError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"null": "want an object, got null", "false": "want an object, got a boolean", "true": "want an object, got a boolean",
		`"x"`: "want an object, got a string", "1": "want an object, got a number", "[]": "want an object, got an array",
	} {
		_, _, err := readPerson(strings.NewReader(body))
		var shape *ShapeError
		if !errors.As(err, &shape) || err.Error() != want {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
	r := NewReader(strings.NewReader("{}"))
	defer r.Release()
	if err := r.Array(nil); err == nil || err.Error() != "want an array, got an object" {
		t.Errorf("got %v", err)
	}
	if _, _, err := readForms(t, `{"foreign":1}`); err == nil || err.Error() != "an object of another kind: it has foreign" {
		t.Errorf("got %v", err)
	}
}

const sample = `{"unknown":[{"a":[1,2.5e3]},null,"\u00e9"],"name":"Zo\u00eb \ud83d\ude42","boss":{"name":"Bob","boss":null},` +
	`"team":[{"name":"A"},"p-1",{}],"settings":{"call_limit":10,"codecs":["PCMU","G729"],"t38":false,"x":null}}`

// TestTruncation: cut at any place, the sample is an unexpected end and never a
// shorter object.
func TestTruncation(t *testing.T) {
	t.Parallel()
	if _, _, err := readPerson(strings.NewReader(sample)); err != nil {
		t.Fatal(err)
	}
	for end := range len(sample) {
		got, _, err := readPerson(strings.NewReader(sample[:end]))
		if end == 0 {
			if !errors.Is(err, io.EOF) {
				t.Errorf("nothing at all: %v", err)
			}
			continue
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v, %+v", sample[:end], err, got)
		}
	}
}

// TestBrokenInput: if the connection breaks instead, its error is returned.
func TestBrokenInput(t *testing.T) {
	t.Parallel()
	broken := errors.New("reset by peer")
	for end := range len(sample) {
		_, _, err := readPerson(io.MultiReader(strings.NewReader(sample[:end]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) {
			t.Errorf("%q: %v", sample[:end], err)
		}
	}
}

// TestArrivalDoesNotMatter: bytes that arrive one by one are read the same, which
// they would not be if a name or a value were used after its buffer has moved.
func TestArrivalDoesNotMatter(t *testing.T) {
	t.Parallel()
	long := `{"unknown":"` + strings.Repeat("x", 10_000) + `",` + sample[1:]
	want, _, err := readPerson(strings.NewReader(long))
	if err != nil {
		t.Fatal(err)
	}
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"byte by byte": iotest.OneByteReader, "halves": iotest.HalfReader, "data with end": iotest.DataErrReader,
	} {
		got, _, err := readPerson(wrap(strings.NewReader(long)))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// TestResultsOutliveTheReader: readers are used again, so nothing that was read may
// lie in their buffers.
func TestResultsOutliveTheReader(t *testing.T) {
	t.Parallel()
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			var kept []person
			body := func(i int) string {
				return fmt.Sprintf(`{"name":"n%d-%d","boss":"p-%d","settings":{"k%d":"v%d","l":["%d"]}}`, worker, i, i, i, i, i)
			}
			for i := range 200 {
				p, _, err := readPerson(strings.NewReader(body(i)))
				if err != nil {
					t.Error(err)
				}
				kept = append(kept, p)
			}
			for i, p := range kept {
				want := person{
					Name: fmt.Sprintf("n%d-%d", worker, i), Boss: &person{Name: fmt.Sprintf("p-%d", i)},
					Settings: map[string]any{fmt.Sprintf("k%d", i): fmt.Sprintf("v%d", i), "l": []any{fmt.Sprint(i)}},
				}
				if diff := cmp.Diff(want, p); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	wait.Wait()
}

// TestReleaseForgets: a reader that failed is as good as new.
func TestReleaseForgets(t *testing.T) {
	t.Parallel()
	for range 100 {
		for _, body := range []string{`{"team":[{"boss":{"name"`, `{"boss":true,"team":[[`, "x", strings.Repeat(`{"boss":`, 100)} {
			if _, _, err := readPerson(strings.NewReader(body)); err == nil {
				t.Fatalf("%s was read", body)
			}
		}
		got, misreads, err := readPerson(strings.NewReader(`{"name":"Bob"}`))
		if err != nil || len(misreads) != 0 || got.Name != "Bob" {
			t.Fatalf("%+v, %v, %v", got, misreads, err)
		}
	}
}

// TestValue: if a value is given up on, reading goes on behind it.
func TestValue(t *testing.T) {
	t.Parallel()
	gaveUp := errors.New("gave up")
	reads := map[string]func(r *Reader) error{
		"at once":      func(*Reader) error { return gaveUp },
		"after a look": func(r *Reader) error { r.Kind(); return gaveUp },
		"after it all": func(r *Reader) error { return errors.Join(r.Skip(), gaveUp) },
		"inside": func(r *Reader) error {
			if r.Kind() != '[' {
				return gaveUp
			}
			return r.Array(func() error { return errors.Join(r.Skip(), gaveUp) })
		},
		"deep inside": func(r *Reader) error {
			if r.Kind() != '[' {
				return gaveUp
			}
			return r.Array(func() error {
				return r.Object(func([]byte) error { return r.Object(func([]byte) error { return gaveUp }) })
			})
		},
		"wrong kind inside": func(r *Reader) error {
			err := r.Array(func() error { return r.Object(func([]byte) error { return gaveUp }) })
			return errors.Join(err, gaveUp)
		},
	}
	values := []string{`1`, `"x"`, `null`, `[]`, `[1,2]`, `[{"a":{"b":[1,{"c":2}]}},3]`, `{"a":[1]}`, `[[[]]]`, `["a","b"]`}
	for name, read := range reads {
		for _, value := range values {
			r := NewReader(strings.NewReader(`{"first":` + value + `,"name":"kept"}`))
			after := ""
			err := r.Object(func(member []byte) error {
				if string(member) == "first" {
					unusable, err := r.Value(func() error { return read(r) })
					if unusable == nil && value != `[]` {
						t.Errorf("%s of %s: not given up", name, value)
					}
					return err
				}
				text, _, err := r.Text("name")
				after = text
				return err
			})
			if err = errors.Join(err, r.End()); err != nil || after != "kept" {
				t.Errorf("%s of %s: then read %q: %v", name, value, after, err)
			}
			r.Release()
		}
	}
}

// TestValueReportsTheInput: a mistake in the value is not taken for giving up.
func TestValueReportsTheInput(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[1,`, `[1,}`, `[{"a":tru}]`, ``, `[1 2]`} {
		r := NewReader(strings.NewReader(body))
		_, err := r.Value(func() error { return r.Array(func() error { return r.Skip() }) })
		if err == nil {
			t.Errorf("%q has no mistake", body)
		}
		r.Release()
	}
}

func BenchmarkReader(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(sample)))
	for b.Loop() {
		if _, _, err := readPerson(strings.NewReader(sample)); err != nil {
			b.Fatal(err)
		}
	}
}
