package tolerant

// Relation is a kind of object as others refer to it: whole, or by a scalar alone.
// Kinds that refer to each other are declared with empty Fields and filled after.
type Relation[C any] struct {
	// Fields reads the members of the object.
	Fields Fields[C]
	// Bare makes the related object from a string or number alone, or nil.
	Bare func(text string) *C
}

// One keeps a related object. Null and {} leave it unset.
func One[T, C any](at func(*T) **C, related *Relation[C]) Member[T] {
	return func(r *Reader, name string, into *T) error {
		child, err := related.Next(r, name)
		if child != nil {
			*at(into) = child
		}
		return err
	}
}

// Many keeps a list of related objects: an array, or one that came alone. Null
// and {} elements refer to nothing and are passed over. Of a member that is there
// twice the last list counts.
func Many[T, C any](at func(*T) *[]*C, related *Relation[C]) Member[T] {
	return func(r *Reader, name string, into *T) error {
		var list []*C
		err := related.Each(r, name, func(child *C) { list = append(list, child) })
		if len(list) > 0 {
			*at(into) = list
		}
		return err
	}
}

// Each hands out every related object of the next value.
func (related *Relation[C]) Each(r *Reader, name string, keep func(*C)) error {
	element := func() error {
		child, err := related.Next(r, name)
		if child != nil {
			keep(child)
		}
		return err
	}
	if r.Kind() != '[' {
		return element()
	}
	return r.Array(element)
}

// Next reads one related object, or nil where there is none.
func (related *Relation[C]) Next(r *Reader, name string) (*C, error) {
	switch r.Kind() {
	case '{':
		return related.object(r)
	case '"', '0':
		text, ok, err := r.Text(name)
		if err != nil || !ok {
			return nil, err
		}
		if related.Bare != nil {
			if child := related.Bare(text); child != nil {
				return child, nil
			}
		}
		r.count(name)
		return nil, nil
	case 'n':
		return nil, r.Skip()
	default:
		return nil, r.misread(name)
	}
}

// object reads an object, or nil where it has no members.
func (related *Relation[C]) object(r *Reader) (*C, error) {
	child := new(C)
	before := r.members
	if err := related.Fields.Read(r, child); err != nil {
		return nil, err
	}
	if r.members == before {
		return nil, nil
	}
	return child, nil
}
