package infinity

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// sample is a message with a field of each form.
type sample struct {
	Text         string
	OptionalText *string
	Flag         *bool
	Number       *int32
	ID           uint32
	OptionalID   *uint32
	Time         *timestamppb.Timestamp
	Word         *word
	Token        *string
	Additional   map[string]string
}

// word is an enum.
type word int32

func wordOf(text string) (word, bool) { return 1, strings.EqualFold(text, "one") }

// sampleKind reads samples as generated code does.
var sampleKind = Kind[sample]{Member: func(r *Reader, name []byte, m *sample) error {
	switch string(name) {
	case "text":
		if m.Text == "" {
			return r.Text(&m.Text)
		}
	case "optionalText":
		if m.OptionalText == nil {
			return r.OptionalText(&m.OptionalText)
		}
	case "flag":
		return r.OptionalFlag("flag", &m.Flag)
	case "number":
		return r.OptionalNumber("number", &m.Number)
	case "id":
		return r.ID("id", &m.ID)
	case "optionalId":
		return r.OptionalID("optionalId", &m.OptionalID)
	case "time":
		return r.Time("time", &m.Time)
	case "word":
		return Word(r, "word", &m.Word, wordOf, &m.Additional)
	case "token":
		return r.HandedOver(&m.Token)
	case "pin":
		return r.Skip()
	case "label", "caption":
		return r.Later(name)
	}
	return r.Additional(name, &m.Additional)
}, Aliases: []string{"label", "caption"}, Alias: func(r *Reader, name []byte, m *sample) error {
	if m.Text == "" {
		return r.Text(&m.Text)
	}
	return r.Additional(name, &m.Additional)
}}

// clientOver returns a client in a zone that keeps what differs in the answers.
func clientOver(zone *time.Location, drift tolerant.Drift) *Client {
	return New(Options{Options: upstream.Options{BaseURL: &url.URL{}, Found: func(f upstream.Finding) {
		drift[f.Finding] += f.Count
	}}, Zone: zone})
}

// readSamples reads the rows of a body, and what differs in them.
func readSamples(body io.Reader) (read []*sample, drift tolerant.Drift, err error) {
	r := &Reader{zone: time.UTC}
	err = messages(body, r, sampleKind, func(m *sample) *sample {
		read = append(read, m)
		return nil
	})
	return read, r.drift, err
}

// notRead are the names, in their order, of the members whose values or words were not
// understood.
func notRead(drift tolerant.Drift) (names []string) {
	for found, count := range drift {
		for range count {
			if found.Difference != tolerant.UnknownMember {
				names = append(names, found.Member)
			}
		}
	}
	slices.Sort(names)
	return names
}

