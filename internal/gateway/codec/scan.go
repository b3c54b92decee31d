package codec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/genproto/googleapis/rpc/errdetails"

	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/spelling"
	"github.com/sipfacade/sipfacade/internal/status"
)

// step is one part of a field path: a name, a map key, or an index.
type step struct {
	name  string
	index int
	kind  stepKind
}

type stepKind byte

const (
	stepName stepKind = iota
	stepKey
	stepIndex
)

// The rules that a body can break before those of the contract are looked at.
const (
	ruleJSON      = "INVALID_JSON"
	ruleUnknown   = status.RuleUnknownField
	ruleDuplicate = status.RuleDuplicateField
	ruleOneof     = "ONEOF"
	ruleType      = "WRONG_TYPE"
	ruleValue     = status.RuleInvalidValue
	ruleLimit     = limits.RuleTooMuch
)

func (d *decoder) push(name string)   { d.path = append(d.path, step{name: name}) }
func (d *decoder) pushKey(key string) { d.path = append(d.path, step{name: key, kind: stepKey}) }
func (d *decoder) pop()               { d.path = d.path[:len(d.path)-1] }

// fieldPath returns the path as protovalidate writes it: `tn_leases[2].tn`,
// `fields["key"]`. The whole input is "body".
func (d *decoder) fieldPath() string {
	var out strings.Builder
	for _, part := range d.path {
		switch {
		case part.kind == stepKey:
			out.WriteString("[" + quoted(spelling.Clip(part.name)) + "]")
		case part.kind == stepIndex:
			out.WriteString("[" + strconv.Itoa(part.index) + "]")
		case out.Len() > 0:
			out.WriteString("." + part.name)
		default:
			out.WriteString(part.name)
		}
	}
	if out.Len() == 0 {
		return "body"
	}
	return out.String()
}

// problem adds a violation of the field being read, unless it is "".
func (d *decoder) problem(rule, description string) {
	if description != "" {
		d.violation(d.fieldPath(), rule, description)
	}
}

func (d *decoder) violation(field, rule, description string) {
	if d.stopped {
		return
	}
	d.report.Violations = append(d.report.Violations,
		&errdetails.BadRequest_FieldViolation{Field: field, Reason: rule, Description: description})
	d.stopped = len(d.report.Violations) >= limits.MaxViolations
}

// within reports whether a limit holds. Beyond it reading stops: the rest costs time
// and would not help the caller.
func (d *decoder) within(holds bool, problem string) bool {
	if !holds {
		d.problem(ruleLimit, problem)
		d.stopped = true
	}
	return holds
}

// wrongType skips a value of another type than wanted, and reports it. If the input is not
// JSON at this point, only that is reported: the type was a guess by the first letter.
func (d *decoder) wrongType(want string) {
	got, known := kindNames()[d.json.PeekKind()]
	if d.skip(); known && !d.stopped {
		d.problem(ruleType, "want "+want+", got "+got)
	}
}

func kindNames() map[jsontext.Kind]string {
	return map[jsontext.Kind]string{
		'n': "null", 't': "a boolean", 'f': "a boolean", '"': "a string", '0': "a number",
		'{': "an object", '[': "an array",
	}
}

// object reads an object and calls member for each name, which is valid until
// the next read.
func (d *decoder) object(member func(name []byte)) {
	if !d.open('{', "an object") {
		return
	}
	for !d.stopped && d.json.PeekKind() != '}' {
		if name, ok := d.text(); ok {
			member(name)
		}
	}
	d.token()
}

// array reads an array. It calls next before each value, and stops if that is false;
// then it calls element for the value.
func (d *decoder) array(next func() bool, element func()) {
	if !d.open('[', "an array") {
		return
	}
	for i := 0; !d.stopped && d.json.PeekKind() != ']' && next(); i++ {
		d.path = append(d.path, step{index: i, kind: stepIndex})
		element()
		d.pop()
	}
	d.token()
}

func (d *decoder) open(kind jsontext.Kind, want string) bool {
	if d.stopped {
		return false
	}
	if d.json.PeekKind() != kind {
		d.wrongType(want)
		return false
	}
	if d.json.StackDepth() >= limits.MaxDepth {
		return d.within(false, limits.TooDeep)
	}
	return d.token()
}

// scalarText reads a value of one of the kinds and returns its text, unquoted,
// which is valid until the next read.
func (d *decoder) scalarText(want, kinds string) ([]byte, bool) {
	if d.stopped {
		return nil, false
	}
	if kind := d.json.PeekKind(); strings.IndexByte(kinds, byte(kind)) < 0 {
		d.wrongType(want)
		return nil, false
	}
	return d.text()
}

func (d *decoder) text() ([]byte, bool) {
	raw, ok := d.raw()
	if !ok || raw[0] != '"' {
		return raw, ok
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], true
	}
	text, err := jsontext.AppendUnquote(d.scratch[:0], raw)
	d.scratch = text
	return text, d.stopOn(err)
}

func (d *decoder) raw() (jsontext.Value, bool) {
	if d.stopped {
		return nil, false
	}
	raw, err := d.json.ReadValue()
	return raw, d.stopOn(err)
}

func (d *decoder) token() bool {
	if d.stopped {
		return false
	}
	_, err := d.json.ReadToken()
	return d.stopOn(err)
}

func (d *decoder) skip() {
	if !d.stopped {
		d.stopOn(d.json.SkipValue())
	}
}

// stopOn stops reading at the first thing that is not JSON. It reports whether there was
// no error.
func (d *decoder) stopOn(err error) bool {
	if err == nil {
		return true
	}
	offset, reason := int64(len(d.data)), "unexpected end"
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		offset = syntax.ByteOffset
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			reason = withoutText(syntax.Err.Error())
		}
	}
	d.violation("body", ruleJSON, fmt.Sprintf("not valid JSON at %s: %s", d.position(offset), reason))
	d.stopped = true
	return false
}

// repeating are the beginnings of reasons that repeat a part of a string, which may be a secret.
var repeating = []string{"invalid escape sequence", "invalid surrogate pair"}

// withoutText returns the reason why an input is not JSON, without the content of strings.
func withoutText(reason string) string {
	for _, what := range repeating {
		if strings.HasPrefix(reason, what) {
			return what + " in string"
		}
	}
	return reason
}

// end reports what follows the message as a violation.
func (d *decoder) end() {
	if d.stopped {
		return
	}
	offset := d.json.InputOffset()
	rest := bytes.TrimLeft(d.data[offset:], " \t\r\n")
	if len(rest) > 0 {
		d.violation("body", ruleJSON, "more data after the JSON value at "+d.position(int64(len(d.data)-len(rest))))
	}
}

// position returns line and column, both from 1, columns in characters.
func (d *decoder) position(offset int64) string {
	before := d.data[:min(offset, int64(len(d.data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return strconv.Itoa(line) + ":" + strconv.Itoa(column)
}

func quoted(text string) string {
	return `"` + text + `"`
}
