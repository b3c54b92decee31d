package fault

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// Menu holds the faults that wait for one vendor's calls. It is safe for
// concurrent use.
type Menu struct {
	dialect Dialect

	mu     sync.Mutex
	faults []Fault
	lastID int
}

// maxFaults is how many faults of a menu may wait.
const maxFaults = 1000

// NewMenu returns an empty menu for a vendor.
func NewMenu(dialect Dialect) *Menu {
	return &Menu{dialect: dialect}
}

// Dialect returns what the menu knows about its vendor.
func (m *Menu) Dialect() Dialect { return m.dialect }

// Add checks the fault, adds it at the end of the menu and returns it with its id. It refuses
// it if a thousand wait already. The error is a *FieldError.
func (m *Menu) Add(fault Fault) (Fault, error) {
	if err := fault.check(m.dialect); err != nil {
		return Fault{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.faults) >= maxFaults {
		return Fault{}, &FieldError{"vendor", fmt.Sprintf("%s has %d faults that wait, which is the limit; remove some with DELETE", m.dialect.Vendor, maxFaults)}
	}
	m.lastID++
	fault.ID = m.dialect.Vendor + "-" + strconv.Itoa(m.lastID)
	m.faults = append(m.faults, fault)
	return fault, nil
}

// List returns the waiting faults, oldest first, with the Times that are left.
func (m *Menu) List() []Fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.faults)
}

// Remove removes one fault and reports whether it was there.
func (m *Menu) Remove(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.faults)
	m.faults = slices.DeleteFunc(m.faults, func(f Fault) bool { return f.ID == id })
	return len(m.faults) < before
}

// Clear removes all faults and returns how many there were.
func (m *Menu) Clear() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	removed := len(m.faults)
	m.faults = nil
	return removed
}

// Take returns the faults for this call of the route and counts them down. Delays
// and shapes apply together with others; of the other kinds only the oldest applies,
// so that faults that are added one after the other apply to successive calls.
func (m *Menu) Take(route string) []Fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.faults) == 0 {
		return nil
	}
	var taken []Fault
	exclusive := false
	for i := range m.faults {
		f := &m.faults[i]
		row, _ := kindNamed(f.Kind)
		if !f.matches(route) || (exclusive && !row.combines) {
			continue
		}
		exclusive = exclusive || !row.combines
		taken = append(taken, *f)
		f.countDown()
	}
	m.faults = slices.DeleteFunc(m.faults, func(f Fault) bool { return f.Times == exhausted })
	return taken
}

// exhausted marks a fault that was applied for the last time; 0 means no limit.
const exhausted = -1

func (f *Fault) countDown() {
	switch f.Times {
	case 0:
	case 1:
		f.Times = exhausted
	default:
		f.Times--
	}
}

// Wrap returns the handler of an operation with the menu in front of it.
func (m *Menu) Wrap(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.chain(route, m.Take(route), next).ServeHTTP(w, r)
	})
}

// chain makes the oldest fault the outermost handler.
func (m *Menu) chain(route string, faults []Fault, next http.Handler) http.Handler {
	for _, f := range slices.Backward(faults) {
		row, _ := kindNamed(f.Kind)
		s := injection{fault: f, dialect: m.dialect, operation: route, next: next}
		next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { row.serve(s, w, r) })
	}
	return next
}
