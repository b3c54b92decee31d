package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/openapi"
)

// jsonType is the content type of every body.
const jsonType = "application/json"

// transformer makes one document from another.
type transformer struct {
	base     *openapi.Document
	contract *described
	made     *openapi.Document
	forms    map[string]bool // the components that are made or being made
	examples map[string]example
}

// operations makes every operation, and the schemas that these refer to.
func (t *transformer) operations() error {
	t.made.Tags = t.base.Tags
	slices.SortFunc(t.made.Tags, func(a, b openapi.Tag) int { return cmp.Compare(a.Name, b.Name) })
	ids := map[string]bool{}
	for _, template := range slices.Sorted(maps.Keys(t.base.Paths)) {
		for verb, operation := range t.base.Paths[template] {
			called := t.contract.methods[verb+" "+template]
			if called == nil {
				return fmt.Errorf("%s %s: the contract has no such call", verb, template)
			}
			if err := t.operation(called, operation); err != nil {
				return fmt.Errorf("%s: %w", called.Name(), err)
			}
			if err := t.place(called, template, operation); err != nil {
				return err
			}
			if ids[operation.OperationID] {
				return fmt.Errorf("two operations are called %s", operation.OperationID)
			}
			ids[operation.OperationID] = true
		}
	}
	return nil
}

// place puts an operation on the path of its resource.
func (t *transformer) place(called *method, template string, operation *openapi.Operation) error {
	path, err := plainTemplate(called, template)
	if err != nil {
		return err
	}
	item := t.made.Paths[path]
	if item == nil {
		item = openapi.PathItem{}
		t.made.Paths[path] = item
	}
	if item[called.verb] != nil {
		return fmt.Errorf("two operations have %s %s", called.verb, path)
	}
	item[called.verb] = operation
	return nil
}

// variables matches the variables of a template.
var variables = regexp.MustCompile(`\{[^}]+\}`)

// plainTemplate returns a template with the names that JSON has: {uuid} for {sip_app.uuid}.
func plainTemplate(called *method, template string) (string, error) {
	var failed error
	return variables.ReplaceAllStringFunc(template, func(variable string) string {
		field, err := called.field(strings.Trim(variable, "{}"))
		if err != nil {
			failed = err
			return variable
		}
		return "{" + field.JSONName() + "}"
	}), failed
}

// operation completes the operation of a method.
func (t *transformer) operation(called *method, operation *openapi.Operation) error {
	operation.OperationID = string(called.Name())
	if err := t.parameters(called, operation); err != nil {
		return err
	}
	if err := t.body(called, operation); err != nil {
		return err
	}
	if err := t.responses(called, operation); err != nil {
		return err
	}
	addExample(operation, t.examples[operation.OperationID])
	return secure(called, operation)
}

// body refers to the form of the message that the body is.
func (t *transformer) body(called *method, operation *openapi.Operation) error {
	if operation.RequestBody == nil {
		return nil
	}
	message, form := called.Input(), formCall
	switch {
	case called.resource() == nil:
	case called.verb == "patch":
		message, form = called.resource(), formUpdate
	default:
		message, form = called.resource(), formCreate
	}
	ref, err := t.refer(message, form, operation.RequestBody.Content[jsonType].Schema)
	if err != nil {
		return err
	}
	if form == formCall {
		if err := t.addVariables(message, operation); err != nil {
			return err
		}
	}
	operation.RequestBody.Description = comment(message)
	if field := called.Input().Fields().ByName(protoreflect.Name(called.rule.GetBody())); field != nil {
		operation.RequestBody.Description = comment(field)
	}
	operation.RequestBody.Content[jsonType] = openapi.MediaType{Schema: ref}
	return nil
}

// addVariables adds the variables of the path to a body that is the whole request. It may
// state them, too.
func (t *transformer) addVariables(message protoreflect.MessageDescriptor, operation *openapi.Operation) error {
	body := t.made.Components.Schemas[string(message.Name())]
	for _, parameter := range operation.Parameters {
		if parameter.In != "path" {
			continue
		}
		stated, err := parameter.Schema.Clone()
		if err != nil {
			return err
		}
		stated.Description, stated.ReadOnly = "The same as in the path, or absent.", true
		body.Properties = append(body.Properties, openapi.Property{Name: parameter.Name, Schema: stated})
	}
	return nil
}

// responses adds headers and errors to the answer of a success.
func (t *transformer) responses(called *method, operation *openapi.Operation) error {
	message, text := called.Output(), comment(called.Output())
	if field := called.answered(); field != nil {
		message, text = field.Message(), comment(field)
	}
	ref, err := t.refer(message, formRead, nil)
	if err != nil {
		return err
	}
	headers := map[string]*openapi.Header{
		headername.HTTP(headername.RequestID):  headerRef("requestId"),
		headername.HTTP(headername.VendorCall): headerRef("vendorCall"),
	}
	if message.Fields().ByName(contract.Etag) != nil && called.answered() != nil {
		headers["ETag"] = headerRef("etag")
	}
	if called.takes(contract.RequestID) {
		headers[headername.HTTP(headername.IdempotentReplayed)] = headerRef("replayed")
	}
	operation.Responses = map[string]*openapi.Response{
		"200":     {Description: text, Headers: headers, Content: map[string]openapi.MediaType{jsonType: {Schema: ref}}},
		"4XX":     {Ref: "#/components/responses/refused"},
		"default": {Ref: "#/components/responses/failed"},
	}
	return nil
}

func headerRef(name string) *openapi.Header {
	return &openapi.Header{Ref: "#/components/headers/" + name}
}

// secure states the credentials that a call may need: none, the caller's own, the one for
// the vendor, or both. How a server is set up decides which.
func secure(called *method, operation *openapi.Operation) error {
	scope, err := auth.ScopeOf(called)
	if err != nil {
		return err
	}
	operation.Description = strings.TrimSpace(operation.Description + "\n\nScope: `" + scope + "`.")
	vendor := "opentactToken"
	if called.Parent().Name() == "PbxConfigService" {
		vendor = "infinityAuthorization"
	}
	operation.Security = &[]map[string][]string{{}, {"bearer": {}}, {vendor: {}}, {"bearer": {}, vendor: {}}}
	return nil
}
