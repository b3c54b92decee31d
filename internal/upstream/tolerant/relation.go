package tolerant

// Member reads the value of one member of an object into m, or moves over it. The name is
// valid until the value is looked at.
type Member[M any] func(r *Reader, name []byte, m *M) error

// Bare returns the object that a string or number in place of it refers to, or nil if it
// refers to none.
type Bare[M any] func(text string) *M

// ForeignError says that a member belongs to another kind of object: the vendor answered
// something else than was asked for.
type ForeignError struct {
	// Member is the name that shows it.
	Member string
}

// Error names the member.
func (e *ForeignError) Error() string { return "an object of another kind: it has " + e.Member }

// One reads a related object into a field. Null and {} leave it as it is.
func One[M any](r *Reader, name string, at **M, member Member[M], bare Bare[M]) error {
	child, err := Related(r, name, member, bare)
	if child != nil {
		*at = child
	}
	return err
}

// Many reads a list of related objects: an array, or one that came without it. Null and {}
// elements refer to nothing and are passed over. An object in place of the array of which
// nothing is known, such as a page of a search, is a misread. It calls set with what there is, and with
// nothing for an empty array of an object that is shown whole. It does not call it if the
// vendor did not say: for null, for {}, for an empty array elsewhere, and if no element
// could be read.
func Many[M any](r *Reader, name string, set func(list []*M), member Member[M], bare Bare[M]) error {
	var list []*M
	stated, elements := r.Kind() == '[', 0
	element := func() error {
		elements++
		child, err := Related(r, name, member, bare)
		if child != nil {
			list = append(list, child)
		}
		return err
	}
	read := element
	if stated {
		read = func() error { return r.Array(element) }
	}
	isObject, before := r.Kind() == '{', r.kept
	if err := read(); err != nil {
		return err
	}
	if isObject && len(list) > 0 && r.kept == before+1 { // which counts the object itself
		r.CountMisread(name)
		return nil
	}
	if len(list) > 0 || stated && elements == 0 && r.depth == r.whole {
		set(list)
	}
	return nil
}

// Related reads one related object: whole, or by a scalar only. It returns nil if there
// is none.
func Related[M any](r *Reader, name string, member Member[M], bare Bare[M]) (*M, error) {
	switch r.Kind() {
	case '{':
		return relatedObject(r, member)
	case '"', '0':
		return bareObject(r, name, bare)
	case 'n':
		return nil, r.Skip()
	default:
		return nil, r.misread(name)
	}
}

// relatedObject reads the object of a relation. Most are {}, for which no message is made.
func relatedObject[M any](r *Reader, member Member[M]) (*M, error) {
	if r.depth < MaxDepth && r.scanner.emptyObject() {
		return nil, nil
	}
	if err := r.open('{', "an object"); err != nil {
		return nil, err
	}
	defer r.close()
	if r.scanner.peek() == '}' {
		r.scanner.close()
		return nil, nil
	}
	child := new(M)
	if _, err := readMembers(r, child, member); err != nil {
		return nil, err
	}
	r.kept++
	return child, nil
}

// bareObject reads a scalar in place of an object.
func bareObject[M any](r *Reader, name string, bare Bare[M]) (*M, error) {
	text, ok, err := r.Text(name)
	if err != nil || !ok {
		return nil, err
	}
	child := bare(text)
	if child == nil {
		r.CountMisread(name)
		return nil, nil
	}
	r.kept++
	return child, nil
}

// Read reads the next value, which must be an object, into m. Empty says that it has no
// members.
func Read[M any](r *Reader, m *M, member Member[M]) (empty bool, err error) {
	if err := r.open('{', "an object"); err != nil {
		return false, err
	}
	defer r.close()
	return readMembers(r, m, member)
}

// readMembers reads the members up to the end of the object. Empty says that there are none.
func readMembers[M any](r *Reader, m *M, member Member[M]) (empty bool, err error) {
	for empty = true; ; empty = false {
		name, err := r.name()
		if name == nil || err != nil {
			return empty, err
		}
		if err := member(r, name, m); err != nil {
			return false, err
		}
	}
}

// Within reads a field that the vendor keeps in an object of its own, under the name
// member, or states in place of that object.
func Within[T any](r *Reader, name, member string, at *T, read func(r *Reader, name string, at *T) error) error {
	switch r.Kind() {
	case '{':
		return r.Object(func(found []byte) error {
			r.kept++
			if string(found) == member {
				return read(r, member, at)
			}
			return r.Skip()
		})
	case '"', '0':
		return read(r, name, at)
	case 'n':
		return r.Skip()
	default:
		return r.misread(name)
	}
}
