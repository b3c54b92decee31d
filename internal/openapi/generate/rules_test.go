package main

import (
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/prototext"

	"github.com/sipfacade/sipfacade/internal/openapi"
)

// TestConstrain: rules of protovalidate in a schema, each in its own words.
func TestConstrain(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		`string { min_len: 1 max_len: 255 }`:    `{"minLength":1,"maxLength":255}`,
		`string { len: 3 }`:                     `{"minLength":3,"maxLength":3}`,
		`string { max_bytes: 8192 }`:            `{"maxLength":8192}`,
		`string { pattern: "^[a-z]+$" }`:        `{"pattern":"^[a-z]+$"}`,
		`string { ipv4: true }`:                 `{"format":"ipv4"}`,
		`string { in: "a" in: "b.c" }`:          `{"pattern":"^(a|b\\.c)$"}`,
		`string { const: "a" }`:                 `{"enum":["a"]}`,
		`string { address: true }`:              `{"description":"Rule: a host name or an IP address."}`,
		`int32 { gte: 1024 lte: 65535 }`:        `{"minimum":1024,"maximum":65535}`,
		`uint32 { gt: 0 lt: 10 }`:               `{"minimum":1,"maximum":9}`,
		`double { gt: 0.5 finite: true }`:       `{"exclusiveMinimum":0.5}`,
		`int64 { gte: 5 }`:                      `{"description":"Rule: at least 5."}`,
		`duration { gte: { seconds: 1 } }`:      `{"description":"Rule: at least 1s."}`,
		`enum { not_in: 0 defined_only: true }`: `{}`,
		`enum { not_in: 2 }`:                    `{"description":"Rule: not the value with the number 2."}`,
		`repeated { min_items: 1 unique: true items { string { uuid: true } } }`: `{"items":{"format":"uuid"},"minItems":1,"uniqueItems":true}`,
		`map { max_pairs: 4 }`:                                                     `{"maxProperties":4}`,
		`cel { id: "a" expression: "this.matches('^x$')" }`:                        `{"pattern":"^x$"}`,
		`cel { id: "a" message: "has no colour" expression: "this.colour == ''" }`: `{"description":"Rule: has no colour."}`,
	}
	for text, want := range cases {
		rules := &validate.FieldRules{}
		if err := prototext.Unmarshal([]byte(text), rules); err != nil {
			t.Fatal(err)
		}
		made := &openapi.Schema{}
		if rules.GetRepeated() != nil {
			made.Items = &openapi.Schema{}
		}
		if err := constrainBy(rules, made); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		got, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// TestUnknownRule: a rule that nobody thought of fails the generation, and is not lost.
func TestUnknownRule(t *testing.T) {
	t.Parallel()
	rules := &validate.FieldRules{}
	if err := prototext.Unmarshal([]byte(`string { well_known_regex: KNOWN_REGEX_HTTP_HEADER_NAME }`), rules); err != nil {
		t.Fatal(err)
	}
	if err := constrainBy(rules, &openapi.Schema{}); err == nil || !strings.Contains(err.Error(), "well_known_regex") {
		t.Errorf("got %v", err)
	}
}
