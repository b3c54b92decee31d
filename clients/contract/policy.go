package main

import (
	"bytes"
	"encoding/json"

	"google.golang.org/protobuf/types/descriptorpb"
)

// The codes that a client repeats by itself. UNAVAILABLE of the service means that a repeat
// is safe. But a gRPC library gives the same code to a call whose connection broke, and such
// a call may have been carried out: a method that is not idempotent is repeated only on
// RESOURCE_EXHAUSTED, which only the service answers.
var (
	codesOfSafe  = []string{"UNAVAILABLE", "RESOURCE_EXHAUSTED"}
	codesOfOther = []string{"RESOURCE_EXHAUSTED"}
)

// config is a gRPC service config.
type config struct {
	MethodConfig []methodConfig `json:"methodConfig"`
}

type methodConfig struct {
	Name        []methodName `json:"name"`
	RetryPolicy retryPolicy  `json:"retryPolicy"`
}

type methodName struct {
	Service string `json:"service"`
	Method  string `json:"method,omitempty"`
}

type retryPolicy struct {
	MaxAttempts          int      `json:"maxAttempts"`
	InitialBackoff       string   `json:"initialBackoff"`
	MaxBackoff           string   `json:"maxBackoff"`
	BackoffMultiplier    float64  `json:"backoffMultiplier"`
	RetryableStatusCodes []string `json:"retryableStatusCodes"`
}

// serviceConfig returns the retry policy of the contract's methods: one for the services, and
// another for the methods that are not idempotent.
func serviceConfig(set *descriptorpb.FileDescriptorSet) ([]byte, error) {
	var services, creating []methodName
	for _, file := range set.GetFile() {
		if !ours(file) {
			continue
		}
		for _, service := range file.GetService() {
			name := file.GetPackage() + "." + service.GetName()
			services = append(services, methodName{Service: name})
			creating = append(creating, notIdempotent(name, service)...)
		}
	}
	return encode(config{[]methodConfig{
		{Name: services, RetryPolicy: policy(codesOfSafe)},
		{Name: creating, RetryPolicy: policy(codesOfOther)},
	}})
}

func notIdempotent(name string, service *descriptorpb.ServiceDescriptorProto) []methodName {
	var found []methodName
	for _, method := range service.GetMethod() {
		if method.GetOptions().GetIdempotencyLevel() == descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN {
			found = append(found, methodName{name, method.GetName()})
		}
	}
	return found
}

func policy(codes []string) retryPolicy {
	return retryPolicy{
		MaxAttempts: 4, InitialBackoff: "0.5s", MaxBackoff: "10s", BackoffMultiplier: 2,
		RetryableStatusCodes: codes,
	}
}

func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return text.Bytes(), err
}
