package opentact

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// failure is an error of the vendor.
type failure struct {
	status  int
	message string
	fields  []problem
	allow   string
}

// problem is an error in one argument.
type problem struct {
	path    string
	message string
	value   any
}

// Error returns the message.
func (f *failure) Error() string { return f.message }

func notFound(k kind) *failure {
	return &failure{status: http.StatusNotFound, message: resources[k].name + " not found"}
}

// invalid lists the problems in the order of their arguments, so that the message
// does not depend on the order of the checks.
func invalid(problems ...problem) *failure {
	slices.SortFunc(problems, func(a, b problem) int { return strings.Compare(a.path, b.path) })
	parts := make([]string, len(problems))
	for i, p := range problems {
		parts[i] = p.path + " " + p.message
	}
	return &failure{status: http.StatusBadRequest, message: "Validation failed: " + strings.Join(parts, "; "), fields: problems}
}

// refuse writes the envelope of errors.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	var failed *failure
	if !errors.As(err, &failed) {
		failed = &failure{status: http.StatusInternalServerError, message: fmt.Sprintf("Internal error: %v", err)}
	}
	if failed.allow != "" {
		w.Header().Set("Allow", failed.allow)
	}
	envelope := object{{"success", false}, {"message", failed.message}, {"status", failed.status}}
	if s.options.ErrorFields {
		envelope = append(envelope, failed.generation3()...)
	}
	s.send(w, failed.status, envelope)
}

// generation3 returns the members that only the third API generation has.
func (f *failure) generation3() object {
	fields := object{}
	for _, p := range f.fields {
		fields = append(fields, member{"params." + p.path, object{{"message", p.message}, {"value", p.value}}})
	}
	return object{{"meta", http.StatusText(f.status)}, {"fields", fields}}
}
