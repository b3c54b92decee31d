package record

import (
	"fmt"
	"strings"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// placeholder stands for each secret.
const placeholder = "REDACTED"

// replacer replaces values, the same one by the same stand-in.
type replacer struct {
	given   map[string]string // by the kind of stand-in and the value
	next    map[string]int    // by the kind of stand-in
	seen    map[string]bool   // values that were replaced
	hidden  map[string]bool   // values that never stay, even if they look harmless
	secrets map[string]bool   // those of them that answers have as secrets
	avoid   *replacer         // what was seen and is hidden is no stand-in either; nil in the first pass
	shapes  map[string]*shapes
}

// newReplacer returns a replacer that knows what another one saw.
func newReplacer(before *replacer, confidential []Confidential) *replacer {
	r := &replacer{
		given: map[string]string{}, next: map[string]int{}, seen: map[string]bool{}, hidden: map[string]bool{},
		secrets: map[string]bool{}, avoid: before, shapes: map[string]*shapes{},
	}
	for _, one := range confidential {
		r.hidden[one.Value] = len(one.Value) >= shortestHidden
	}
	return r
}

// shortestHidden is the length below which a value in an answer does not tell a secret: many
// others are the same.
const shortestHidden = 4

// hide notes a secret of an answer.
func (r *replacer) hide(value string) {
	if len(value) >= shortestHidden {
		r.hidden[value], r.secrets[value] = true, true
	}
}

// hides reports whether a value must not stay.
func (r *replacer) hides(value string) bool {
	return r.hidden[value] || r.avoid != nil && r.avoid.hidden[value]
}

// standIn returns the replacement of a value. The function makes the n-th replacement of a kind.
func (r *replacer) standIn(kind, value string, made func(n int) string) string {
	r.seen[value] = true
	key := kind + "\x00" + value
	if known, ok := r.given[key]; ok {
		return known
	}
	found := ""
	for range maxAvoided {
		found = made(r.next[kind])
		r.next[kind]++
		if !r.taken(found) {
			break
		}
	}
	r.given[key] = found
	return found
}

// maxAvoided is how many stand-ins are passed over because they are values of the answers.
const maxAvoided = 1000

// shortestTaken is the length below which a stand-in may be a value of another place: there are
// too few of them, and they tell nothing.
const shortestTaken = 4

// taken reports whether a stand-in is a value of the answers.
func (r *replacer) taken(text string) bool {
	return len(text) >= shortestTaken && r.avoid != nil && (r.avoid.seen[text] || r.avoid.hidden[text])
}

// numbered returns what makes texts with a number, from 1.
func numbered(format string) func(n int) string {
	return func(n int) string { return fmt.Sprintf(format, n+1) }
}

// exchange replaces the values of an exchange.
func (r *replacer) exchange(raw Raw) Exchange {
	made := Exchange{
		Vendor: raw.Vendor, Operation: raw.Operation, Method: raw.Method, Path: raw.Path,
		Status: raw.Status, Broken: raw.Broken, Headers: r.headers(raw.Header),
	}
	for _, parameter := range raw.Parameters {
		made.Parameters = append(made.Parameters, r.parameter(parameter))
	}
	if r.shapes[raw.Vendor] == nil {
		r.shapes[raw.Vendor] = newShapes(raw.Dialect)
	}
	made.Body = r.body(raw.Body, r.shapes[raw.Vendor].root(raw.Message))
	return made
}

// parameter replaces an id of a path, as a member with the id is replaced.
func (r *replacer) parameter(id string) string {
	return r.text(place{name: "id", member: &member{}}, id)
}

// flags are the texts of booleans.
var flags = newPattern(`(?i)^(true|false|yes|no|on|off)$`)

// text returns what is written for a text.
func (r *replacer) text(at place, text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return text
	case at.secret:
		r.hide(text)
		return placeholder
	case at.rule == words && at.word(text), flags.MatchString(text):
		return text
	case r.hides(text):
		return r.byForm(text)
	case at.rule == words && Word(at.name, text):
		return text
	case numeral.MatchString(text):
		return r.number(at, text)
	}
	if kept, ok := r.dateTime(at, text); ok {
		return kept
	}
	return r.byForm(text)
}

// byForm returns the stand-in of the form that a text has.
func (r *replacer) byForm(text string) string {
	for _, form := range forms() {
		if form.has(text) {
			return form.standIn(r, text)
		}
	}
	if strings.ContainsAny(text, " \t\r\n") {
		return r.standIn("text", text, numbered("Text %d"))
	}
	return r.standIn("name", text, numbered("name-%d"))
}

// isID reports whether a member has ids, of which small ones are replaced as well.
func isID(name string) bool {
	switch name {
	case "id", "ids", "tn":
		return true
	}
	for _, end := range []string{"_id", "_ids", "Id", "Ids"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return secret.Name(name)
}
