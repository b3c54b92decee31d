package opentact

import (
	"net/http"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/store"
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

// text returns a string value; it is empty for null, which no relation may be.
func (r *record) text(name string) string {
	value, _ := r.values[name].(string)
	return value
}

// byCreation is the order of the vendor's lists.
func byCreation(a, b *record) int { return a.createdOn.Compare(b.createdOn) }

// state is everything that the emulator keeps.
type state struct {
	*store.Store[kind, string, *record]
	lastNumber int64
}

func newState(most int) state {
	return state{Store: store.New[kind, string](most, byCreation), lastNumber: 4100}
}

// add keeps the record, or returns the vendor's error if the sandbox is full.
func (s *state) add(r *record) error {
	if err := s.Add(r.kind, r.id, r); err != nil {
		return &failure{status: http.StatusInsufficientStorage, message: "The sandbox is full"}
	}
	return nil
}

// having returns the records with this id as the value of a relation, or all of
// the kind if the name is empty.
func (s *state) having(k kind, name, id string) []*record {
	if name == "" {
		return s.All(k)
	}
	return s.Select(k, func(r *record) bool { return r.values[name] == id })
}

// nextNumber returns the next of the ids that the vendor's switch gives.
func (s *state) nextNumber() int64 {
	s.lastNumber++
	return s.lastNumber
}

// find returns a record, or the vendor's 404.
func (s *Server) find(k kind, id string) (*record, error) {
	if r := s.store.Get(k, id); r != nil {
		return r, nil
	}
	return nil, notFound(k)
}
