package idempotency

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
)

// method is one that takes request ids.
type method struct {
	id, validateOnly protoreflect.FieldDescriptor
	response         protoreflect.MessageType
	rule             reconcile.Rule
}

// methodsOf finds the methods of services that take request ids, by their full names. Each
// needs a rule.
func methodsOf(services []protoreflect.ServiceDescriptor, rules []reconcile.Rules) (map[string]*method, error) {
	found := map[string]*method{}
	for _, described := range contract.Methods(services) {
		id := described.Input().Fields().ByName(contract.RequestID)
		if id == nil {
			continue
		}
		name := contract.FullMethod(described)
		rule, ok := ruleOf(name, rules)
		if !ok {
			return nil, fmt.Errorf("%s takes request ids and has no rule of reconciliation", name)
		}
		response, err := protoregistry.GlobalTypes.FindMessageByName(described.Output().FullName())
		if err != nil {
			return nil, err
		}
		found[name] = &method{id: id, validateOnly: described.Input().Fields().ByName(contract.ValidateOnly), response: response, rule: rule}
	}
	return found, nil
}

// ruleOf returns the rule of a method.
func ruleOf(fullMethod string, rules []reconcile.Rules) (rule reconcile.Rule, ok bool) {
	for _, of := range rules {
		if rule, ok = of[fullMethod]; ok {
			return rule, true
		}
	}
	return rule, false
}
