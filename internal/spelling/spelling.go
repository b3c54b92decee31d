// Package spelling helps callers who mistyped a name: it finds the one they
// most likely meant, or says which names there are. It shortens what they wrote to what
// an answer can repeat.
package spelling

import (
	"fmt"
	"strings"
)

// MaxShown is how many bytes of a caller's own text an answer repeats.
const MaxShown = 64

// Hint returns the second half of an "unknown name" message: `did you mean "name"?`
// if a known name is near, otherwise the list of the known names, if there are any.
func Hint(unknown string, known []string) string {
	if near, ok := Nearest(unknown, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return ""
	}
	return "known: " + strings.Join(known, ", ")
}

// Nearest returns the known name with the fewest single-letter edits from the
// unknown one; it ignores case and underscores. A name is not near if more than two of
// its letters, and more than a third of them, are wrong.
func Nearest(unknown string, known []string) (string, bool) {
	if len(unknown) > MaxShown {
		return "", false
	}
	word := fold(unknown)
	best, fewest := "", max(2, len(word)/3)+1
	for _, name := range known {
		if edits := distance(word, fold(name), fewest); edits < fewest && edits < len(word) {
			best, fewest = name, edits
		}
	}
	return best, best != ""
}

// Clip shortens a caller's text to MaxShown bytes.
func Clip(text string) string { return ClipTo(text, MaxShown) }

// ClipTo shortens a text to so many bytes and an ellipsis.
func ClipTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// fold removes what Nearest ignores.
func fold(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// distance counts insertions, deletions, replacements and swaps of neighbours
// between two words. It returns the limit if there are as many or more.
func distance(a, b string, limit int) int {
	if difference := len(a) - len(b); difference >= limit || -difference >= limit {
		return limit
	}
	var before, above []int
	row := firstRow(len(b))
	for i := range len(a) {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+replaced(a[i], b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

func firstRow(length int) []int {
	row := make([]int, length+1)
	for i := range row {
		row[i] = i
	}
	return row
}

func replaced(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
