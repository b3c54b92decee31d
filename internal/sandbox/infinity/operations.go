package infinity

import (
	"maps"
	"net/http"
	"slices"
)

// call is a request with what was read from it.
type call struct {
	request *http.Request
	// caller is the name of the login.
	caller     string
	parameters parameters
	// changes, ids and listing are parameters that a reader has checked.
	changes map[string]string
	ids     []element
	listing listing
}

// answer is the content of a successful answer.
type answer struct {
	status int
	rows   []row
	// bare answers have no body at all.
	bare     bool
	location string
}

// operation executes a call; the state is locked while it runs.
type operation func(*Server, *call) (answer, error)

func ok(rows ...row) (answer, error) { return answer{status: http.StatusOK, rows: rows}, nil }

// answerChange answers a change with nothing or, as an option, with the rows.
func (s *Server) answerChange(rows ...row) (answer, error) {
	if s.options.ChangesAnswerRows {
		return ok(rows...)
	}
	return answer{status: http.StatusNoContent, bare: true}, nil
}

// handler runs an endpoint in the order of the vendor's checks: the credentials, the
// parameters, and only then the state.
func (s *Server) handler(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		c := &call{request: r}
		result, err := s.run(e, c)
		if err != nil {
			refuse(w, err)
			return
		}
		if result.location != "" {
			w.Header().Set("Location", result.location)
		}
		var body []byte
		if !result.bare {
			body = render(result.rows, c.parameters.scalars["format"])
		}
		send(w, result.status, body)
	})
}

func (s *Server) run(e endpoint, c *call) (result answer, err error) {
	if c.caller, err = s.authenticate(c.request); err != nil {
		return answer{}, err
	}
	if c.parameters, err = readParameters(c.request); err != nil {
		return answer{}, err
	}
	if err := c.checkFormat(); err != nil {
		return answer{}, err
	}
	if err := e.read(s, c); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.operate(s, c)
}

// checkFormat accepts the two formats that are JSON.
func (c *call) checkFormat() error {
	given, ok := c.parameters.scalars["format"]
	if _, wrong := oneOf("json", "jsonarray")(given); ok && wrong != "" {
		return invalid([]problem{{"format", wrong + " in this sandbox"}})
	}
	return nil
}

// entity returns the record of the path, which has to belong to its parent.
func (s *Server) entity(c *call, k kind) (*record, error) {
	parent, err := s.parent(c, k)
	if err != nil {
		return nil, err
	}
	r := s.store.Get(k, numeric(c.request.PathValue(s.resources[k].param)))
	if r == nil || r.parent != parent {
		return nil, notFound()
	}
	return r, nil
}

// parent returns the id of the record to which the path belongs; 0 for domains.
func (s *Server) parent(c *call, k kind) (int, error) {
	under := s.resources[k].under
	if under == none {
		return 0, nil
	}
	r, err := s.entity(c, under)
	if err != nil {
		return 0, err
	}
	return r.id, nil
}

// domainOf returns the id of the domain of a record with this parent.
func (s *Server) domainOf(k kind, parent int) int {
	if s.resources[k].under == queues {
		return s.store.Get(queues, parent).parent
	}
	return parent
}

func list(k kind) operation {
	return func(s *Server, c *call) (answer, error) {
		parent, err := s.parent(c, k)
		if err != nil {
			return answer{}, err
		}
		return ok(c.listing.apply(s.views(k, s.store.under(k, parent), nil))...)
	}
}

func read(k kind) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := s.entity(c, k)
		if err != nil {
			return answer{}, err
		}
		return ok(s.view(k, r, nil))
	}
}

func create(k kind) operation {
	return func(s *Server, c *call) (answer, error) {
		parent, err := s.parent(c, k)
		if err != nil {
			return answer{}, err
		}
		if err := s.checkValues(k, parent, 0, c.changes); err != nil {
			return answer{}, err
		}
		r := s.newRecord(k, parent, c.changes, c.caller)
		if err := s.store.add(r); err != nil {
			return answer{}, err
		}
		return s.createdAnswer(c, r), nil
	}
}

// createdAnswer is documented for some kinds; for the others it is a choice, and an
// option.
func (s *Server) createdAnswer(c *call, r *record) answer {
	form := &s.resources[r.kind]
	result := answer{status: http.StatusCreated, rows: []row{{{name: form.id, text: decimal(r.id)}}}}
	if form.documented {
		return result
	}
	switch s.options.Creates {
	case CreatedNothing:
		result.bare = true
	case CreatedRow:
		result.rows = []row{s.view(r.kind, r, nil)}
	}
	if s.options.LocationHeader {
		result.location = c.request.URL.Path + "/" + decimal(r.id)
	}
	return result
}

func update(k kind) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := s.entity(c, k)
		if err != nil {
			return answer{}, err
		}
		if err := s.checkValues(k, r.parent, r.id, c.changes); err != nil {
			return answer{}, err
		}
		if s.resources[k].resetsOnUpdate && !s.options.PartialUpdates {
			s.reset(r)
		}
		maps.Copy(r.values, c.changes)
		r.updated = s.now()
		return s.answerChange(s.view(k, r, nil))
	}
}

// reset sets the parameters of an update to their initial values. What no form can set
// stays.
func (s *Server) reset(r *record) {
	for _, c := range s.resources[r.kind].columns {
		if c.accepts != nil && !c.createOnly {
			r.values[c.name] = c.initial
		}
	}
}

func remove(k kind) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := s.entity(c, k)
		if err != nil {
			return answer{}, err
		}
		if err := s.inUse(r); err != nil {
			return answer{}, err
		}
		last := s.view(k, r, nil)
		s.removeDependents(r)
		s.store.Remove(r.kind, r.id)
		return s.answerChange(last)
	}
}

// newRecord returns a record with the vendor's initial values and the caller's.
func (s *Server) newRecord(k kind, parent int, values map[string]string, caller string) *record {
	now := s.now()
	r := &record{kind: k, id: s.store.nextID(k), parent: parent, created: now, updated: now, values: map[string]string{}}
	for _, c := range s.resources[k].columns {
		if c.from == nil && c.initial != "" {
			r.values[c.name] = c.initial
		}
	}
	r.values["createdBy"] = caller
	maps.Copy(r.values, values)
	return r
}

// setMemberOrder requires exactly the members of the queue; the index in the array
// becomes the ring order.
func setMemberOrder(s *Server, c *call) (answer, error) {
	queue, err := s.entity(c, queues)
	if err != nil {
		return answer{}, err
	}
	members := s.store.under(queueMembers, queue.id)
	named := map[int]int{}
	for _, e := range c.ids {
		named[numeric(e.value)] = e.index
	}
	complete := len(c.ids) == len(members) && !slices.ContainsFunc(members, func(r *record) bool {
		_, given := named[r.id]
		return !given
	})
	if !complete {
		return answer{}, refused("queueMemberId must name each member of the queue once and nothing else")
	}
	for _, r := range members {
		r.values["ringOrder"] = decimal(named[r.id])
		r.updated = s.now()
	}
	return s.answerChange(s.views(queueMembers, members, nil)...)
}
