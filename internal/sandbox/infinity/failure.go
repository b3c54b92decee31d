package infinity

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
	// allow and challenge are header fields.
	allow, challenge string
}

// Error returns the message.
func (f *failure) Error() string { return f.message }

// problem is an error in one parameter.
type problem struct{ name, message string }

// notFound is the one text for unknown routes and unknown ids.
func notFound() *failure { return &failure{status: http.StatusNotFound, message: "not found"} }

func refused(message string) *failure {
	return &failure{status: http.StatusBadRequest, message: message}
}

func conflict(format string, args ...any) *failure {
	return &failure{status: http.StatusConflict, message: fmt.Sprintf(format, args...)}
}

// invalid lists the problems in the order of their parameters; it returns nil if there
// are none.
func invalid(problems []problem) error {
	if len(problems) == 0 {
		return nil
	}
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = p.name + " " + p.message
	}
	slices.Sort(texts)
	return refused(strings.Join(slices.Compact(texts), "; "))
}

// refuse writes a bare JSON string, as the vendor does.
func refuse(w http.ResponseWriter, err error) {
	var failed *failure
	if !errors.As(err, &failed) {
		failed = &failure{status: http.StatusInternalServerError, message: fmt.Sprintf("internal error: %v", err)}
	}
	for name, value := range map[string]string{"Allow": failed.allow, "WWW-Authenticate": failed.challenge} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	send(w, failed.status, errorBody(failed.status, failed.message))
}

// errorBody returns the message; the vendor's form has no status.
func errorBody(_ int, message string) []byte {
	return append(appendString(nil, message), '\n')
}
