package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
)

// object is one object of an answer.
type object map[string]json.RawMessage

// objectsOf returns the objects of an answer: the payload of an envelope, the data of a
// page, an array, or objects one after the other.
func objectsOf(body []byte) (found []object) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	for {
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return found
		}
		found = append(found, within(value)...)
	}
}

// within returns the objects of one value.
func within(value json.RawMessage) []object {
	var list []object
	if json.Unmarshal(value, &list) == nil {
		return list
	}
	var one object
	if json.Unmarshal(value, &one) != nil {
		return nil
	}
	if payload, ok := one["payload"]; ok {
		return within(payload)
	}
	if data, ok := one["data"]; ok && bytes.HasPrefix(data, []byte("[")) {
		return within(data)
	}
	return []object{one}
}

// has reports whether an object states one of the members.
func has(objects []object, names ...string) bool {
	return slices.ContainsFunc(objects, func(o object) bool {
		return slices.ContainsFunc(names, func(name string) bool { _, ok := o[name]; return ok })
	})
}

// idNames returns the names under which the objects of a message carry what identifies them, the
// most probable first.
func idNames(dialect mapping.Dialect, message string) []string {
	for _, resource := range dialect.Resources {
		if resource.Message == message && resource.Key != "" {
			if field := resource.Descriptor().Fields().ByName(protoreflect.Name(resource.Key)); field != nil {
				return dialect.VendorNames(resource, field)
			}
		}
	}
	return []string{"uuid"}
}

// idsOf returns what identifies the objects that say so, each as a segment of a path.
func idsOf(objects []object, names []string) (ids []string) {
	for _, o := range objects {
		if id, ok := o.id(names); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// id returns the first text or number that the object has under one of the names.
func (o object) id(names []string) (id string, ok bool) {
	for _, name := range names {
		var value any
		decoder := json.NewDecoder(bytes.NewReader(o[name]))
		decoder.UseNumber()
		if decoder.Decode(&value) != nil {
			continue
		}
		switch value.(type) {
		case string, json.Number:
			return fmt.Sprint(value), true
		}
	}
	return "", false
}

// notStated returns the members that the contract models and no object has. Of fields that only
// some generations take, those of others are left out, and so are secrets, which no answer has.
func notStated(dialect mapping.Dialect, message string, generations []int, objects []object) []string {
	missing := []string{}
	for _, resource := range dialect.Resources {
		if resource.Message != message || len(objects) == 0 {
			continue
		}
		for field := range contract.Fields(resource.Descriptor()) {
			name := string(field.Name())
			if contract.Secret(field) || slices.Contains(slices.Concat(dialect.Ours, dialect.Parents, []string{dialect.Additional}), name) {
				continue
			}
			listed := resource.Listed(name)
			names := dialect.VendorNames(resource, field)
			if expected(listed, generations) && !has(objects, names...) {
				missing = append(missing, names[0])
			}
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing)
}

// expected reports whether one of the generations has the field. Fields that are stated in
// paths are in no answer.
func expected(field mapping.Field, generations []int) bool {
	if field.Located {
		return false
	}
	return len(generations) == 0 || slices.ContainsFunc(generations, func(generation int) bool {
		return field.In.Has(opentactapi.Generation(generation))
	})
}
