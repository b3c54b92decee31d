package opentact

import (
	"maps"
	"net/http"
)

// call is a request with what was read from it.
type call struct {
	request    *http.Request
	generation Generation
	// user is who logged in.
	user *record
	// body is a checked body: the values to set, by their correct names.
	body map[string]any
	// callFlow is a checked call-flow document.
	callFlow string
}

// answer is the content of a successful envelope.
type answer struct {
	status  int
	payload any
}

// operation executes a call; the state is locked while it runs.
type operation func(*Server, *call) (answer, error)

func ok(payload any) (answer, error) { return answer{http.StatusOK, payload}, nil }

// scope is the connection or the SIP domain to which invites and SIP users belong; it is
// empty for other kinds.
type scope struct {
	of    kind
	field string
	param string
}

func noScope() scope { return scope{} }

func ofConnection(param string) scope { return scope{connections, "sip_connection", param} }

func ofDomain() scope { return scope{domains, "sip_domain", "domain"} }

// parent returns the id of the connection or domain, which has to exist.
func (sc scope) parent(s *Server, c *call) (string, error) {
	if sc.field == "" {
		return "", nil
	}
	_, err := s.find(sc.of, c.request.PathValue(sc.param))
	return c.request.PathValue(sc.param), err
}

// entity returns the record of the path, which has to be in the scope.
func (sc scope) entity(s *Server, c *call, k kind, param string) (*record, error) {
	parent, err := sc.parent(s, c)
	if err != nil {
		return nil, err
	}
	r, err := s.find(k, c.request.PathValue(param))
	if err != nil {
		return nil, err
	}
	if sc.field != "" && r.text(sc.field) != parent {
		return nil, notFound(k)
	}
	return r, nil
}

func list(k kind, sc scope) operation {
	return func(s *Server, c *call) (answer, error) {
		parent, err := sc.parent(s, c)
		if err != nil {
			return answer{}, err
		}
		return ok(s.views(s.store.having(k, sc.field, parent), shallow))
	}
}

func get(k kind, sc scope, param string) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := sc.entity(s, c, k, param)
		if err != nil {
			return answer{}, err
		}
		return ok(s.view(r, nested))
	}
}

func create(k kind, sc scope) operation {
	return func(s *Server, c *call) (answer, error) {
		parent, err := sc.parent(s, c)
		if err != nil {
			return answer{}, err
		}
		if err := s.resolve(k, c.body); err != nil {
			return answer{}, err
		}
		r := s.newRecord(k, c)
		if name, chosen := c.body[resources[k].identity].(string); chosen { // callers name domains
			if s.store.Get(k, name) != nil {
				return answer{}, &failure{status: http.StatusConflict, message: resources[k].name + " exists already"}
			}
			r.id = name
		}
		if sc.field != "" {
			r.values[sc.field] = parent
		}
		s.provision(r, c.body)
		if err := s.store.add(r); err != nil {
			return answer{}, err
		}
		return answer{http.StatusCreated, s.view(r, nested)}, nil
	}
}

func modify(k kind, sc scope, param string) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := sc.entity(s, c, k, param)
		if err != nil {
			return answer{}, err
		}
		if err := s.resolve(k, c.body); err != nil {
			return answer{}, err
		}
		maps.Copy(r.values, c.body)
		s.provision(r, c.body)
		s.touch(r, c)
		return ok(s.view(r, nested))
	}
}

// remove answers the entity as it was, with its relations.
func remove(k kind, sc scope, param string) operation {
	return func(s *Server, c *call) (answer, error) {
		r, err := sc.entity(s, c, k, param)
		if err != nil {
			return answer{}, err
		}
		if err := s.inUse(r); err != nil {
			return answer{}, err
		}
		last := s.view(r, nested)
		s.removeDependents(r)
		s.store.Remove(r.kind, r.id)
		return ok(last)
	}
}

// resolve refuses relations to records that do not exist. A choice: with 404,
// because the vendor declares a 404 for creates, which have no other reason for it.
func (s *Server) resolve(k kind, body map[string]any) error {
	for _, f := range resources[k].fields {
		value, given := body[f.name]
		if !given || f.one == none || value == nil {
			continue
		}
		if s.store.Get(f.one, idOf(value)) == nil {
			return notFound(f.one)
		}
	}
	return nil
}

// newRecord returns a record with the vendor's initial values and the caller's.
func (s *Server) newRecord(k kind, c *call) *record {
	now := s.now()
	r := &record{kind: k, id: s.options.NewUUID(), createdOn: now, modifiedOn: now, values: s.withInitial(k, c.body)}
	r.values["account"] = c.user.values["account"]
	r.values["created_by"], r.values["modified_by"] = c.user.id, c.user.id
	return r
}

// withInitial returns values with the vendor's initial ones for members that are not given.
func (s *Server) withInitial(k kind, given map[string]any) map[string]any {
	values := map[string]any{}
	for _, f := range resources[k].fields {
		if f.initial != nil && f.has(s.options.Generation) {
			values[f.name] = f.initial
		}
	}
	maps.Copy(values, given)
	return values
}

func (s *Server) touch(r *record, c *call) {
	r.modifiedOn = s.now()
	r.values["modified_by"] = c.user.id
}

func account(s *Server, c *call) (answer, error) {
	r, err := s.find(accounts, c.user.text("account"))
	if err != nil {
		return answer{}, err
	}
	return ok(s.view(r, nested))
}

// noSuchRoute serves the paths that only another API generation has.
func noSuchRoute(*Server, *call) (answer, error) { return answer{}, noRoute() }

func noRoute() *failure { return &failure{status: http.StatusNotFound, message: "Not found"} }
