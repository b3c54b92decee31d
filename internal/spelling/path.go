package spelling

import "strings"

// Costs of making a path out of another one. A wrong letter costs 1.
const (
	segmentCost = 2 // of a segment too many or too few
	wordCost    = 3 // of a word of some template too many, or in place of a variable
	maxPathCost = 4 // of a path that is still near
)

// Bounds of a path for which a near one is looked for.
const (
	maxPathLength   = 512
	maxPathSegments = 16
)

// NearestPath returns the index of the path template that is most like a path, the first one
// of several. Variables of a template, in braces, are like any segment; case, hyphens and
// underscores do not count. It is not ok if no template is near: then too many segments are
// wrong, or none of those that distinguish it was met.
func NearestPath(path string, templates []string) (index int, ok bool) {
	if len(path) > maxPathLength || strings.Count(path, "/") > maxPathSegments {
		return 0, false
	}
	split, words := splitAll(templates)
	given, lowest := segments(path), maxPathCost+1
	for i, template := range split {
		if cost := pathCost(given, template, words); cost < lowest {
			index, lowest, ok = i, cost, true
		}
	}
	return index, ok
}

// splitAll returns the segments of every template, and all words among them.
func splitAll(templates []string) (split [][]string, words map[string]bool) {
	words = map[string]bool{}
	for _, template := range templates {
		parts := segments(template)
		split = append(split, parts)
		for _, part := range parts {
			if !isVariable(part) {
				words[foldSegment(part)] = true
			}
		}
	}
	return split, words
}

// segments splits a path, and takes its verb, after a colon, for one more segment. Empty ones
// are left out.
func segments(path string) []string {
	return strings.FieldsFunc(path, func(letter rune) bool { return letter == '/' || letter == ':' })
}

// alignment is the way with the lowest cost to make the beginning of a template out of that of a path.
type alignment struct {
	cost int
	met  int // words of the template, but its first one, that the path has
}

// better prefers what costs less, and then what met more.
func (a alignment) better(b alignment) alignment {
	if b.cost < a.cost || b.cost == a.cost && b.met > a.met {
		return b
	}
	return a
}

// pathCost returns what it costs to make a template out of a path. If nothing but the first
// segment and variables was met, that is more than any limit.
func pathCost(given, template []string, words map[string]bool) int {
	row := make([]alignment, len(template)+1)
	for j := range template {
		row[j+1] = alignment{cost: row[j].cost + segmentCost}
	}
	for _, segment := range given {
		row = nextRow(row, segment, template, words)
	}
	if last := row[len(template)]; last.met > 0 {
		return last.cost
	}
	return maxPathCost + 1
}

// nextRow returns the alignments with one more segment of the path: with every beginning of
// the template, from the empty one on.
func nextRow(above []alignment, segment string, template []string, words map[string]bool) []alignment {
	surplus, asVariable := segmentCost, 0
	if words[foldSegment(segment)] {
		surplus, asVariable = wordCost, wordCost
	}
	row := make([]alignment, len(above))
	row[0] = alignment{cost: above[0].cost + surplus}
	for j, wanted := range template {
		row[j+1] = alignment{above[j+1].cost + surplus, above[j+1].met}.
			better(alignment{row[j].cost + segmentCost, row[j].met})
		if isVariable(wanted) {
			row[j+1] = row[j+1].better(alignment{above[j].cost + asVariable, above[j].met})
			continue
		}
		if cost, alike := segmentDistance(segment, wanted); alike {
			row[j+1] = row[j+1].better(alignment{above[j].cost + cost, above[j].met + min(j, 1)})
		}
	}
	return row
}

// segmentDistance counts the wrong letters of a segment; it is not alike if there are too many.
func segmentDistance(given, wanted string) (cost int, alike bool) {
	if len(given) > MaxShown {
		return 0, false
	}
	word := foldSegment(given)
	limit := max(2, len(word)/3) + 1
	edits := distance(word, foldSegment(wanted), limit)
	return edits, edits < limit && edits < len(word)
}

func isVariable(segment string) bool { return strings.HasPrefix(segment, "{") }

// foldSegment removes what segmentDistance ignores.
func foldSegment(segment string) string { return strings.ReplaceAll(fold(segment), "-", "") }
