package opentact

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// body is what the bodies of creates and updates hold of a resource.
type body[M any] struct {
	// columns are the fields that callers write, in the order of the contract.
	columns columns
	// value returns a field as the vendor takes it.
	value func(m *M, field protoreflect.Name) (value any, isSet bool)
}

// columns are fields of a resource with the vendor's names for each.
type columns []column

// column is one field of a resource.
type column struct {
	field protoreflect.Name
	// names are the vendor's names for it, the one to write first.
	names []string
	// secret says that no answer has the field.
	secret bool
}

// isSecret reports whether no answer has the field that a member of a body writes.
func (c columns) isSecret(member string) bool {
	return slices.ContainsFunc(c, func(column column) bool { return column.secret && slices.Contains(column.names, member) })
}

// creation returns the body of a create: every writable field that is set.
func (b body[M]) creation(m *M) opentact.Object {
	var object opentact.Object
	for _, column := range b.columns {
		if value, isSet := b.value(m, column.field); isSet {
			object = append(object, opentact.Member{Name: column.names[0], Value: value})
		}
	}
	return object
}

// shown returns the part of a body that reads show: without passwords, and without settings that
// had nothing else.
func (b body[M]) shown(sent opentact.Object) opentact.Object {
	var object opentact.Object
	for _, member := range sent {
		settings, isFree := member.Value.(map[string]any)
		if isFree {
			settings = shownSettings(settings)
			member.Value = settings
		}
		if empty := isFree && len(settings) == 0; !empty && !b.columns.isSecret(member.Name) {
			object = append(object, member)
		}
	}
	return object
}

// update returns the body of an update: the named changes, null for what is cleared.
func (b body[M]) update(m *M, changes []list.Change) opentact.Object {
	object := make(opentact.Object, 0, len(changes))
	for _, change := range changes {
		member := opentact.Member{Name: b.columns.find(change.Field.Name()).names[0]}
		if !change.Clear {
			member.Value, _ = b.value(m, change.Field.Name())
		}
		object = append(object, member)
	}
	return object
}

// find returns the column of a field; it has no names if callers do not write the field.
func (c columns) find(field protoreflect.Name) (found column) {
	for _, column := range c {
		if column.field == field {
			return column
		}
	}
	return found
}

// names returns our name by each of the vendor's.
func (c columns) names() map[string]string {
	reversed := make(map[string]string, len(c))
	for _, column := range c {
		for _, name := range column.names {
			reversed[name] = string(column.field)
		}
	}
	return reversed
}

// only returns the columns that the changes write.
func (c columns) only(changes []list.Change) columns {
	changed := make(columns, len(changes))
	for i, change := range changes {
		changed[i] = c.find(change.Field.Name())
	}
	return changed
}

// BodyKeys returns the members that bodies have, by their usual names, each once.
func BodyKeys() (keys []string) {
	for _, written := range writable {
		for _, column := range written {
			keys = append(keys, column.names[0])
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// VendorNames returns, for each resource, our field names by the vendor's, so that errors
// can name the fields that callers know.
func VendorNames() map[protoreflect.FullName]map[string]string {
	leases := map[string]string{"add": "add_tn_lease_uuids", "remove": "remove_tn_lease_uuids"}
	names := map[protoreflect.FullName]map[string]string{
		"sipfacade.v1.AssignSipAppTnLeasesRequest":        leases,
		"sipfacade.v1.AssignSipConnectionTnLeasesRequest": leases,
		"sipfacade.v1.ExecuteCallFlowRequest":             {"file": "call_flow_xml"},
	}
	for resource, written := range writable {
		names[resource] = written.names()
	}
	return names
}
