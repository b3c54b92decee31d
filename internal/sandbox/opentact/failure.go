package opentact

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// failure is an answer of the vendor that says no.
type failure struct {
	status  int
	message string
	fields  []problem
	allow   string
}

// problem is what is wrong with one argument.
type problem struct {
	path    string
	message string
	value   any
}

// Error is the message alone.
func (f *failure) Error() string { return f.message }

func notFound(k kind) *failure {
	return &failure{status: http.StatusNotFound, message: resources[k].name + " not found"}
}

// invalid lists the problems in the order of their arguments, whatever order
// the checks were made in.
func invalid(problems ...problem) *failure {
	slices.SortFunc(problems, func(a, b problem) int { return strings.Compare(a.path, b.path) })
	parts := make([]string, len(problems))
	for i, p := range problems {
		parts[i] = p.path + " " + p.message
	}
	return &failure{status: http.StatusBadRequest, message: "Validation failed: " + strings.Join(parts, "; "), fields: problems}
}

// refuse answers with the envelope of errors.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	var said *failure
	if !errors.As(err, &said) {
		said = &failure{status: http.StatusInternalServerError, message: fmt.Sprintf("Internal error: %v", err)}
	}
	if said.allow != "" {
		w.Header().Set("Allow", said.allow)
	}
	envelope := object{{"success", false}, {"message", said.message}, {"status", said.status}}
	if s.options.ErrorFields {
		envelope = append(envelope, said.generation3()...)
	}
	s.send(w, said.status, envelope)
}

// generation3 is what the error body gained in the third API generation.
func (f *failure) generation3() object {
	fields := object{}
	for _, p := range f.fields {
		fields = append(fields, member{"params." + p.path, object{{"message", p.message}, {"value", p.value}}})
	}
	return object{{"meta", http.StatusText(f.status)}, {"fields", fields}}
}
