package infinity

// checkValues compares the new values of a record with the other records; its id is 0
// if it is new.
func (s *Server) checkValues(k kind, parent, id int, values map[string]string) error {
	domain := s.domainOf(k, parent)
	for _, c := range s.resources[k].columns {
		value := values[c.name]
		if value == "" {
			continue
		}
		if c.refers != none && !s.inDomain(c.refers, numeric(value), domain) {
			return invalid([]problem{{c.name, "names no " + s.resources[c.refers].noun + " of this domain"}})
		}
		if c.unique != anywhere && s.taken(k, domain, id, c, value) {
			return conflict("%s %s is already in use", c.name, value)
		}
	}
	return nil
}

func (s *Server) inDomain(k kind, id, domain int) bool {
	r := s.store.Get(k, id)
	return r != nil && r.parent == domain
}

// taken reports whether another record has the value already. A choice: the
// vendor does not say what has to be unique, but two with one extension or one login
// cannot work.
func (s *Server) taken(k kind, domain, id int, c column, value string) bool {
	among := []kind{k}
	if c.unique == inDialPlan {
		among = []kind{users, groups, queues}
	}
	for _, other := range among {
		for _, r := range s.store.All(other) {
			near := r.parent == domain || c.unique == everywhere
			self := other == k && r.id == id
			if near && !self && equalValues(r.values[c.name], value, c.unique) {
				return true
			}
		}
	}
	return false
}

// inUse refuses to remove a group that a queue rings. A choice: the vendor does
// not say, and a queue member without its group would mean nothing.
func (s *Server) inUse(r *record) error {
	if r.kind != groups {
		return nil
	}
	for _, member := range s.store.having(queueMembers, "groupId", decimal(r.id)) {
		return conflict("the group is in use by member %d of queue %d", member.id, member.parent)
	}
	return nil
}

// removeDependents ends what cannot outlive a record.
func (s *Server) removeDependents(r *record) {
	switch r.kind {
	case users:
		s.store.leaveAll(func(m membership) bool { return m.user == r.id })
		for _, device := range s.store.having(devices, "userId", decimal(r.id)) {
			s.release(device)
		}
	case groups:
		s.store.leaveAll(func(m membership) bool { return m.group == r.id })
	case queues:
		for _, member := range s.store.under(queueMembers, r.id) {
			s.store.Remove(member.kind, member.id)
		}
	}
}
