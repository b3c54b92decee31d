package config

// nearest returns the candidate that takes the fewest edits to reach from the
// name, the first one of several.
func nearest(name string, candidates []string) string {
	best, fewest := "", -1
	for _, candidate := range candidates {
		if edits := distance(name, candidate); fewest < 0 || edits < fewest {
			best, fewest = candidate, edits
		}
	}
	return best
}

// maxCompared bounds the work for names that come from a file.
const maxCompared = 64

// distance is the Levenshtein distance: how many bytes must be inserted,
// removed or replaced to turn one name into the other.
func distance(from, to string) int {
	from, to = from[:min(len(from), maxCompared)], to[:min(len(to), maxCompared)]
	row := make([]int, len(to)+1)
	for column := range row {
		row[column] = column
	}
	for i := range len(from) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(to) {
			replaced := diagonal
			if from[i] != to[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
