package opentact

import "strings"

// canonicalUUID returns a UUID in lower case, or false for anything else.
func canonicalUUID(text string) (string, bool) {
	if len(text) != len("00000000-0000-0000-0000-000000000000") {
		return "", false
	}
	for i := range len(text) {
		c := text[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return "", false
			}
		case !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)):
			return "", false
		}
	}
	return strings.ToLower(text), true
}
