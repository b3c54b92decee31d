package infinity

import (
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Row is one row of an answer as it came, for writes: its members in their order, without
// those that are named like secrets.
type Row []Member

// Member is one value of a row.
type Member struct {
	Name  string
	Value tolerant.Value
}

// Empty reports whether the value is null or an empty string.
func (m Member) Empty() bool {
	return m.Value.Kind == 'n' || m.Value.Kind == '"' && m.Value.Text == ""
}

// Find returns the first member with one of the names that is not empty.
func (r Row) Find(names ...string) (Member, bool) {
	for _, name := range names {
		for _, member := range r {
			if member.Name == name && !member.Empty() {
				return member, true
			}
		}
	}
	return Member{}, false
}

// deviceToken is the one secret that is handed over. Only the create of a user's device
// does so.
const deviceToken = "pbxDeviceToken"

// readRow reads one object. Members that are named like secrets are dropped at any
// depth. Keep is the name of one that this call hands over.
func readRow(r *tolerant.Reader, seen *memberNames, keep string) (Row, error) {
	row := make(Row, 0, typicalMembers)
	err := r.Object(func(raw []byte) error {
		name := seen.of(raw)
		if name.secret && name.text != keep {
			return r.Skip()
		}
		value, err := readValue(r, seen)
		row = append(row, Member{Name: name.text, Value: value})
		return err
	})
	return row, err
}

// readValue reads the value of a member. An object or array is kept as compact JSON,
// without members that are named like secrets.
func readValue(r *tolerant.Reader, seen *memberNames) (tolerant.Value, error) {
	kind, text, err := r.Scalar()
	if err != nil {
		return tolerant.Value{}, err
	}
	if kind != '{' && kind != '[' {
		return tolerant.Value{Kind: kind, Text: r.Slabs.Texts.Copy(text)}, nil
	}
	nested, err := readNested(r, seen)
	if err != nil {
		return tolerant.Value{}, err
	}
	encoded, err := json.Marshal(nested, json.Deterministic(true))
	return tolerant.Value{Kind: kind, Text: string(encoded)}, err
}

// readNested reads a value within a member. Numbers keep their digits.
func readNested(r *tolerant.Reader, seen *memberNames) (any, error) {
	switch r.Kind() {
	case '{':
		object := map[string]any{}
		err := r.Object(func(raw []byte) error {
			name := seen.of(raw)
			if name.secret {
				return r.Skip()
			}
			value, err := readNested(r, seen)
			object[name.text] = value
			return err
		})
		return object, err
	case '[':
		array := []any{}
		err := r.Array(func() error {
			value, err := readNested(r, seen)
			array = append(array, value)
			return err
		})
		return array, err
	case '"':
		value, err := r.Any()
		return value.Text, err
	default:
		value, err := r.Any()
		return jsontext.Value(value.Text), err
	}
}

// typicalMembers is about how many members a row has.
const typicalMembers = 32

// memberName is the name of a member, and whether it is that of a secret.
type memberName struct {
	text   string
	secret bool
}

// memberNames remembers the names of one answer, whose rows all have the same ones.
type memberNames struct{ seen map[string]memberName }

// How many names of one answer are remembered, and how long they may be, so that a
// vendor that makes up names takes no memory.
const (
	maxNamesSeen  = 256
	maxNameLength = 64
)

// of returns the name as text. It allocates only for a name that is new, and only new
// names are looked at for being those of secrets.
func (n *memberNames) of(raw []byte) memberName {
	if name, ok := n.seen[string(raw)]; ok {
		return name
	}
	text := strings.ToValidUTF8(string(raw), "\uFFFD")
	name := memberName{text: text, secret: secret.Name(text)}
	if n.seen == nil {
		n.seen = map[string]memberName{}
	}
	if len(n.seen) < maxNamesSeen && len(raw) <= maxNameLength {
		n.seen[string(raw)] = name
	}
	return name
}
