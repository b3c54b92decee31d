package infinity

import (
	"fmt"
	"net/http"
)

// associated is when a device was given to its user; no row of a device shows it.
const associated = "associatedDatetime"

// listMembers lists the users of a group or the groups of a user.
func listMembers(owners, others, shown kind) operation {
	return func(s *Server, c *call) (answer, error) {
		owner, err := s.entity(c, owners)
		if err != nil {
			return answer{}, err
		}
		return ok(c.listing.apply(s.members(owner, others, shown))...)
	}
}

func (s *Server) members(owner *record, others, shown kind) []row {
	var joined []*record
	for _, other := range s.store.under(others, owner.parent) {
		if s.store.members[between(owner, other)] {
			joined = append(joined, other)
		}
	}
	return s.views(shown, joined, owner)
}

// between returns the membership of a user and a group, in either order.
func between(a, b *record) membership {
	if a.kind == groups {
		return membership{group: a.id, user: b.id}
	}
	return membership{group: b.id, user: a.id}
}

// changeMembers makes or ends memberships, all of them or none. A choice: a user may
// be named who is a member already, or who is not one.
func changeMembers(owners, others, shown kind, change func(*state, []membership) error) operation {
	return func(s *Server, c *call) (answer, error) {
		owner, err := s.entity(c, owners)
		if err != nil {
			return answer{}, err
		}
		named, err := s.named(c.ids, others, owner.parent)
		if err != nil {
			return answer{}, err
		}
		meant := make([]membership, len(named))
		for i, other := range named {
			meant[i] = between(owner, other)
		}
		if err := change(&s.store, meant); err != nil {
			return answer{}, err
		}
		return s.answerChange(s.members(owner, others, shown)...)
	}
}

func join(s *state, all []membership) error { return s.join(all) }

func leave(s *state, all []membership) error {
	s.leave(all)
	return nil
}

// named are the records with the ids of an array. A choice: an id that is not in
// the domain is a bad parameter, not a missing resource.
func (s *Server) named(ids []element, k kind, domain int) ([]*record, error) {
	var found []*record
	for _, e := range ids {
		if !s.inDomain(k, numeric(e.value), domain) {
			return nil, refused(fmt.Sprintf("%s is no %s of this domain", e.value, s.resources[k].noun))
		}
		found = append(found, s.store.Get(k, numeric(e.value)))
	}
	return found, nil
}

func listUserDevices(s *Server, c *call) (answer, error) {
	user, err := s.entity(c, users)
	if err != nil {
		return answer{}, err
	}
	own := s.store.having(devices, "userId", decimal(user.id))
	return ok(c.listing.apply(s.views(userDevices, own, user))...)
}

func readUserDevice(s *Server, c *call) (answer, error) {
	user, device, err := s.userDevice(c)
	if err != nil {
		return answer{}, err
	}
	return ok(s.view(userDevices, device, user))
}

// createUserDevice gives a device to a user. A choice: it can have only one, since
// its own row names one.
func createUserDevice(s *Server, c *call) (answer, error) {
	user, err := s.entity(c, users)
	if err != nil {
		return answer{}, err
	}
	device := s.store.Get(devices, numeric(c.changes["pbxDeviceId"]))
	if device == nil || device.parent != user.parent {
		return answer{}, refused("pbxDeviceId names no PBX device of this domain")
	}
	if holder := device.values["userId"]; holder != "" {
		return answer{}, conflict("the device is already associated with user %s", holder)
	}
	s.associate(device, user)
	return answer{status: http.StatusCreated, rows: []row{{
		{name: "pbxDeviceId", text: decimal(device.id)},
		{name: "userId", text: decimal(user.id)},
		{name: "pbxDeviceToken", text: s.options.NewToken()},
	}}}, nil
}

func deleteUserDevice(s *Server, c *call) (answer, error) {
	user, device, err := s.userDevice(c)
	if err != nil {
		return answer{}, err
	}
	last := s.view(userDevices, device, user)
	s.release(device)
	return s.answerChange(last)
}

// userDevice is the user and the device of the path, which have to belong together.
func (s *Server) userDevice(c *call) (user, device *record, err error) {
	if user, err = s.entity(c, users); err != nil {
		return nil, nil, err
	}
	if device, err = s.entity(c, devices); err != nil {
		return nil, nil, err
	}
	if device.values["userId"] != decimal(user.id) {
		return nil, nil, notFound()
	}
	return user, device, nil
}

func (s *Server) associate(device, user *record) {
	device.updated = s.now()
	device.values["userId"], device.values[associated] = decimal(user.id), s.dateTime(device.updated)
}

func (s *Server) release(device *record) {
	device.updated = s.now()
	device.values["userId"], device.values[associated] = "", ""
}
