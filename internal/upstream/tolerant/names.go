package tolerant

import (
	"strings"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// MemberName is the name of a member that no field is read from.
type MemberName struct {
	Text string
	// Secret says that the name is that of a secret.
	Secret bool
}

// How many names a reader remembers, and how long they may be, so that a vendor that makes
// up names takes no memory.
const (
	maxNames      = 256
	maxNameLength = 64
)

// Name returns the name of a member as text, and whether it is that of a secret. It looks
// at each name once: vendors use the same ones again and again.
func (r *Reader) Name(raw []byte) MemberName {
	if name, ok := r.names[string(raw)]; ok {
		return name
	}
	text := strings.ToValidUTF8(string(raw), "\uFFFD")
	name := MemberName{Text: text, Secret: secret.Name(text)}
	if r.names == nil {
		r.names = map[string]MemberName{}
	}
	if len(r.names) < maxNames && len(raw) <= maxNameLength {
		r.names[string(raw)] = name
	}
	return name
}

// forgetNames forgets all names if no further one could be remembered.
func (r *Reader) forgetNames() {
	if len(r.names) == maxNames {
		clear(r.names)
	}
}
