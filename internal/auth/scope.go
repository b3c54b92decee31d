package auth

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// The scopes that hold for every service. Write allows everything that read allows.
const (
	ScopeRead  = "read"
	ScopeWrite = "write"
	// ScopeDebug allows a caller to see what the vendors are sent.
	ScopeDebug = "debug"
)

// prefixes are what the scopes of each service begin with.
var prefixes = map[protoreflect.Name]string{
	"SipConnectionService": "sipconnection",
	"SipAppService":        "sipapp",
	"ProfileService":       "profile",
	"PbxConfigService":     "pbx",
}

// Scopes returns every scope that a caller can have, sorted.
func Scopes() []string {
	all := []string{ScopeRead, ScopeWrite, ScopeDebug}
	for _, prefix := range prefixes {
		all = append(all, prefix+":"+ScopeRead, prefix+":"+ScopeWrite)
	}
	slices.Sort(all)
	return all
}

// ScopeOf returns the narrowest scope that allows a method.
func ScopeOf(method protoreflect.MethodDescriptor) (string, error) {
	prefix, known := prefixes[method.Parent().Name()]
	if !known {
		return "", fmt.Errorf("no scope covers %s", method.FullName())
	}
	return ruleOf(method, prefix).narrowest, nil
}

// rule is what a method needs. The zero rule allows nobody.
type rule struct {
	narrowest string
	enough    []string // any of these, the narrowest one included
}

// allows reports whether the caller has one of the scopes.
func (r rule) allows(caller Caller) bool { return slices.ContainsFunc(r.enough, caller.Has) }

// rulesOf returns the rule of each method by its full name, from the contract: a method
// without side effects is a read.
func rulesOf(services []protoreflect.ServiceDescriptor) (map[string]rule, error) {
	rules := map[string]rule{}
	for _, service := range services {
		prefix, known := prefixes[service.Name()]
		if !known {
			return nil, fmt.Errorf("no scope covers %s", service.FullName())
		}
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			rules[contract.FullMethod(method)] = ruleOf(method, prefix)
		}
	}
	return rules, nil
}

func ruleOf(method protoreflect.MethodDescriptor, prefix string) rule {
	read, write := prefix+":"+ScopeRead, prefix+":"+ScopeWrite
	if contract.OnlyReads(method) {
		return rule{narrowest: read, enough: []string{read, write, ScopeRead, ScopeWrite}}
	}
	return rule{narrowest: write, enough: []string{write, ScopeWrite}}
}
