// Package mapping has the tables of how vendors write the resources of the contract. A table states
// only what the contract's descriptor does not; decoders, write columns and a part of
// docs/upstreams.md are generated from both by internal/mapping/generate.
package mapping

import "github.com/sipfacade/sipfacade/internal/opentactapi"

// Dialect says how one vendor writes the resources of the contract.
type Dialect struct {
	// Names are the vendor's names for fields that many of its resources have.
	Names map[string]string
	// CamelCase says that a field's own name is in camel case at the vendor.
	CamelCase bool
	// Additional is the field that takes the members which no other field has; empty means
	// that they are not read.
	Additional string
	// Parents are the fields that have the ids of the path, whatever answers state.
	Parents []string
	// Ours are fields that the service makes and no vendor knows.
	Ours []string
	// Readers are functions written by hand, by the message that each reads.
	Readers map[string]string
	// Writers are functions written by hand, by the message that each writes.
	Writers map[string]string
	// Resources are all messages that the vendor's answers are read into.
	Resources []Resource
	// Calls and Arguments are those that not all generations of the vendor's API have.
	Calls     []Call
	Arguments []Argument
}

// Resource is one message of the contract as the vendor writes it.
type Resource struct {
	// Message is the name of the contract's message.
	Message string
	// Foreign are members that only objects of another kind have: an answer with one of
	// them is refused. A resource without any is never answered itself, only nested.
	Foreign []string
	// Key is the field that identifies the resource; empty means uuid. At OpenTACT a string
	// or number in place of the object states it.
	Key string
	// Natural are the fields that find a resource whose key is not known.
	Natural []string
	// Whole says that an update has to write all fields.
	Whole bool
	// Fields are those about which the descriptor does not say enough. Every other field has its own
	// name at the vendor too, and the form that follows from its type.
	Fields []Field
	// Dropped are members that are known and not read.
	Dropped []Unmapped
	// Kept are members that are known and only go to the dialect's Additional.
	Kept []Unmapped
}

// Field is one field of a resource.
type Field struct {
	// Name is the field's name in the contract.
	Name string
	// Vendor are the vendor's names for it, the one to write first; empty means that it is
	// its own name, or that of Dialect.Names.
	Vendor []string
	// Form is how the value is written, if its type does not say so.
	Form Form
	// Within is the member that states the value if the vendor writes an object around it.
	Within string
	// KeyOf is the relation whose key the field is: it is read from there, and written
	// under the relation's name.
	KeyOf string
	// Answered says that the field is only read if the resource was asked for, never if it
	// is nested in another one.
	Answered bool
	// Located says that the field is stated in the path of calls, and never in a body.
	Located bool
	// In says in which generations the field can be written; Instead what would do in the
	// others.
	In      In
	Instead string
	// Shown says in which of the others answers have the field nevertheless.
	Shown In
	// Sent are the names to write in single generations, if not the first of Vendor.
	Sent map[opentactapi.Generation]string
	// Note says in the documentation why the field differs.
	Note string
}

// Form is the form in which a value is written.
type Form string

// The forms of texts that need to be named. Each is a method of tolerant.Reader.
const (
	Date         Form = "Date"
	OptionalDate Form = "OptionalDate"
	OptionalUUID Form = "OptionalUUID"
	PhoneNumber  Form = "PhoneNumber"
)

// Unmapped are members that no field of the contract takes, on purpose.
type Unmapped struct {
	Members []string
	Reason  string
}
