package list

import (
	"cmp"
	"context"
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

// Update is an AIP-134 update as it was asked for.
type Update struct {
	// Field is the resource's name in the request, for the violations.
	Field string
	// Resource has the new values.
	Resource proto.Message
	// Mask names the fields to write. Without one those are the fields that are set; with
	// `*` they are all fields that can be updated.
	Mask *fieldmaskpb.FieldMask
	// Derived says that the mask follows from a body, and the caller gave none.
	Derived bool
	// Lacks reports whether the vendor does not have a field, which `*` then leaves out;
	// nil means that it has all.
	Lacks func(field protoreflect.FieldDescriptor) bool
	// OnlyShown reports whether the vendor shows a field and does not take it: such a field
	// is left out unless the caller's own mask names it; nil means that there is none.
	OnlyShown func(field protoreflect.FieldDescriptor) bool
}

// derivedKey is the context key that says that an update mask is derived.
type derivedKey struct{}

// WithDerivedMask returns the context of an update whose mask follows from its body.
func WithDerivedMask(ctx context.Context) context.Context {
	return context.WithValue(ctx, derivedKey{}, true)
}

// IsMaskDerived reports whether the update mask of a call follows from its body.
func IsMaskDerived(ctx context.Context) bool { return ctx.Value(derivedKey{}) != nil }

// Changes works out what the update writes, each field once, in the order of field
// numbers, and reports what is wrong all at once as status.Invalid. Fields that only the
// vendor sets are ignored unless the caller's own mask names them, so that a resource that
// was read can be sent back. Immutable fields are ignored like these, and have to be
// compared with the stored resource; see Fixed.
func (u Update) Changes() ([]Change, error) {
	w := &writing{Update: u, resource: u.Resource.ProtoReflect()}
	paths := u.Mask.GetPaths()
	switch {
	case len(paths) == 0:
		w.addPopulated()
	case u.isWhole():
		w.addAll()
	default:
		w.addNamed(paths)
	}
	return w.result()
}

// Apply makes changes in a resource, which gets copies of the new values from another one.
// Values that are never shown are left out. A relation whose key changes is not known any more.
func Apply(resource, wanted proto.Message, changes []Change) {
	to, from := resource.ProtoReflect(), proto.Clone(wanted).ProtoReflect()
	for _, change := range changes {
		if relation := contract.RelationOf(change.Field); relation != nil && !isSameKey(to.Get(change.Field), from.Get(change.Field)) {
			to.Clear(relation)
		}
		switch {
		case contract.Behaves(change.Field, annotations.FieldBehavior_INPUT_ONLY):
			continue
		case change.Clear:
			to.Clear(change.Field)
		default:
			to.Set(change.Field, from.Get(change.Field))
		}
	}
}

// isSameKey reports whether two keys of a relation are the same: the case of a UUID does not
// matter.
func isSameKey(a, b protoreflect.Value) bool { return strings.EqualFold(a.String(), b.String()) }

// isWhole reports whether the mask is `*`.
func (u Update) isWhole() bool {
	paths := u.Mask.GetPaths()
	return len(paths) > 0 && !slices.ContainsFunc(paths, func(path string) bool { return path != wildcard })
}

// isMaskOwn reports whether the caller names the fields to change.
func (u Update) isMaskOwn() bool {
	return len(u.Mask.GetPaths()) > 0 && !u.Derived && !u.isWhole()
}

// Shown returns the fields that the update states, although the vendor only shows them. It is
// an error if the stored resource has other values. Of an update with the caller's own mask
// it returns none.
func (u Update) Shown() (fields []protoreflect.FieldDescriptor) {
	if u.OnlyShown == nil || u.isMaskOwn() {
		return nil
	}
	for field := range u.Resource.ProtoReflect().Range {
		if u.OnlyShown(field) {
			fields = append(fields, field)
		}
	}
	return fields
}

// Fixed returns the immutable fields that the update states, although they cannot be
// written. It is an error if the stored resource has other values. Of an update with the
// caller's own mask it returns none: that mask refuses them.
func (u Update) Fixed() (fields []protoreflect.FieldDescriptor) {
	if u.isMaskOwn() {
		return nil
	}
	resource := u.Resource.ProtoReflect()
	for field := range contract.Fields(resource.Descriptor()) {
		if contract.Behaves(field, annotations.FieldBehavior_IMMUTABLE) && (resource.Has(field) || u.clears(field)) {
			fields = append(fields, field)
		}
	}
	return fields
}

// MayChangeFixed reports whether an update that is empty states immutable fields. Whether these
// have other values, so that it is not empty but wrong, the stored resource tells.
func (u Update) MayChangeFixed(wrong error) bool {
	violations := status.Violations(wrong)
	return len(violations) == 1 && violations[0].GetReason() == emptyUpdate && len(u.Fixed()) > 0
}

// emptyUpdate is the rule that an update breaks which changes nothing.
const emptyUpdate = "EMPTY_UPDATE"

// clears reports whether the update has a null in place of a field.
func (u Update) clears(field protoreflect.FieldDescriptor) bool {
	return u.Derived && slices.ContainsFunc(u.Mask.GetPaths(), func(path string) bool {
		return path == string(field.Name()) || path == field.JSONName()
	})
}

// Check returns an error that names the immutable fields that the update would change.
func (u Update) Check(stored proto.Message) error {
	var wrong violations
	has := stored.ProtoReflect()
	for _, field := range u.Fixed() {
		if !has.Get(field).Equal(u.Resource.ProtoReflect().Get(field)) {
			wrong = append(wrong, status.BrokenRule(u.Field+"."+string(field.Name()), "IMMUTABLE", "%s", fixed[annotations.FieldBehavior_IMMUTABLE]))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return status.Invalid(wrong...)
}

// wildcard is the path that stands for every field.
const wildcard = "*"

// writing gathers the changes of an update and what is wrong with them.
type writing struct {
	Update
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

// addPopulated takes the fields that are set and can be updated.
func (u *writing) addPopulated() {
	for field := range contract.Fields(u.resource.Descriptor()) {
		if u.resource.Has(field) && whyFixed(field) == "" && !u.onlyShown(field) {
			u.changes = append(u.changes, Change{Field: field})
		}
	}
}

// lacks reports whether the vendor does not have a field.
func (u *writing) lacks(field protoreflect.FieldDescriptor) bool {
	return u.Lacks != nil && u.Lacks(field)
}

// onlyShown reports whether the vendor shows a field and does not take it.
func (u *writing) onlyShown(field protoreflect.FieldDescriptor) bool {
	return u.OnlyShown != nil && u.OnlyShown(field)
}

// addAll takes every field that can be updated. An input-only field that is
// absent is left alone, because no caller can have read it, and so is one that the vendor
// does not have.
func (u *writing) addAll() {
	for field := range contract.Fields(u.resource.Descriptor()) {
		absent := !u.resource.Has(field) && (contract.Behaves(field, annotations.FieldBehavior_INPUT_ONLY) || u.lacks(field))
		if whyFixed(field) == "" && !absent && !u.onlyShown(field) {
			u.add(field, "or name the fields to change in the update mask")
		}
	}
}

// addNamed takes the fields that the mask names.
func (u *writing) addNamed(paths []string) {
	added := map[protoreflect.FieldNumber]bool{}
	for _, path := range paths {
		field, err := u.find(path)
		if err != nil {
			u.mask.add(err)
			continue
		}
		if why := whyFixed(field); why != "" {
			if !u.Derived {
				u.mask.add(fmt.Errorf("%s %s", field.Name(), why))
			}
			continue
		}
		isShown := u.Derived && u.onlyShown(field)
		if !added[field.Number()] && !isShown {
			added[field.Number()] = true
			u.add(field, "or leave it out of the update")
		}
	}
}

// find resolves a path of the mask to a field.
func (u *writing) find(path string) (protoreflect.FieldDescriptor, error) {
	if path == wildcard {
		return nil, fmt.Errorf("`*` must be the only path")
	}
	name, _, nested := strings.Cut(path, ".")
	field := named(u.resource.Descriptor(), name)
	if field == nil {
		return nil, &fieldProblem{
			reason:  "unknown field " + quote(path),
			allowed: strings.Join(updatableNames(u.resource.Descriptor()), ", "),
		}
	}
	if nested && whyFixed(field) == "" {
		return nil, fmt.Errorf("%s reaches into a field: name %s as a whole", quote(path), field.Name())
	}
	return field, nil
}

// add takes a field whether it is set or not. Numbers and bools cannot be
// cleared: no vendor has a value of them that means none.
func (u *writing) add(field protoreflect.FieldDescriptor, otherwise string) {
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

func (u *writing) refuse(field protoreflect.FieldDescriptor, why string) {
	u.rest = append(u.rest, status.BrokenRule(u.Field+"."+string(field.Name()), "NOT_UPDATABLE", "%s", why))
}

func (u *writing) result() ([]Change, error) {
	wrong := append(u.mask.violations(string(contract.UpdateMask)), u.rest...)
	if len(wrong) == 0 && len(u.changes) == 0 {
		wrong = violations{status.BrokenRule(u.naming(), emptyUpdate, "the update is empty: set a field that can be changed")}
	}
	if len(wrong) > 0 {
		return nil, status.Invalid(wrong...)
	}
	slices.SortFunc(u.changes, func(a, b Change) int { return cmp.Compare(a.Field.Number(), b.Field.Number()) })
	return u.changes, nil
}

// naming returns what the caller has named the fields to write with: the mask, or the body.
func (u *writing) naming() string {
	if u.Derived {
		return u.Field
	}
	return string(contract.UpdateMask)
}

// updatableNames returns the sorted names of the fields that can be updated.
func updatableNames(descriptor protoreflect.MessageDescriptor) []string {
	var list []string
	for field := range contract.Fields(descriptor) {
		if whyFixed(field) == "" {
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
