package infinity

import (
	"strings"
	"testing"
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
