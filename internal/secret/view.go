package secret

import (
	"sort"
	"strings"
)

// view is a text with one level of its escapes undone. It keeps the origin of each of
// its bytes.
type view struct {
	text   string
	parent *view // nil if this is the original text
	undone []undone
}

// undone is an escape of the parent and its meaning in the view.
type undone struct {
	at, size     int // in the view
	from, length int // in the parent
}

// maxViews bounds what a hostile text costs. It is enough for any two kinds of escape
// over each other, and for three in a text with one or two kinds.
const maxViews = 13

// views returns the text and what it holds if its escapes are undone, each kind by
// itself, those with the fewest undone first.
func views(text string) []*view {
	all := []*view{{text: text}}
	for i := 0; i < len(all); i++ {
		for _, kind := range escapes {
			if len(all) == maxViews {
				return all
			}
			if child := all[i].decode(kind); child != nil {
				all = append(all, child)
			}
		}
	}
	return all
}

// escaped reports whether the text may have escapes.
func escaped(text string) bool {
	for _, kind := range escapes {
		if strings.IndexByte(text, kind.begin) >= 0 {
			return true
		}
	}
	return false
}

// decode returns the view with one level of escapes undone, or nil if there are none.
func (v *view) decode(kind escape) *view {
	if strings.IndexByte(v.text, kind.begin) < 0 {
		return nil
	}
	var b strings.Builder
	child := &view{parent: v}
	copied := 0
	for i := 0; i < len(v.text); {
		if v.text[i] != kind.begin {
			i++
			continue
		}
		decoded, length := kind.undo(v.text[i:])
		if length == 0 {
			i++
			continue
		}
		b.WriteString(v.text[copied:i])
		child.undone = append(child.undone, undone{at: b.Len(), size: len(decoded), from: i, length: length})
		b.WriteString(decoded)
		i += length
		copied = i
	}
	if copied == 0 {
		return nil
	}
	b.WriteString(v.text[copied:])
	child.text = b.String()
	return child
}

// original returns the part of the original text that a span of the view comes from.
// An escape counts as a whole.
func (v *view) original(s span) span {
	for ; v.parent != nil; v = v.parent {
		s.start, s.end = v.start(s.start), v.end(s.end)
		if s.quoteEnd > s.quoteStart {
			s.quoteStart, s.quoteEnd = v.start(s.quoteStart), v.end(s.quoteEnd)
		}
	}
	return s
}

// start returns the offset in the parent at which the byte at the offset begins.
func (v *view) start(offset int) int {
	e, ok := v.before(offset + 1)
	switch {
	case !ok:
		return offset
	case offset < e.at+e.size:
		return e.from
	default:
		return e.from + e.length + offset - e.at - e.size
	}
}

// end returns the offset in the parent at which the byte before the offset ends.
func (v *view) end(offset int) int {
	e, ok := v.before(offset)
	switch {
	case !ok:
		return offset
	case offset <= e.at+e.size:
		return e.from + e.length
	default:
		return e.from + e.length + offset - e.at - e.size
	}
}

// before returns the last escape that begins before the offset.
func (v *view) before(offset int) (undone, bool) {
	i := sort.Search(len(v.undone), func(i int) bool { return v.undone[i].at >= offset })
	if i == 0 {
		return undone{}, false
	}
	return v.undone[i-1], true
}