// TestReader: each form is read from a body, and from a row that was kept.
func TestReader(t *testing.T) {
	t.Parallel()
	one := word(1)
	moment := timestamppb.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	for name, c := range map[string]struct {
		body    string
		want    sample
		misread []string
	}{
		"strings": {
			`{"text":"a","optionalText":"b","flag":"yes","number":"7","id":"8","optionalId":"9","time":"2026-01-02 05:04:05","word":"ONE"}`,
			sample{Text: "a", OptionalText: new("b"), Flag: new(true), Number: new(int32(7)), ID: 8, OptionalID: new(uint32(9)), Time: moment, Word: &one}, nil,
		},
		"bare values": {
			`{"text":1.50,"optionalText":true,"flag":0,"number":-7.0,"id":8,"optionalId":true}`,
			sample{Text: "1.50", OptionalText: new("true"), Flag: new(false), Number: new(int32(-7)), ID: 8, OptionalID: new(uint32(1))}, nil,
		},
		"objects for texts": {
			`{"text":{"b":1,"a":[ ],"pin":2},"optionalText":["x", null]}`, sample{Text: `{"a":[],"b":1}`, OptionalText: new(`["x",null]`)}, nil,
		},
		"empty": {
			`{"text":"","optionalText":null,"flag":"","number":null,"id":"","optionalId":"0","time":"0000-00-00 00:00:00","word":""}`, sample{}, nil,
		},
		"unread": {
			`{"flag":"maybe","number":"2147483648","id":-1,"optionalId":{"a":1},"time":["soon"],"word":"two"}`,
			sample{Additional: map[string]string{"word": "two"}}, []string{"flag", "id", "number", "optionalId", "time", "word"},
		},
		"a word that is an object": {`{"word":{"a":1}}`, sample{Additional: map[string]string{"word": `{"a":1}`}}, []string{"word"}},
		"two spellings":            {`{"text":"","text":"a","text":"b"}`, sample{Text: "a", Additional: map[string]string{"text": "b"}}, nil},
		"a further name":           {`{"label":"a"}`, sample{Text: "a"}, nil},
		"a further name first":     {`{"caption":"c","label":"b","text":"a"}`, sample{Text: "a", Additional: map[string]string{"label": "b", "caption": "c"}}, nil},
		"two further names":        {`{"caption":"c","text":null,"label":"b"}`, sample{Text: "b", Additional: map[string]string{"caption": "c"}}, nil},
		"an empty further name":    {`{"caption":{"b":1,"pin":2},"label":""}`, sample{Text: `{"b":1}`}, nil},
		"not modelled": {
			`{"a":null,"b":"","c":1.50,"d":"x","e":{"n":12345678901234567890},"a":"again","url":"https://joe:opal@example.com"}`,
			sample{Additional: map[string]string{"a": "again", "b": "", "c": "1.50", "d": "x", "e": `{"n":12345678901234567890}`, "url": "https://[redacted]@example.com"}}, nil,
		},
		"escapes": {`{"t\u0065xt":"\u0031\n","num\u0062er":"\u0031"}`, sample{Text: "1\n", Number: new(int32(1))}, nil},
		"secrets": {`{"pin":"1234","userPIN":"1234","text":"a"}`, sample{Text: "a"}, nil},
	} {
		var fromBody []string
		fromRow := tolerant.Drift{}
		zone := time.FixedZone("", 2*60*60)
		for _, body := range []io.Reader{strings.NewReader(c.body), iotest.OneByteReader(strings.NewReader(c.body))} {
			r := &Reader{zone: zone}
			got, err := message(body, r, sampleKind)
			fromBody = notRead(r.drift)
			if diff := cmp.Diff(&c.want, got, protocmp.Transform()); diff != "" || err != nil {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
		row, err := single(strings.NewReader(c.body), "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := Show(clientOver(zone, fromRow), Users.Read, sampleKind, row)
		if diff := cmp.Diff(&c.want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s, from a row: %s", name, diff)
		}
		if !slices.Equal(c.misread, fromBody) || !slices.Equal(c.misread, notRead(fromRow)) {
			t.Errorf("%s: misread %q, from a row %q", name, fromBody, notRead(fromRow))
		}
	}
}

// TestReaderHandsOver: a token is read if a create hands it over, and from no other answer.
func TestReaderHandsOver(t *testing.T) {
	t.Parallel()
	const body = `{"token":"opal","text":"a"}`
	read, err := message(strings.NewReader(body), &Reader{zone: time.UTC}, sampleKind)
	if diff := cmp.Diff(&sample{Text: "a"}, read, protocmp.Transform()); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	row, err := single(strings.NewReader(body), "token")
	if err != nil {
		t.Fatal(err)
	}
	want := &sample{Text: "a", Token: new("opal")}
	if diff := cmp.Diff(want, Show(clientOver(time.UTC, nil), Users.Create, sampleKind, row), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

// TestMessage: a body that should hold one row has one, with a member that may be shown.
func TestMessage(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{"text":"a"}`: nil, `[{"a":null}]`: nil, `{}`: errManyRows, "": errManyRows, `[]`: errManyRows, `{"pin":"1"}`: errManyRows, `{"userPIN":"1"}`: errManyRows,
		`{"token":"t"}`: errManyRows, `{"text":"a"}{"text":"b"}`: errManyRows, `{"text":"a"`: io.ErrUnexpectedEOF,
	} {
		if _, err := message(strings.NewReader(body), &Reader{zone: time.UTC}, sampleKind); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", body, err, want)
		}
	}
}

// TestReaderKeepsNothing: what is read does not change when the buffers are used again.
func TestReaderKeepsNothing(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 5000 {
		body.WriteString(`{"text":"` + strings.Repeat(string(rune('a'+i%26)), i%50+1) + `","more` + string(rune('a'+i%26)) + `":"` + strings.Repeat("y", i%7+1) + `"}` + "\n")
	}
	rows, _, err := readSamples(strings.NewReader(body.String()))
	if err != nil || len(rows) != 5000 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows {
		letter := string(rune('a' + i%26))
		want := &sample{Text: strings.Repeat(letter, i%50+1), Additional: map[string]string{"more" + letter: strings.Repeat("y", i%7+1)}}
		if diff := cmp.Diff(want, row, protocmp.Transform()); diff != "" {
			t.Fatalf("row %d: %s", i, diff)
		}
	}
}

// FuzzMessages: nothing panics, all text is UTF-8, no secret is read, it does not matter how
// the body is broken into reads, and rows that were kept show the same.
func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		`{"caption":"c","label":["b"],"text":""}{"text":"a"}`, `{"error":"no"}`, `{"text":"a","flag":"1","id":"7","time":"2026-01-02 03:04:05","more":{"pin":"1"}}`, `[{"word":"two","number":1e3},{"token":"x"}]`,
		"{\"a\xff\":\"\\ud800\"}", `{"text":[{"a":1}],"optionalId":0,"optionalText":"\u0000"}`, `"no"`, `{"text":`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		read, drift, err := readSamples(bytes.NewReader(body))
		slowly, driftSlowly, slowErr := readSamples(iotest.OneByteReader(bytes.NewReader(body)))
		driftOfRows := tolerant.Drift{}
		var shown []*sample
		kept := clientOver(time.UTC, driftOfRows)
		rowErr := rows(bytes.NewReader(body), "", func(row Row) error {
			shown = append(shown, Show(kept, Users.List, sampleKind, row))
			return nil
		})
		if diff := cmp.Diff(read, slowly, protocmp.Transform()); diff != "" || (err == nil) != (slowErr == nil) || !maps.Equal(drift, driftSlowly) {
			t.Errorf("%v, byte by byte %v: %s", err, slowErr, diff)
		}
		if err == nil && rowErr == nil {
			if diff := cmp.Diff(read, shown, protocmp.Transform()); diff != "" || !slices.Equal(notRead(drift), notRead(driftOfRows)) {
				t.Errorf("misread %q, from rows %q: %s", notRead(drift), notRead(driftOfRows), diff)
			}
		}
		for _, m := range read {
			checkSample(t, m)
		}
	})
}

func checkSample(t *testing.T, m *sample) {
	t.Helper()
	if !utf8.ValidString(m.Text) || m.OptionalText != nil && !utf8.ValidString(*m.OptionalText) || m.Token != nil {
		t.Errorf("read %+v", m)
	}
	for name, text := range m.Additional {
		if !utf8.ValidString(name) || !utf8.ValidString(text) || secret.Name(name) {
			t.Errorf("kept %q: %q", name, text)
		}
	}
}
