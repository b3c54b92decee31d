package config

import (
	"slices"

	"github.com/agext/levenshtein"
)

// maxCompared bounds the work for names that come from a file.
const maxCompared = 64

// nearest returns the candidate that takes the fewest edits to reach from the
// name, the first one of several.
func nearest(name string, candidates []string) string {
	name = name[:min(len(name), maxCompared)]
	return slices.MinFunc(candidates, func(a, b string) int {
		return levenshtein.Distance(name, a, nil) - levenshtein.Distance(name, b, nil)
	})
}
