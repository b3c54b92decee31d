package upstream

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/secret"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                                 0,
		"0":                                0,
		"1":                                time.Second,
		" 120 ":                            2 * time.Minute,
		"0.5":                              500 * time.Millisecond,
		"1e2":                              100 * time.Second,
		"3600":                             time.Hour,
		"3601":                             time.Hour,
		"99999999999999999999":             time.Hour,
		"-1":                               0,
		"-0.001":                           0,
		"NaN":                              0,
		"-Inf":                             0,
		"soon":                             0,
		"1 second":                         0,
		"1,2":                              0,
		"Sat, 21 Nov 2026 08:00:30 GMT":    30 * time.Second,
		"Sat, 21 Nov 2026 08:00:00 GMT":    0,
		"Sat, 21 Nov 2026 07:59:59 GMT":    0,
		"Sun, 22 Nov 2026 08:00:00 GMT":    time.Hour,
		"Saturday, 21-Nov-26 08:01:00 GMT": time.Minute,
		"Sat Nov 21 08:01:00 2026":         time.Minute,
		"Sat, 31 Feb 2026 08:00:00 GMT":    0,
		"2026-11-21T08:01:00Z":             0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("a", maxMessageBytes)
	for name, c := range map[string]struct{ text, want string }{
		"empty":                      {"", ""},
		"plain":                      {"name is taken", "name is taken"},
		"space around":               {" \t name\n", "name"},
		"controls inside":            {"a\x00b\nc\td\x7fe\u0085f", "a b c d e f"},
		"escape sequence":            {"\x1b[31mred\x1b[0m", "[31mred [0m"},
		"invalid UTF-8":              {"a\xffb\xc3(", "a b ("},
		"replacement character":      {"a\ufffdb", "a b"},
		"other scripts":              {"имя 名前 🙂", "имя 名前 🙂"},
		"exactly the bound":          {full, full},
		"one more":                   {full + "b", full},
		"space at the bound":         {full + "   ", full},
		"two bytes over the bound":   {full[1:] + "é", full[1:]},
		"two bytes up to the bound":  {full[2:] + "éz", full[2:] + "é"},
		"four bytes over, from 1":    {full[1:] + "🙂", full[1:]},
		"four bytes over, from 2":    {full[2:] + "🙂", full[2:]},
		"four bytes over, from 3":    {full[3:] + "🙂", full[3:]},
		"four bytes up to the bound": {full[4:] + "🙂🙂", full[4:] + "🙂"},
	} {
		if got := clip(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzClip(f *testing.F) {
	for _, seed := range []string{"", "a\x00b", strings.Repeat("🙂", 100), "\xff\xfe", strings.Repeat("é", 128) + "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clipped := clip(text)
		if len(clipped) > maxMessageBytes || !utf8.ValidString(clipped) || strings.ContainsFunc(clipped, unicode.IsControl) {
			t.Errorf("%q became %q", text, clipped)
		}
		if plain := !strings.ContainsFunc(text, unicode.IsControl) && utf8.ValidString(text) && !strings.ContainsRune(text, utf8.RuneError); plain &&
			!strings.HasPrefix(strings.TrimSpace(text), clipped) {
			t.Errorf("%q became %q", text, clipped)
		}
	})
}

// FuzzRetryAfter: whatever the header says, the wait is between none and an hour.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "1", "NaN", "Inf", "-1", "1e309", "Sat, 21 Nov 2026 08:00:30 GMT", "0x1p9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if wait := retryAfter(header, time.Unix(1_800_000_000, 0)); wait < 0 || wait > maxRetryAfter {
			t.Errorf("%q: %s", header, wait)
		}
	})
}

// TestVendorTextIsBounded: however many fields a vendor finds wrong, the error stays
// small enough for a header.
func TestVendorTextIsBounded(t *testing.T) {
	t.Parallel()
	refusal := Rejection{Message: "bad\nvalues"}
	for i := range 100 {
		refusal.Fields = append(refusal.Fields, FieldError{Name: "f" + strconv.Itoa(i) + "\x00", Message: strings.Repeat("m", 1000)})
	}
	var failure Error
	failure.setVendorText(refusal, secret.NewMasker())
	if failure.Message != "bad values" || len(failure.Fields) != maxFieldErrors {
		t.Errorf("%q with %d fields", failure.Message, len(failure.Fields))
	}
	if diff := cmp.Diff(FieldError{"f0", strings.Repeat("m", maxMessageBytes)}, failure.Fields[0]); diff != "" {
		t.Error(diff)
	}
}

// TestBodyCap: the cap is exact, however the body arrives.
func TestBodyCap(t *testing.T) {
	t.Parallel()
	readers := map[string]func(io.Reader) io.Reader{
		"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
		"data with end": iotest.DataErrReader, "halves": iotest.HalfReader,
	}
	for name, wrap := range readers {
		for _, c := range []struct {
			size int
			left int64
			err  error
		}{
			{0, 0, nil}, {1, 0, errTooLarge}, {10, 10, nil}, {11, 10, errTooLarge}, {10, 9, errTooLarge},
			{5000, 5000, nil}, {5001, 5000, errTooLarge}, {10, math.MaxInt64, nil},
		} {
			body := &meteredBody{body: wrap(bytes.NewReader(make([]byte, c.size))), left: c.left}
			read, err := io.ReadAll(body)
			if !errors.Is(err, c.err) || !errors.Is(body.err, c.err) {
				t.Errorf("%s, %d of %d: %v", name, c.size, c.left, err)
			}
			if err == nil && len(read) != c.size {
				t.Errorf("%s, %d of %d: read %d", name, c.size, c.left, len(read))
			}
			if int64(len(read)) > c.left {
				t.Errorf("%s, %d of %d: handed out %d", name, c.size, c.left, len(read))
			}
		}
	}
}

// TestBodyRemembersFailure: a failure of the network stays known, whatever the decoder
// makes of it.
func TestBodyRemembersFailure(t *testing.T) {
	t.Parallel()
	broken := errors.New("reset")
	body := &meteredBody{body: iotest.ErrReader(broken), left: 10}
	for range 2 {
		if _, err := body.Read(make([]byte, 5)); !errors.Is(err, broken) || !errors.Is(body.err, broken) {
			t.Errorf("got %v, kept %v", err, body.err)
		}
	}
}

// TestPipelineCap: the same through a pipeline, at the boundary.
func TestPipelineCap(t *testing.T) {
	t.Parallel()
	answer := `{"a":"` + strings.Repeat("x", 100) + `"}`
	for _, head := range []string{
		"Content-Length: " + strconv.Itoa(len(answer)) + "\r\n\r\n" + answer,
		"Transfer-Encoding: chunked\r\n\r\n" + strconv.FormatInt(int64(len(answer)), 16) + "\r\n" + answer + "\r\n0\r\n\r\n",
		"\r\n" + answer,
	} {
		for bound, ok := range map[int64]bool{int64(len(answer)): true, int64(len(answer)) - 1: false} {
			server := listen(t, answering("HTTP/1.1 200 OK\r\n"+head))
			err := pipelineTo(t, server.url, &plain{}, func(o *Options) { o.MaxBytes = bound }).Do(t.Context(), callOf(Create))
			if ok {
				if err != nil {
					t.Errorf("%d bytes: %v", bound, err)
				}
				continue
			}
			if failure := failureOf(t, err); failure.Kind != KindBadResponse || !errors.Is(failure, errTooLarge) {
				t.Errorf("%d bytes: %v", bound, failure)
			}
		}
	}
}
