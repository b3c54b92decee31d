package opentact

import "net/http"

// handler is what every route does, in the order of the vendor's checks: who
// calls, the path, the body, and only then the state.
func (s *Server) handler(row route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		result, err := s.run(row, &call{request: r, path: pathOf(r.Context())})
		if err != nil {
			s.refuse(w, err)
			return
		}
		s.send(w, result.status, object{{"success", true}, {"payload", result.payload}})
	})
}

func (s *Server) run(row route, c *call) (answer, error) {
	if row.open {
		return s.login(c)
	}
	user, err := s.authenticate(c.request)
	if err != nil {
		return answer{}, err
	}
	c.user = user
	if err := c.checkPath(); err != nil {
		return answer{}, err
	}
	if err := row.read(c); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return row.operate(s, c)
}

// checkPath holds ids against the vendor's pattern. A choice: an id that cannot
// be one is a 400, as for any other argument.
func (c *call) checkPath() error {
	var problems []problem
	for name, id := range c.path {
		if _, wrong := uuid(id); wrong != "" {
			problems = append(problems, problem{name, wrong, id})
		}
	}
	if len(problems) > 0 {
		return invalid(problems...)
	}
	return nil
}
