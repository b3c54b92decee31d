package tolerant

// Most of what vendors send has one form: names and texts without escapes, in compact JSON.
// The functions below take such tokens in one step, as long as they lie in the buffer. They
// take nothing else, so that there is one place for each rule of the grammar.

// plainName moves over the name of a member up to its value, with the comma before it and
// the colon behind it. It returns nil if these have another form.
func (s *scanner) plainName() []byte {
	if s.ready || s.err != nil || len(s.stack) == 0 {
		return nil
	}
	rest, top, begin := s.buffer[s.at:s.end], &s.stack[len(s.stack)-1], 1
	switch {
	case *top == nextName && len(rest) > 1 && rest[0] == ',' && rest[1] == '"':
		begin = 2
	case *top == firstName && len(rest) > 0 && rest[0] == '"':
	default:
		return nil
	}
	length, _ := plainLength(rest[begin:])
	end := begin + length
	if len(rest) < end+3 || rest[end] != '"' || rest[end+1] != ':' || !beginsValue(rest[end+2]) {
		return nil
	}
	s.at += end + 2
	s.last = s.used + int64(s.at) - 1
	s.ready, *top = true, memberValue
	return rest[begin:end]
}

// plainString moves over the next value if it is a string, and returns its text and whether
// that is ASCII. It is not ok for another value or a string that has another form.
func (s *scanner) plainString() (text []byte, ascii, ok bool) {
	if !s.ready || s.buffer[s.at] != '"' {
		return nil, false, false
	}
	rest := s.buffer[s.at+1 : s.end]
	length, ascii := plainLength(rest)
	if length == len(rest) || rest[length] != '"' {
		return nil, false, false
	}
	s.take(length + 2)
	s.follow()
	return rest[:length], ascii, true
}

// emptyObject moves over the next value if it is {}.
func (s *scanner) emptyObject() bool {
	if !s.ready || s.end-s.at < 2 || s.buffer[s.at] != '{' || s.buffer[s.at+1] != '}' {
		return false
	}
	s.take(2)
	s.follow()
	return true
}

// beginsValue reports whether a value can begin with the byte.
func beginsValue(c byte) bool {
	kind := kinds[c]
	return kind != 0 && kind != ']' && kind != '}'
}

// PlainText reads the next value if it is a string without escapes, as most are. It is not
// ok, and nothing is read, if it is another value or was not written in the usual way.
func (r *Reader) PlainText() (text string, ok bool) {
	raw, ascii, ok := r.scanner.plainString()
	switch {
	case !ok:
		return "", false
	case ascii:
		return r.Slabs.Texts.add(raw), true
	default:
		return r.Slabs.Texts.Copy(raw), true
	}
}
