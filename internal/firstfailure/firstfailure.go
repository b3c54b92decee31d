// Package firstfailure reports the first of several failures in a row of the same thing, so
// that what is tried again each second is not logged each second.
package firstfailure

import "sync"

// Reporter reports failures. It is safe for concurrent use.
type Reporter struct {
	report func(err error)

	mu     sync.Mutex
	failed bool // the last try
}

// NewReporter returns a reporter that calls a function; nil means that nobody is told.
func NewReporter(report func(err error)) *Reporter { return &Reporter{report: report} }

// Note takes in how a try ended. It reports an error if the try before had none.
func (r *Reporter) Note(err error) {
	r.mu.Lock()
	first := err != nil && !r.failed
	r.failed = err != nil
	r.mu.Unlock()
	if first && r.report != nil {
		r.report(err)
	}
}
