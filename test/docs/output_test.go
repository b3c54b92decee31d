package docs

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// cut stands for text that a page leaves out: alone on a line for any number of lines,
// otherwise for a part of the line.
const cut = "…"

// variable is a form of text that differs from run to run.
type variable struct {
	name    string
	pattern string // of what follows prefix
	prefix  string
	// identity demands that equal texts of the page are equal in the output, and
	// different ones different.
	identity bool
}

// variables are tried in this order at each place. Ids of the sandbox's own data are
// compared as they are, see [fixed].
var variables = []variable{
	{name: "uuid", pattern: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, identity: true},
	{name: "time", pattern: `[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?`},
	{name: "time", pattern: `[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT`},
	{name: "token", pattern: `sipfacade_[A-Za-z0-9_-]{43}`, identity: true},
	{name: "token", pattern: `[A-Za-z0-9_-]{50,}={0,2}`},
	{name: "hex", pattern: `[0-9a-f]{16,}`, identity: true},
	{name: "etag", prefix: `(?i:"etag": ?"|etag: ")`, pattern: `[A-Za-z0-9_-]{20}`},
	{name: "milliseconds", prefix: `(?:"(?:[a-z]+_)?ms": ?|pushback-ms: |;dur=)`, pattern: `[0-9][0-9.]*`},
	{name: "seconds", prefix: `_sum\{[^}]*\} `, pattern: `[0-9][0-9.e+-]*`},
	{name: "seconds", pattern: `[0-9]+\.[0-9]+(?: ms|ms| s|s)`},
	{name: "port", prefix: `127\.0\.0\.1:`, pattern: `[1-9][0-9]{4}`},
	{name: "status details", prefix: `grpc-status-details-bin: `, pattern: `[A-Za-z0-9+/=]+`},
}

// anyVariable has one group for each of the variables.
var anyVariable = func() *regexp.Regexp {
	parts := make([]string, len(variables))
	for i, v := range variables {
		parts[i] = v.prefix + "(" + v.pattern + ")"
	}
	return regexp.MustCompile(strings.Join(parts, "|"))
}()

// fixed is an id of the data that each sandbox starts with.
var fixed = regexp.MustCompile(`^[0-9a-f]{8}-0000-4000-8000-[0-9]{12}$`)

// piece is a part of a text: literal, or the text of a variable.
type piece struct {
	text     string
	variable *variable
}

// pieces splits a text into what must be the same and what may differ.
func pieces(text string) []piece {
	var found []piece
	end := 0
	for _, at := range anyVariable.FindAllStringSubmatchIndex(text, -1) {
		for i := range variables {
			from, to := at[2+2*i], at[3+2*i]
			if from < 0 || fixed.MatchString(text[from:to]) {
				continue
			}
			found = append(found, piece{text: text[end:from]}, piece{text: text[from:to], variable: &variables[i]})
			end = to
		}
	}
	return append(found, piece{text: text[end:]})
}

// compare says how an output differs from what the page shows; "" if it does not.
func compare(shown, printed string) string {
	shown, printed = trim(shown), trim(printed)
	parts := pieces(shown)
	groups := expression(parts).FindStringSubmatch(printed)
	if groups == nil {
		return firstDifference(shown, printed) + " (- page, + output; what may differ is masked)\n" +
			cmp.Diff(strings.Split(masked(shown), "\n"), strings.Split(masked(printed), "\n"))
	}
	return compareIdentities(parts, groups[1:])
}

// firstDifference names the first line of the page that the output does not have there.
func firstDifference(shown, printed string) string {
	before := ""
	for line := range strings.Lines(shown) {
		before += line
		if !regexp.MustCompile(`\A` + body(pieces(before))).MatchString(printed) {
			return fmt.Sprintf("the output does not have this line of the page there: %q", strings.TrimSpace(line))
		}
	}
	return "the output goes on where the page ends"
}

// trim removes what nobody sees, and ends the text with a line break.
func trim(text string) string {
	lines := strings.Split(strings.TrimRight(text, " \n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \r")
	}
	return strings.Join(lines, "\n") + "\n"
}

// masked replaces what may differ by its kind.
func masked(text string) string {
	var out strings.Builder
	for _, p := range pieces(text) {
		if p.variable != nil {
			p.text = "<" + p.variable.name + ">"
		}
		out.WriteString(p.text)
	}
	return out.String()
}

// wholeLines finds lines that are only a cut.
var wholeLines = regexp.MustCompile(`(?m)^[ \t]*` + cut + `\n`)

// expression matches an output that agrees with the pieces, see [body].
func expression(parts []piece) *regexp.Regexp {
	return regexp.MustCompile(`\A` + body(parts) + `\z`)
}

// body is the expression of the pieces. It has one group for each piece that may differ.
func body(parts []piece) string {
	var out strings.Builder
	lineStart := true
	for _, p := range parts {
		if p.variable != nil {
			out.WriteString("(" + p.variable.pattern + ")")
			lineStart = false
			continue
		}
		writeLiteral(&out, p.text, lineStart)
		lineStart = strings.HasSuffix(p.text, "\n")
	}
	return out.String()
}

// writeLiteral writes what matches a literal text with cuts. The text begins at the
// start of a line or within one.
func writeLiteral(out *strings.Builder, text string, lineStart bool) {
	for i, line := range strings.SplitAfter(text, "\n") {
		if (i > 0 || lineStart) && wholeLines.MatchString(line) {
			out.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		for j, literal := range strings.Split(line, cut) {
			if j > 0 {
				out.WriteString(`[^\n]*?`)
			}
			out.WriteString(regexp.QuoteMeta(literal))
		}
	}
}

// compareIdentities finds an id that the page shows twice and that is two ids in the
// output, or the reverse.
func compareIdentities(parts []piece, printed []string) string {
	byShown, byPrinted := map[string]string{}, map[string]string{}
	i := -1
	for _, p := range parts {
		if p.variable == nil {
			continue
		}
		i++
		if !p.variable.identity {
			continue
		}
		was, seen := byShown[p.text]
		other, taken := byPrinted[printed[i]]
		if seen && was != printed[i] || taken && other != p.text {
			return fmt.Sprintf("the page shows %s where the output has %s; elsewhere they stand for others", p.text, printed[i])
		}
		byShown[p.text], byPrinted[printed[i]] = printed[i], p.text
	}
	return ""
}
