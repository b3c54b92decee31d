package opentact

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
)

// assignment describes the body that assigns numbers to a connection or an app and
// removes them.
func assignment() []field {
	return []field{{name: "add", accepts: uuidList}, {name: "remove", accepts: uuidList}}
}

// ownerFields are the two relations of a lease that exclude each other.
func ownerFields() []string { return []string{"sip_connection", "sip_control_app"} }

// allLeases lists every number of the account. A choice: with the relations that tell
// what a number rings, without which it could not be told which are free.
func allLeases(s *Server, _ *call) (answer, error) {
	return ok(s.views(s.store.All(leases), nested))
}

// The number of rows of a search page; the default is a choice.
const (
	mostTaken    = 100
	defaultTaken = 10
)

// searching describes the body of a search. A choice: conditions are not emulated.
func searching() []field {
	return []field{
		{name: "take", accepts: integer(1, mostTaken)}, {name: "skip", accepts: integer(0, math.MaxInt32)},
		{name: "order", accepts: creationOrder},
	}
}

// readSearch reads take and skip from the body or the query, as the documents have them in
// both. A choice: the body counts if they differ.
func readSearch(c *call) error {
	body, err := readJSON(c.request)
	if err != nil {
		return err
	}
	query := c.request.URL.Query()
	for _, name := range []string{"take", "skip"} {
		if _, given := body[name]; !given && query.Has(name) {
			body[name] = json.Number(query.Get(name))
		}
	}
	c.body, err = changes(searching(), body, false)
	return err
}

// creationOrder accepts {"created_on": "ASC"} or "DESC". A choice: the order of other
// members is not emulated.
func creationOrder(value any) (any, string) {
	order, _ := value.(map[string]any)
	direction := order["created_on"]
	if len(order) != 1 || direction != "ASC" && direction != "DESC" {
		return nil, `must be {"created_on": "ASC"} or {"created_on": "DESC"}`
	}
	return order, ""
}

// searchLeases answers one page of all numbers of the account.
func searchLeases(s *Server, c *call) (answer, error) {
	take, given := c.body["take"].(int64)
	if !given {
		take = defaultTaken
	}
	skip, _ := c.body["skip"].(int64)
	all := s.store.All(leases)
	order, _ := c.body["order"].(map[string]any)
	if order["created_on"] == "DESC" {
		slices.Reverse(all)
	}
	first := min(int(skip), len(all))
	page := all[first:min(first+int(take), len(all))]
	return ok(object{
		{"take", take}, {"skip", skip}, {"mode", "AND"}, {"order", order},
		{"total", len(all)}, {"data", s.views(page, nested)},
	})
}

// assignedLeases lists the numbers of a connection or an app.
func assignedLeases(k kind, holder string) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := s.find(k, c.request.PathValue("uuid"))
		if err != nil {
			return answer{}, err
		}
		return ok(s.views(s.store.having(leases, holder, r.id), leaseDepth(k)))
	}
}

// leaseDepth follows the documentation, whose sample shows whole relations in
// an app's leases and empty ones in a connection's.
func leaseDepth(k kind) int {
	if k == apps {
		return nested
	}
	return shallow
}

// assignLeases changes all of the leases or none. A choice: it answers the added
// leases, then the removed ones; an empty assignment changes nothing.
func assignLeases(k kind, holder string) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := s.find(k, c.request.PathValue("uuid"))
		if err != nil {
			return answer{}, err
		}
		added, removed, err := s.chosenLeases(c, holder, r.id)
		if err != nil {
			return answer{}, err
		}
		for _, lease := range added {
			s.assignLease(lease, holder, r.id, c)
		}
		for _, lease := range removed {
			s.assignLease(lease, holder, nil, c)
		}
		return ok(s.assigned(slices.Concat(added, removed), leaseDepth(k)))
	}
}

// assignLease assigns a lease to its new owner and removes it from any other.
func (s *Server) assignLease(lease *record, holder string, id any, c *call) {
	for _, name := range ownerFields() {
		lease.values[name] = nil
	}
	lease.values[holder] = id
	s.touch(lease, c)
}

func (s *Server) assigned(changed []*record, depth int) []any {
	if !s.options.AssignAnswersUUIDs {
		return s.views(changed, depth)
	}
	ids := make([]any, len(changed))
	for i, lease := range changed {
		ids[i] = lease.id
	}
	return ids
}

func (s *Server) chosenLeases(c *call, holder, id string) (added, removed []*record, err error) {
	add, _ := c.body["add"].([]string)
	drop, _ := c.body["remove"].([]string)
	for _, both := range add {
		if slices.Contains(drop, both) {
			return nil, nil, invalid(problem{"remove", "names a TN lease that add names too", both})
		}
	}
	if added, err = s.findLeases(add); err != nil {
		return nil, nil, err
	}
	if removed, err = s.findLeases(drop); err != nil {
		return nil, nil, err
	}
	for _, lease := range removed {
		if lease.text(holder) != id {
			return nil, nil, notAssigned(lease)
		}
	}
	return added, removed, nil
}

// notAssigned is a choice: what is not assigned cannot be removed.
func notAssigned(lease *record) error {
	return &failure{status: http.StatusBadRequest, message: fmt.Sprintf("TN lease %s is not assigned here", lease.id)}
}

// findLeases takes a lease that is named twice once.
func (s *Server) findLeases(ids []string) ([]*record, error) {
	var found []*record
	for _, id := range ids {
		lease, err := s.find(leases, id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(found, lease) {
			found = append(found, lease)
		}
	}
	return found, nil
}
