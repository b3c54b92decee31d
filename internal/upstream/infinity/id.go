package infinity

import (
	"math"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// newID finds the id of a new row: the member with one of its names, else the only
// other member that looks like an id, which is a guess, else the end of the Location, if
// that is in the collection.
func (k Kind[M]) newID(row Row, location, collection string) (id uint32, guessed bool) {
	if id, ok := row.ID(k.IDs...); ok {
		return id, false
	}
	var only []Member
	for _, member := range row {
		if k.namesID(member.Name) {
			only = append(only, member)
		}
	}
	if len(only) == 1 {
		if id, ok := memberID(only[0]); ok {
			return id, true
		}
	}
	return locationID(location, collection), false
}

// ID returns the id of a row under one of the names. As when rows are read, the first name that
// states an id counts.
func (r Row) ID(names ...string) (uint32, bool) {
	for _, name := range names {
		for _, member := range r {
			if id, ok := memberID(member); ok && member.Name == name {
				return id, true
			}
		}
	}
	return 0, false
}

// namesID reports whether a member could be the id of a new row under a name that is
// not documented. An id that rows are known to have beside their own, such as their
// domain's, is not the new one.
func (k Kind[M]) namesID(name string) bool {
	return likeID(name) && !slices.Contains(k.OtherIDs, name)
}

// likeID reports whether a name is that of an id.
func likeID(name string) bool { return name == "id" || strings.HasSuffix(name, "Id") }

// memberID reads an id.
func memberID(member Member) (uint32, bool) {
	value, ok := member.Integer()
	if !ok || value <= 0 || value > math.MaxUint32 {
		return 0, false
	}
	return uint32(value), true
}

// locationID reads the last segment of the Location's path. It returns 0 if that is no
// id, or if the segment before it is not the collection.
func locationID(location, collection string) uint32 {
	target, err := url.Parse(location)
	if err != nil {
		return 0
	}
	above, last := path.Split(path.Clean(target.Path))
	if !sameCollection(path.Base(above), collection) {
		return 0
	}
	id, err := strconv.ParseUint(last, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(id)
}

// sameCollection compares segments of paths. The vendor spells one of them in several ways, in
// the singular too.
func sameCollection(a, b string) bool {
	singular := func(segment string) string { return strings.TrimSuffix(strings.ToLower(segment), "s") }
	return singular(a) == singular(b)
}
