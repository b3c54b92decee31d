package codec

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
)

// TestReport: each violation names its rule, names in snake_case are remembered once, and
// a reading that stopped says so.
func TestReport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		input        string
		rules, snake []string
		partial      bool
	}{
		"nothing wrong": {`{"name":"x","expireTime":"2027-01-02T03:04:05Z"}`, nil, nil, false},
		"snake_case":    {`{"expire_time":null,"sip_connection":{"tn_leases":{"items":[{"create_time":null},{"create_time":null}]}}}`, nil, []string{"expire_time", "sip_connection", "tn_leases", "create_time"}, false},
		"rules":         {`{"nmae":1,"name":2,"expireTime":"x","token":"a","token":"b"}`, []string{"UNKNOWN_FIELD", "WRONG_TYPE", "INVALID_VALUE", "DUPLICATE_FIELD"}, nil, false},
		"not JSON":      {`{"name" 7}`, []string{"INVALID_JSON"}, nil, true},
		"more behind":   {`{} {}`, []string{"INVALID_JSON"}, nil, false},
	} {
		report := New().Decode([]byte(c.input), &sipfacadev1.SipUserInvite{}, "")
		var rules, snake []string
		for _, violation := range report.Violations {
			rules = append(rules, violation.GetReason())
		}
		for _, field := range report.SnakeCase {
			snake = append(snake, field.TextName())
		}
		if diff := cmp.Diff(c.rules, rules) + cmp.Diff(c.snake, snake); diff != "" || report.Partial != c.partial {
			t.Errorf("%s: partial %t, %s", name, report.Partial, diff)
		}
	}
}

// TestSyntaxHidesStrings: what is wrong in a string is said without what the string holds,
// which may be a secret.
func TestSyntaxHidesStrings(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		`{"name":"S3cret\ud800QWERTY"}`: `body: not valid JSON at 1:16: invalid surrogate pair in string`,
		`{"name":"S3cret\udc00"}`:       `body: not valid JSON at 1:16: invalid surrogate pair in string`,
		`{"name":"S3cret\uQWER"}`:       `body: not valid JSON at 1:16: invalid escape sequence in string`,
		`{"name":"S3cret\Q"}`:           `body: not valid JSON at 1:16: invalid escape sequence in string`,
		"{\"name\":\"S3cret\xff\"}":     `body: not valid JSON at 1:16: invalid UTF-8`,
		"{\"name\":\"S3cret\n\"}":       `body: not valid JSON at 1:16: invalid character '\n' in string (expecting non-control character)`,
		`{"na\ud800QWERTY":1}`:          `body: not valid JSON at 1:5: invalid surrogate pair in string`,
	} {
		violations := New().Decode([]byte(input), &sipfacadev1.SipUserInvite{}, "").Violations
		if got := violations[0].GetField() + ": " + violations[0].GetDescription(); len(violations) != 1 || got != want {
			t.Errorf("%s: %v", input, violations)
		}
	}
}

// TestRules: what is given twice, or too often, breaks the same rule wherever it stands.
func TestRules(t *testing.T) {
	t.Parallel()
	for input, c := range map[string]struct {
		into proto.Message
		rule string
	}{
		`{"name":"a","name":"b"}`:                                                   {&sipfacadev1.SipUserInvite{}, "DUPLICATE_FIELD"},
		`{"otherSettings":{"a":1,"a":2}}`:                                           {&sipfacadev1.TrunkSettings{}, "DUPLICATE_FIELD"},
		`{"additionalFields":{"a":"","a":""}}`:                                      {&sipfacadev1.PbxUser{}, "DUPLICATE_FIELD"},
		`{"updateMask":"` + strings.Repeat("name,", limits.MaxMaskPaths) + `name"}`: {&sipfacadev1.UpdateSipUserInviteRequest{}, "TOO_MUCH"},
		`{"updateMask":"a b"}`:                                                      {&sipfacadev1.UpdateSipUserInviteRequest{}, "INVALID_VALUE"},
	} {
		violations := New().Decode([]byte(input), c.into, "").Violations
		if len(violations) != 1 || violations[0].GetReason() != c.rule {
			t.Errorf("%s: %v", input, violations)
		}
	}
}
