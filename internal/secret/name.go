package secret

import (
	"bytes"
)

// Name reports whether a member of that name holds a secret. It compares the words of
// the name, without case: userPIN, voicemail_pin and clientsecret name secrets, and
// shipping, keypad and password_required do not.
func Name(name string) bool {
	var buffer [64]byte
	lower := appendLower(buffer[:0], name)
	if !hasRoot(lower) {
		return false
	}
	var byCase, runTogether reading
	for start := 0; start < len(name); {
		if !alphanumeric(name[start]) {
			start++
			continue
		}
		end := chunkEnd(name, start)
		byCase.addByCase(name, lower, start, end)
		if !runTogether.addRunTogether(lower[start:end]) {
			runTogether.addByCase(name, lower, start, end)
		}
		start = end
	}
	return byCase.secret() || runTogether.secret()
}

// hasRoot reports whether the name may name a secret at all. Most names do not, and are
// not taken apart. It runs for each member of a free-form object.
func hasRoot(lower []byte) bool {
	for i, first := range lower {
		for _, root := range roots[first] {
			if end := i + len(root); end <= len(lower) && string(lower[i:end]) == root {
				return true
			}
		}
	}
	return false
}

// reading is one way to read a name, word by word.
type reading struct {
	before, last class // the last two words
	found        bool
}

// add reads the next word.
func (r *reading) add(next class) {
	switch {
	case next == secretWord,
		next == keyWord && (r.last == owner || r.last == auth),
		next == tail && r.last == auth,
		(next == keyWord || next == tail) && r.last == pass && r.before != filter:
		r.found = true
	}
	r.before, r.last = r.last, next
}

// secret reports whether the name names a secret.
func (r *reading) secret() bool {
	if r.last == description {
		return false
	}
	return r.found || r.last == pass && r.before != filter
}

// addByCase reads the words of name[start:end], which its upper case letters tell.
func (r *reading) addByCase(name string, lower []byte, start, end int) {
	for start < end {
		next := wordEnd(name, start, end)
		if word := lower[start:next]; !r.addRunTogether(word) {
			r.add(stemClass(word))
		}
		start = next
	}
}

// maxRunTogether is the length beyond which a word is not taken apart.
const maxRunTogether = 40

// addRunTogether reads a word, or several that are run together. It returns false if
// they are not listed.
func (r *reading) addRunTogether(text []byte) bool {
	if known := classOf(text); known != unknown {
		r.add(known)
		return true
	}
	if len(text) > maxRunTogether {
		return false
	}
	var parts [maxRunTogether]class
	count := split(text, parts[:0])
	for _, part := range parts[:count] {
		r.add(part)
	}
	return count > 0
}

// split appends the classes of the words that the text consists of, the longest words
// first, and returns how many there are, or 0 if it cannot be split.
func split(text []byte, parts []class) int {
	if len(text) == 0 {
		return len(parts)
	}
	for end := len(text); end > 1; end-- {
		known := classOf(text[:end])
		if known == unknown {
			continue
		}
		if count := split(text[end:], append(parts, known)); count > 0 {
			return count
		}
	}
	return 0
}

// classOf looks a word up. Digits at its end only number it.
func classOf(word []byte) class {
	if known, ok := words[string(word)]; ok {
		return known
	}
	return words[string(bytes.TrimRight(word, "0123456789"))]
}

// stemClass returns the class of a word that is not listed.
func stemClass(word []byte) class {
	for _, stem := range stems {
		at := bytes.Index(word, []byte(stem.text))
		if at >= 0 && !stem.exempts(word[at:]) {
			return secretWord
		}
	}
	return unknown
}

// exempts reports whether the text begins with a word that names no secret.
func (s stem) exempts(text []byte) bool {
	for _, word := range s.unless {
		if bytes.HasPrefix(text, []byte(word)) {
			return true
		}
	}
	return false
}

// chunkEnd returns the end of the letters and digits that begin at start.
func chunkEnd(name string, start int) int {
	for start < len(name) && alphanumeric(name[start]) {
		start++
	}
	return start
}

// wordEnd returns the end of the word that begins at start: before a letter that
// follows a digit, and before an upper case letter that follows a lower case one or
// that begins a word after a run of upper case.
func wordEnd(name string, start, end int) int {
	for i := start + 1; i < end; i++ {
		switch {
		case digit(name[i-1]) && !digit(name[i]),
			upper(name[i]) && !upper(name[i-1]) && !digit(name[i-1]),
			upper(name[i]) && i+1 < end && lowerCase(name[i+1]):
			return i
		}
	}
	return end
}

// appendLower appends the text with its ASCII letters in lower case.
func appendLower(to []byte, text string) []byte {
	for i := range len(text) {
		c := text[i]
		if upper(c) {
			c += 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}

func upper(c byte) bool { return 'A' <= c && c <= 'Z' }

func lowerCase(c byte) bool { return 'a' <= c && c <= 'z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

// alphanumeric counts bytes of other scripts as letters.
func alphanumeric(c byte) bool {
	return upper(c) || lowerCase(c) || digit(c) || c >= 0x80
}
