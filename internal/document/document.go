// Package document replaces the part of a document that a program writes. The rest is
// written by hand, and two marks say where the part begins and ends.
package document

import (
	"bytes"
	"fmt"
	"slices"
)

// Replace returns the document with another part between its marks.
func Replace(document []byte, begin, end string, part []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(document, []byte(begin))
	_, after, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		return nil, fmt.Errorf("the document lacks the marks %q and %q", begin, end)
	}
	return slices.Concat(before, []byte(begin), part, []byte(end), after), nil
}
