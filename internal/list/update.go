package list

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/status"
)

// Change is one field that an update writes: its new value is in the resource,
// or it is cleared.
type Change struct {
	Field protoreflect.FieldDescriptor
	Clear bool
}

// Changes works out what an AIP-134 update of the resource writes, each field
// once, in the order of field numbers. Without a mask those are the fields that
// are set; with `*` every field that can be updated; otherwise those named, by
// proto or JSON name. Field is the resource's name in the request, for the
// violations: what is wrong is reported all at once as status.Invalid.
func Changes(field string, resource proto.Message, mask *fieldmaskpb.FieldMask) ([]Change, error) {
	u := &update{field: field, resource: resource.ProtoReflect()}
	paths := mask.GetPaths()
	switch {
	case len(paths) == 0:
		u.addPopulated()
	case !slices.ContainsFunc(paths, func(path string) bool { return path != wildcard }):
		u.addAll()
	default:
		u.addNamed(paths)
	}
	return u.result()
}

// wildcard is the path that stands for every field.
const wildcard = "*"

// update gathers the changes and what is wrong with them.
type update struct {
	field    string
	resource protoreflect.Message
	changes  []Change
	mask     problems
	rest     violations
}

// fixed says why fields with a mark cannot be updated.
var fixed = map[annotations.FieldBehavior]string{
	annotations.FieldBehavior_OUTPUT_ONLY: "is output only",
	annotations.FieldBehavior_IMMUTABLE:   "is immutable: it is set when the resource is created",
	annotations.FieldBehavior_IDENTIFIER:  "identifies the resource and cannot be changed",
}

// whyFixed is "" for a field that can be updated.
func whyFixed(field protoreflect.FieldDescriptor) string {
	for _, mark := range contract.Behaviors(field) {
		if why := fixed[mark]; why != "" {
			return why
		}
	}
	return ""
}

// addPopulated takes the fields that are set. The resource's own id is fine: it
// says which resource is meant.
func (u *update) addPopulated() {
	for field := range u.fields() {
		why := whyFixed(field)
		switch {
		case !u.resource.Has(field), contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER):
		case why != "":
			u.refuse(field, why)
		default:
			u.changes = append(u.changes, Change{Field: field})
		}
	}
}

// addAll takes every field that can be updated. An input-only field that is
// absent is left alone, because no caller can have read it.
func (u *update) addAll() {
	for field := range u.fields() {
		absent := !u.resource.Has(field) && contract.Behaves(field, annotations.FieldBehavior_INPUT_ONLY)
		if whyFixed(field) == "" && !absent {
			u.add(field, "or name the fields to change in update_mask")
		}
	}
}

// addNamed takes the fields that the mask names.
func (u *update) addNamed(paths []string) {
	added := map[protoreflect.FieldNumber]bool{}
	for _, path := range paths {
		field, err := u.find(path)
		if err != nil {
			u.mask.add(err)
			continue
		}
		if !added[field.Number()] {
			added[field.Number()] = true
			u.add(field, "or take it out of update_mask")
		}
	}
}

// find resolves a path of the mask to a field that can be updated.
func (u *update) find(path string) (protoreflect.FieldDescriptor, error) {
	if path == wildcard {
		return nil, fmt.Errorf("`*` must be the only path")
	}
	name, _, nested := strings.Cut(path, ".")
	fields := u.resource.Descriptor().Fields()
	field := cmp.Or(fields.ByName(protoreflect.Name(name)), fields.ByJSONName(name))
	if field == nil {
		return nil, &fieldProblem{
			reason:  "unknown field " + quote(path),
			allowed: strings.Join(updatableNames(u.resource.Descriptor()), ", "),
		}
	}
	if why := whyFixed(field); why != "" {
		return nil, fmt.Errorf("%s %s", field.Name(), why)
	}
	if nested {
		return nil, fmt.Errorf("%s reaches into a field: name %s as a whole", quote(path), field.Name())
	}
	return field, nil
}

// add takes a field whether it is set or not. Numbers and bools cannot be
// cleared: no vendor has a value of them that means none.
func (u *update) add(field protoreflect.FieldDescriptor, otherwise string) {
	switch {
	case u.resource.Has(field), field.Cardinality() == protoreflect.Repeated,
		isCountable(field) && !field.HasPresence():
		u.changes = append(u.changes, Change{Field: field})
	case contract.Behaves(field, annotations.FieldBehavior_REQUIRED):
		u.refuse(field, "is required and cannot be cleared")
	case isCountable(field):
		u.refuse(field, "has no empty value: give it a value, "+otherwise)
	default:
		u.changes = append(u.changes, Change{Field: field, Clear: true})
	}
}

func (u *update) refuse(field protoreflect.FieldDescriptor, why string) {
	u.rest = append(u.rest, status.BrokenRule(u.field+"."+string(field.Name()), "NOT_UPDATABLE", "%s", why))
}

func (u *update) result() ([]Change, error) {
	wrong := append(u.mask.violations("update_mask"), u.rest...)
	if len(wrong) == 0 && len(u.changes) == 0 {
		wrong = violations{status.BrokenRule("update_mask", "EMPTY_UPDATE", "the update is empty: set a field of %s", u.field)}
	}
	if len(wrong) > 0 {
		return nil, status.Invalid(wrong...)
	}
	slices.SortFunc(u.changes, func(a, b Change) int { return cmp.Compare(a.Field.Number(), b.Field.Number()) })
	return u.changes, nil
}

// fields goes through the resource's fields.
func (u *update) fields() func(yield func(protoreflect.FieldDescriptor) bool) {
	return func(yield func(protoreflect.FieldDescriptor) bool) {
		fields := u.resource.Descriptor().Fields()
		for i := range fields.Len() {
			if !yield(fields.Get(i)) {
				return
			}
		}
	}
}

// updatableNames are the sorted names of the fields that can be updated.
func updatableNames(descriptor protoreflect.MessageDescriptor) []string {
	var list []string
	for i := range descriptor.Fields().Len() {
		if field := descriptor.Fields().Get(i); whyFixed(field) == "" {
			list = append(list, string(field.Name()))
		}
	}
	slices.Sort(list)
	return list
}

// isCountable reports whether a field holds a number or a bool.
func isCountable(field protoreflect.FieldDescriptor) bool {
	switch comparisons[field.Kind()] {
	case signed, unsigned, floating, truth:
		return true
	default:
		return false
	}
}
