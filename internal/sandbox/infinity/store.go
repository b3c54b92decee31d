package infinity

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/store"
)

// kind is the type of a row, and the index of its row in the table of resources.
type kind int

const (
	none kind = iota
	domains
	users
	groups
	queues
	queueMembers
	trustedNetworks
	devices
	// The rest are views of the above and are not kept themselves.
	groupUsers
	userGroups
	userDevices
	kinds
)

// record is one entity: the values that every kind has, and the others as they are
// answered.
type record struct {
	kind kind
	id   int
	// parent is the id of the queue that a member is of, and of the domain of
	// everything else; 0 for domains.
	parent int
	// created and updated may be zero, as in rows that the vendor imported.
	created, updated time.Time
	values           map[string]string
}

// membership is that of a user in a group.
type membership struct{ group, user int }

// state is everything that the emulator keeps.
type state struct {
	*store.Store[kind, int, *record]
	// lastIDs are the greatest ids that were given, because ids are never used twice.
	lastIDs [kinds]int
	members map[membership]bool
}

func newState(most int) state {
	byID := func(a, b *record) int { return cmp.Compare(a.id, b.id) }
	return state{Store: store.New[kind, int](most, byID), members: map[membership]bool{}}
}

// errFull is the vendor's form of a full store.
func errFull() *failure {
	return &failure{status: http.StatusInsufficientStorage, message: "the sandbox is full"}
}

// nextID returns the id of the next record of the kind.
func (s *state) nextID(k kind) int { return s.lastIDs[k] + 1 }

// add keeps a record with the next id, or returns the vendor's error if the
// sandbox is full.
func (s *state) add(r *record) error {
	if err := s.Add(r.kind, r.id, r); err != nil {
		return errFull()
	}
	s.lastIDs[r.kind] = r.id
	return nil
}

// seed is add without the bound.
func (s *state) seed(r *record) {
	s.Seed(r.kind, r.id, r)
	s.lastIDs[r.kind] = r.id
}

// under returns the records with this parent, by their ids.
func (s *state) under(k kind, parent int) []*record {
	return s.Select(k, func(r *record) bool { return r.parent == parent })
}

// having returns the records with this value.
func (s *state) having(k kind, name, value string) []*record {
	return s.Select(k, func(r *record) bool { return r.values[name] == value })
}

// join adds memberships, all of them or none; some may exist already.
func (s *state) join(all []membership) error {
	if err := s.Reserve(len(all)); err != nil {
		return errFull()
	}
	for _, m := range all {
		if s.members[m] {
			s.Adjust(-1)
		}
		s.members[m] = true
	}
	return nil
}

// leave ends memberships; some need not exist.
func (s *state) leave(all []membership) {
	for _, m := range all {
		if s.members[m] {
			delete(s.members, m)
			s.Adjust(-1)
		}
	}
}

// leaveAll ends every membership that ends accepts.
func (s *state) leaveAll(ends func(membership) bool) {
	for m := range s.members {
		if ends(m) {
			s.leave([]membership{m})
		}
	}
}

// equalValues reports whether two values of a unique column are equal. Case matters
// except in columns that are unique everywhere, whose letters are hexadecimal digits.
func equalValues(a, b string, u uniqueness) bool {
	return a == b || u == everywhere && strings.EqualFold(a, b)
}
