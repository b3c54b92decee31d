package infinity

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// kind says what a row is; it is the index of its row in the table of resources.
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

// record is one entity: what every kind has, and the values as they are answered.
type record struct {
	kind kind
	id   int
	// parent is the id of the queue that a member is of, and of the domain of
	// everything else; 0 for domains.
	parent int
	// created and updated may be missing, as in rows that the vendor imported.
	created, updated time.Time
	values           map[string]string
}

// table keeps the records of one kind in the order of their ids.
type table struct {
	byID    map[int]*record
	ordered []*record
	lastID  int
}

// membership is that of a user in a group.
type membership struct{ group, user int }

// store is a table for each kind and the memberships, with one bound on all of
// them together.
type store struct {
	tables  [kinds]table
	members map[membership]bool
	kept    int
	most    int
}

func newStore(most int) store {
	s := store{most: most, members: map[membership]bool{}}
	for k := range s.tables {
		s.tables[k].byID = map[int]*record{}
	}
	return s
}

func full() *failure {
	return &failure{status: http.StatusInsufficientStorage, message: "the sandbox is full"}
}

// nextID is the id of the next record of the kind. Ids are never used twice.
func (s *store) nextID(k kind) int { return s.tables[k].lastID + 1 }

// add keeps a record with the next id, or says that there is no room for it.
func (s *store) add(r *record) error {
	if s.kept >= s.most {
		return full()
	}
	s.keep(r)
	return nil
}

// keep is add without the bound, for the seeds.
func (s *store) keep(r *record) {
	t := &s.tables[r.kind]
	t.lastID = r.id
	t.byID[r.id] = r
	t.ordered = append(t.ordered, r)
	s.kept++
}

func (s *store) remove(r *record) {
	t := &s.tables[r.kind]
	at, found := slices.BinarySearchFunc(t.ordered, r.id, func(other *record, id int) int { return other.id - id })
	if !found {
		return
	}
	delete(t.byID, r.id)
	t.ordered = slices.Delete(t.ordered, at, at+1)
	s.kept--
}

func (s *store) get(k kind, id int) *record { return s.tables[k].byID[id] }

// under returns the records with this parent, by their ids.
func (s *store) under(k kind, parent int) []*record {
	return s.where(k, func(r *record) bool { return r.parent == parent })
}

// having returns the records with this value.
func (s *store) having(k kind, name, value string) []*record {
	return s.where(k, func(r *record) bool { return r.values[name] == value })
}

func (s *store) where(k kind, fits func(*record) bool) []*record {
	var found []*record
	for _, r := range s.tables[k].ordered {
		if fits(r) {
			found = append(found, r)
		}
	}
	return found
}

// join makes memberships, all of them or none; some may already be there.
func (s *store) join(all []membership) error {
	if s.kept+len(all) > s.most {
		return full()
	}
	for _, m := range all {
		if !s.members[m] {
			s.members[m] = true
			s.kept++
		}
	}
	return nil
}

// leave ends memberships; some need not be there.
func (s *store) leave(all []membership) {
	for _, m := range all {
		if s.members[m] {
			delete(s.members, m)
			s.kept--
		}
	}
}

// leaveAll ends every membership that fits.
func (s *store) leaveAll(fits func(membership) bool) {
	for m := range s.members {
		if fits(m) {
			s.leave([]membership{m})
		}
	}
}

// same says whether two values of a unique column are one; hexadecimal digits
// are the only letters in those where it matters.
func same(a, b string, u uniqueness) bool {
	return a == b || u == everywhere && strings.EqualFold(a, b)
}
