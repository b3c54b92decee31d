package opentact

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
)

// SecretLeaked is the value of every member that the shape `secrets` adds; no reader
// of these answers may pass it on.
const SecretLeaked = "sandbox-leaked-secret"

// shapes returns the other forms in which this vendor answers by its documentation,
// was seen to answer, or might answer.
func shapes() []fault.Shape {
	return []fault.Shape{
		ofPayload("array", "an entity comes as an array of one", toArray),
		ofPayload("object", "an array of one comes as the entity", toObject),
		ofPayload("search_page", "a list comes as a page of a search", toSearchPage),
		ofPayload("uuid_strings", "a list of entities comes as a list of their UUIDs", toUUIDs),
		ofPayload("uuid", "an entity comes as its bare UUID string", toUUID),
		ofPayload("relations_as_uuid", "nested entities come as bare UUID strings", relationsAs(toUUID)),
		ofPayload("relations_null", "nested entities and lists come as null", relationsAs(toNull)),
		ofPayload("relations_empty", "nested entities come as {} and lists as []", relationsAs(toEmpty)),
		ofPayload("quoted_scalars", "numbers and booleans come as strings", func(payload any) any { return fault.Walk(payload, quote) }),
		ofPayload("delete_other_shape", "any answer, as the documentation has it of a removed invite, is an array of SIP users", toSIPUsers),
		rewriting("no_envelope", "the payload comes without its envelope", withoutEnvelope),
		ofPayload("null_payload", "the payload is null", toNull),
		rewriting("unknown_fields", "every object has members that nobody documented", func(answer any) any { return fault.Walk(answer, addUnknown) }),
		ofPayload("secrets", "every object has password, ha1, ha1b and token", func(payload any) any { return fault.Walk(payload, addSecrets) }),
	}
}

func toArray(payload any) any {
	if entity, isObject := payload.(map[string]any); isObject {
		return []any{entity}
	}
	return payload
}

func toObject(payload any) any {
	if list, isList := payload.([]any); isList && len(list) == 1 {
		return list[0]
	}
	return payload
}

func toSearchPage(payload any) any {
	list, isList := payload.([]any)
	if !isList {
		return payload
	}
	return map[string]any{
		"take": len(list), "skip": 0, "mode": "AND", "order": map[string]any{"created_on": "ASC"},
		"total": len(list), "data": list,
	}
}

func toUUIDs(payload any) any {
	list, isList := payload.([]any)
	if !isList {
		return payload
	}
	ids := make([]any, len(list))
	for i, entity := range list {
		ids[i] = toUUID(entity)
	}
	return ids
}

// toUUID does not change a value without a UUID.
func toUUID(value any) any {
	if entity, isObject := value.(map[string]any); isObject && entity["uuid"] != nil {
		return entity["uuid"]
	}
	if list, isList := value.([]any); isList {
		return toUUIDs(list)
	}
	return value
}

func toNull(any) any { return nil }

func toEmpty(value any) any {
	switch value.(type) {
	case map[string]any:
		return map[string]any{}
	case []any:
		return []any{}
	}
	return value
}

// relationsAs changes the relations of the entity, or of each in a list.
func relationsAs(change func(any) any) func(any) any {
	relations := relationNames()
	changeEntity := func(value any) any {
		entity, isObject := value.(map[string]any)
		if !isObject {
			return value
		}
		for name, related := range entity {
			if relations[name] {
				entity[name] = change(related)
			}
		}
		return entity
	}
	return func(payload any) any {
		list, isList := payload.([]any)
		if !isList {
			return changeEntity(payload)
		}
		for i := range list {
			list[i] = changeEntity(list[i])
		}
		return list
	}
}

func relationNames() map[string]bool {
	names := map[string]bool{}
	for _, form := range resources {
		for _, f := range form.fields {
			names[f.name] = names[f.name] || f.list || f.one != none
		}
	}
	return names
}

func quote(value any) any {
	switch v := value.(type) {
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	}
	return value
}

func toSIPUsers(any) any {
	return []any{map[string]any{
		"uuid": SIPUserUUID(1), "login": "frontdesk", "ha1": SecretLeaked, "ha1b": SecretLeaked,
		"created_on": "2019-08-24T14:15:22Z", "modified_on": "2019-08-24T14:15:22Z", "groups": []any{map[string]any{}},
		"sip_connection": map[string]any{}, "account": map[string]any{}, "created_by": map[string]any{},
	}}
}

func withoutEnvelope(answer any) any {
	if envelope, isObject := answer.(map[string]any); isObject {
		return envelope["payload"]
	}
	return answer
}

func addUnknown(value any) any {
	if o, isObject := value.(map[string]any); isObject {
		o["x_object"] = map[string]any{"deep": []any{nil, true, 1.5, map[string]any{}}}
		o["x_text"] = "undocumented " + fmt.Sprint(len(o))
		o["x_null"] = nil
	}
	return value
}

// addSecrets replaces no member, because a client needs an invite's own token.
func addSecrets(value any) any {
	o, isObject := value.(map[string]any)
	if !isObject {
		return value
	}
	for _, name := range []string{"password", "ha1", "ha1b", "token"} {
		if _, taken := o[name]; !taken {
			o[name] = SecretLeaked
		}
	}
	return o
}
