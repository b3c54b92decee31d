package opentact

import (
	"net/http"
	"slices"
	"time"
)

// kind says what an entity is; it is the index of its row in resources.
type kind int

const (
	none kind = iota
	accounts
	timeZones
	people
	connections
	products
	invites
	sipUsers
	apps
	calls
	leases
	numbers
	orders
	messagingProfiles
	voiceProfiles
	kinds
)

// record is one entity: what every kind has, and values by their wire names. A
// relation to one other record is that record's id.
type record struct {
	kind       kind
	id         string
	createdOn  time.Time
	modifiedOn time.Time
	values     map[string]any
}

// text is a string value; "" stands for null too, which no relation can be.
func (r *record) text(name string) string {
	value, _ := r.values[name].(string)
	return value
}

// table keeps the records of one kind in the order of their creation.
type table struct {
	byID    map[string]*record
	ordered []*record
}

// store is a table for each kind, with one bound on all of them together.
type store struct {
	tables     [kinds]table
	entities   int
	most       int
	lastNumber int64
}

func newStore(most int) store {
	s := store{most: most, lastNumber: 4100}
	for k := range s.tables {
		s.tables[k].byID = map[string]*record{}
	}
	return s
}

// add keeps the record, or says that there is no room for it.
func (s *store) add(r *record) error {
	if s.entities >= s.most {
		return &failure{status: http.StatusInsufficientStorage, message: "The sandbox is full"}
	}
	s.keep(r)
	return nil
}

// keep is add without the bound, for the seeds.
func (s *store) keep(r *record) {
	t := &s.tables[r.kind]
	t.byID[r.id] = r
	t.ordered = slices.Insert(t.ordered, t.place(r), r)
	s.entities++
}

// place is behind all that were created before or at the same time; nearly
// always at the end, so it looks from there.
func (t *table) place(r *record) int {
	at := len(t.ordered)
	for at > 0 && t.ordered[at-1].createdOn.After(r.createdOn) {
		at--
	}
	return at
}

func (s *store) remove(r *record) {
	t := &s.tables[r.kind]
	delete(t.byID, r.id)
	if at := slices.Index(t.ordered, r); at >= 0 {
		t.ordered = slices.Delete(t.ordered, at, at+1)
		s.entities--
	}
}

func (s *store) get(k kind, id string) *record {
	return s.tables[k].byID[id]
}

// having returns the records whose value is the id; an empty name means all.
func (s *store) having(k kind, name, id string) []*record {
	if name == "" {
		return slices.Clone(s.tables[k].ordered)
	}
	var found []*record
	for _, r := range s.tables[k].ordered {
		if r.values[name] == id {
			found = append(found, r)
		}
	}
	return found
}

// nextNumber is for the ids that the vendor's switch hands out.
func (s *store) nextNumber() int64 {
	s.lastNumber++
	return s.lastNumber
}

// find is get with the vendor's 404.
func (s *Server) find(k kind, id string) (*record, error) {
	if r := s.store.get(k, id); r != nil {
		return r, nil
	}
	return nil, notFound(k)
}
