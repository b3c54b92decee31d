package opentact

import "strconv"

// Depths of relations in an answer: a list leaves them empty; a single entity shows
// them with their own relations empty.
const (
	shallow = 0
	nested  = 1
)

// view returns the entity in the vendor's form.
func (s *Server) view(r *record, depth int) object {
	form := &resources[r.kind]
	o := make(object, 0, len(form.fields)+3)
	if !form.dateless {
		o = append(o, member{"created_on", r.createdOn}, member{"modified_on", r.modifiedOn})
	}
	switch form.identity {
	case "":
	case "id":
		number, _ := strconv.ParseInt(r.id, 10, 64) // products are seeded with numbers
		o = append(o, member{"id", number})
	default:
		o = append(o, member{form.identity, r.id})
	}
	for i := range form.fields {
		if f := &form.fields[i]; !f.hidden && f.has(s.options.Generation) {
			o = append(o, member{f.name, s.fieldView(r, f, depth)})
		}
	}
	return o
}

func (s *Server) fieldView(r *record, f *field, depth int) any {
	switch {
	case f.list:
		return s.listView(r, f, depth)
	case f.one != none:
		return s.relationView(r, f, depth)
	}
	return r.values[f.name]
}

// relationView is `{}` in a list, whether the relation is set or not, as in the
// documentation; a choice: in a single entity one that is not set is null.
func (s *Server) relationView(r *record, f *field, depth int) any {
	if depth == shallow && !f.always {
		return object{}
	}
	related := s.store.Get(f.one, idOf(r.values[f.name]))
	if related == nil {
		return nil
	}
	return s.view(related, max(shallow, depth-1))
}

func (s *Server) listView(r *record, f *field, depth int) any {
	if depth == shallow || f.many == none {
		return []any{}
	}
	return s.views(s.store.having(f.many, f.via, r.id), depth-1)
}

func (s *Server) views(records []*record, depth int) []any {
	list := make([]any, len(records))
	for i, r := range records {
		list[i] = s.view(r, depth)
	}
	return list
}

// idOf returns the id in a relation's value; products have numbers.
func idOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}
