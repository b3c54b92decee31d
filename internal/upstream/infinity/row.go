package infinity

import (
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Row is one row of an answer: its members in the order in which they came, without
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
func readRow(r *tolerant.Reader, keep string) (Row, error) {
	row := make(Row, 0, typicalMembers)
	err := r.Object(func(raw []byte) error {
		name, known := intern(raw)
		if !known && name != keep && secret.Name(name) {
			return r.Skip()
		}
		value, err := readValue(r)
		row = append(row, Member{Name: name, Value: value})
		return err
	})
	return row, err
}

// readValue reads the value of a member. An object or array is kept as compact JSON,
// without members that are named like secrets.
func readValue(r *tolerant.Reader) (tolerant.Value, error) {
	kind := r.Kind()
	if kind != '{' && kind != '[' {
		return r.Any()
	}
	nested, err := readNested(r)
	if err != nil {
		return tolerant.Value{}, err
	}
	encoded, err := json.Marshal(nested, json.Deterministic(true))
	return tolerant.Value{Kind: kind, Text: string(encoded)}, err
}

// readNested reads a value within a member. Numbers keep their digits.
func readNested(r *tolerant.Reader) (any, error) {
	switch r.Kind() {
	case '{':
		object := map[string]any{}
		err := r.Object(func(raw []byte) error {
			name, known := intern(raw)
			if !known && secret.Name(name) {
				return r.Skip()
			}
			value, err := readNested(r)
			object[name] = value
			return err
		})
		return object, err
	case '[':
		array := []any{}
		err := r.Array(func() error {
			value, err := readNested(r)
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

// intern returns the name as text. It does not allocate if the name is known, and a
// known name is not that of a secret.
func intern(raw []byte) (name string, known bool) {
	if name, known := names[string(raw)]; known {
		return name, true
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD"), false
}

// names are the names that rows are known to have.
var names = func() map[string]string {
	known := map[string]string{}
	for _, name := range strings.Fields(`
		domainId domain domainName displayName rec userId user extensionNumber email firstName lastName jobName
		departmentName companyName officeName ukCallerId usCallerId mobileNumber mobileFollow ukPhoneId usPhoneId
		hotdeskAllowed dashboard groupId groupName ringRetry ringExclusive callerNameFormat queueId queueName
		queueMemberId ringStrategy ringAttempts ringSecs ringOrder trustedNetworkId network description pbxDeviceId
		pbxDeviceName deviceMacAddress createDatetime updateDatetime`) {
		known[name] = name
	}
	return known
}()
