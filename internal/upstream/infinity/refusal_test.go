package infinity

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

func TestRefusal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body, message string
		ok            bool
	}{
		"string":             {`"access denied"`, "access denied", true},
		"string and a line":  {"\"auth required\"\n", "auth required", true},
		"empty string":       {`""`, "", true},
		"message":            {`{"code":4,"message":"no"}`, "no", true},
		"error":              {`{"error":"no"}`, "no", true},
		"errors":             {`{"errors":["a","b"]}`, `["a","b"]`, true},
		"errors by name":     {`{"errors":{"user":"taken","password":"hunter2"}}`, `{"user":"taken"}`, true},
		"the first counts":   {`{"error":"first","message":"second"}`, "first", true},
		"null is no message": {`{"message":null,"error":"no"}`, "no", true},
		"nor is nothing":     {`{"message":"","errors":"no"}`, "no", true},
		"null alone":         {`{"error":null}`, "", true},
		"cut after it":       {`{"message":"no","trace":"aaaa`, "no", true},
		"cut before it":      {`{"trace":"aaaa`, "", false},
		"other object":       {`{"a":1}`, "", false},
		"broken object":      {`{"message":"no"]`, "no", false},
		"string and more":    {`"a" "b"`, "a", false},
		"cut string":         {`"acc`, "", false},
		"array":              {`["no"]`, "", false},
		"text":               {"access denied", "", false},
		"HTML":               {"<html>", "", false},
		"nothing":            {"", "", false},
		"null":               {"null", "", false},
	} {
		got, ok := readRefusal([]byte(c.body))
		if got.Message != c.message || ok != c.ok || got.Status != 0 {
			t.Errorf("%s: %q, %v", name, got.Message, ok)
		}
		if strings.Contains(got.Message, "hunter2") {
			t.Errorf("%s: shows a secret", name)
		}
	}
}

// TestRefusalInSuccess: a row that has only the members of the vendor's refusals is one, if it
// is the only row of the answer. On a write a message alone may be a success as well.
func TestRefusalInSuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		// read is the message of a refused read, and wrote that of a refused write; "" if it is
		// not refused.
		read, wrote string
		// unclear says that the write is not confirmed either.
		unclear bool
	}{
		"error":               {`{"error":"user exists"}`, "user exists", "user exists", false},
		"in an array":         {`[{"error":"user exists"}]`, "user exists", "user exists", false},
		"errors":              {`{"errors":{"user":"taken","password":"hunter2"}}`, `{"user":"taken"}`, `{"user":"taken"}`, false},
		"errors of a secret":  {`{"errors":{"password":"hunter2"}}`, "{}", "{}", false},
		"a list of errors":    {`{"errors":["taken"]}`, `["taken"]`, `["taken"]`, false},
		"error and message":   {`{"error":"E5","message":"taken"}`, "E5", "E5", false},
		"a text goes first":   {`{"error":true,"message":"taken"}`, "taken", "taken", false},
		"error alone":         {`{"error":true}`, "true", "true", false},
		"a message":           {`{"message":"done"}`, "done", "", true},
		"no error, a message": {`{"error":false,"errors":[],"message":"done"}`, "done", "", true},
		"nothing is said":     {`{"error":null,"errors":[],"message":""}`, "", "", false},
		"other members":       {`{"userId":"8","error":"E5"}`, "", "", false},
		"other members first": {`{"error":"E5","userId":"8"}`, "", "", false},
		"within a member":     {`{"user":{"error":"E5"}}`, "", "", false},
	} {
		text := func(err error) string {
			var refusal *upstream.Rejection
			if errors.As(err, &refusal) {
				return refusal.Message
			}
			return ""
		}
		r := &Reader{zone: time.UTC}
		_, err := message(strings.NewReader(c.body), r, sampleKind)
		if text(err) != c.read || err != nil && len(r.drift) > 0 {
			t.Errorf("%s: read %v, %v", name, err, r.drift)
		}
		if _, err := single(strings.NewReader(c.body), ""); text(err) != c.read {
			t.Errorf("%s: a row as it came %v", name, err)
		}
		_, err = written(http.StatusOK, strings.NewReader(c.body), "")
		if text(err) != c.wrote || errors.Is(err, errMessage) != c.unclear {
			t.Errorf("%s: written %v", name, err)
		}
		if _, err := written(http.StatusCreated, strings.NewReader(c.body), ""); err != nil {
			t.Errorf("%s: written with 201 %v", name, err)
		}
	}
}

