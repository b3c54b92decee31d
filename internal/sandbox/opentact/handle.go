package opentact

import "net/http"

// handler runs an endpoint in the order of the vendor's checks: the credentials,
// the path, the body, and only then the state.
func (s *Server) handler(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		result, err := s.run(e, &call{request: r, generation: s.options.Generation})
		if err != nil {
			s.refuse(w, err)
			return
		}
		s.send(w, result.status, object{{"success", true}, {"payload", result.payload}})
	})
}

func (s *Server) run(e endpoint, c *call) (answer, error) {
	if e.open {
		return s.login(c)
	}
	user, err := s.authenticate(c.request)
	if err != nil {
		return answer{}, err
	}
	c.user = user
	if err := c.checkPath(e.Parameters()); err != nil && !e.anyPath {
		return answer{}, err
	}
	if err := e.read(c); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.operate(s, c)
}

// checkPath checks the ids in the path against the vendor's pattern, names of domains
// against that of domains. A choice: an
// id that does not match is a 400, as for any other argument.
func (c *call) checkPath(names []string) error {
	var problems []problem
	for _, name := range names {
		id := c.request.PathValue(name)
		form := uuid
		if name == "domain" {
			form = domainName
		}
		if _, wrong := form(id); wrong != "" {
			problems = append(problems, problem{name, wrong, id})
		}
	}
	if len(problems) > 0 {
		return invalid(problems...)
	}
	return nil
}