// TestDeniedWrites: the answer to a write that says that it had no success is a refusal, unless
// the status confirms the write or is that of a row.
func TestDeniedWrites(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		message string
		refused bool
	}{
		`{"success":false,"message":"no"}`:               {"no", true},
		`{"success":"0","errors":["a"],"message":"no"}`:  {"no", true},
		`{"success":false}`:                              {"", true},
		`{"success":false,"userId":"8","error":"taken"}`: {"taken", true},
		`{"status":"error","message":"dup"}`:             {"dup", true},
		`{"status":"Failed"}`:                            {"", true},
		`{"status":"error","id":null,"message":"dup"}`:   {"dup", true},
		`{"status":"error","userId":"8"}`:                {"", false},
		`{"status":"ok","message":"done"}`:               {"", false},
		`{"status":500,"message":"done"}`:                {"", false},
		`{"success":true,"message":"done"}`:              {"", false},
		`{"success":null,"user":"joe"}`:                  {"", false},
		`{"success":"later","user":"joe"}`:               {"", false},
	} {
		_, err := written(http.StatusOK, strings.NewReader(body), "")
		var refusal *upstream.Rejection
		if errors.As(err, &refusal) != want.refused || (err != nil) != want.refused || want.refused && refusal.Message != want.message {
			t.Errorf("%s: %v", body, err)
		}
		if _, err := written(http.StatusCreated, strings.NewReader(body), ""); err != nil {
			t.Errorf("%s with 201: %v", body, err)
		}
	}
}

// TestRefusalsBesideRows: an error among rows says that rows may be missing. A message alone
// among them is a row.
func TestRefusalsBesideRows(t *testing.T) {
	t.Parallel()
	kind := sampleKind
	kind.Reset = func(m *sample) { *m = sample{} }
	for body, broken := range map[string]bool{
		`{"text":"a"}{"error":"no"}`:              true,
		`{"error":"no"}{"text":"a"}`:              true,
		`[{"error":"no"},{"error":"no"}]`:         true,
		`[{"text":"a"},{"errors":["no"]}]`:        true,
		`{"text":"a"}{"message":"no","error":1}`:  true,
		`{"text":"a"}{"message":"no"}`:            false,
		`{"text":"a"}{"message":"no","error":""}`: false,
		`{"text":"a"}{"text":"b","error":"no"}`:   false,
		`{"text":"a"}{"error":null}`:              false,
	} {
		for name, spare := range map[string]bool{"kept": false, "not kept": true} {
			count := 0
			err := messages(strings.NewReader(body), &Reader{zone: time.UTC}, kind, func(m *sample) *sample {
				if count++; spare {
					return m
				}
				return nil
			})
			var refusal *upstream.Rejection
			if count != 2 || errors.Is(err, errBroken) != broken || (err != nil) != broken || errors.As(err, &refusal) {
				t.Errorf("%s, %s: %d rows, %v", body, name, count, err)
			}
		}
	}
	err := messages(strings.NewReader(`{"error":"no"}`), &Reader{zone: time.UTC}, kind, func(m *sample) *sample { return m })
	if refusal := (*upstream.Rejection)(nil); !errors.As(err, &refusal) || refusal.Message != "no" {
		t.Errorf("a row that is not kept: %v", err)
	}
}
