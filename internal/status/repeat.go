package status

import (
	"errors"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// repeatable is an error with what a caller that repeats its request has to know.
type repeatable struct {
	error
	wait       time.Duration
	candidates []*errdetails.ResourceInfo
}

// Unwrap returns the error itself.
func (r *repeatable) Unwrap() error { return r.error }

// RepeatAfter returns an error that tells its caller to repeat the request after a time.
func RepeatAfter(err error, wait time.Duration) error { return &repeatable{error: err, wait: wait} }

// Between returns an error that names several resources; the request may have made one of them.
func Between(err error, candidates ...*errdetails.ResourceInfo) error {
	return &repeatable{error: err, candidates: candidates}
}

// repeatDetails returns the details that a repeatable error adds.
func repeatDetails(err error) (details []protoadapt.MessageV1) {
	var known *repeatable
	if !errors.As(err, &known) {
		return nil
	}
	for _, candidate := range known.candidates {
		details = append(details, candidate)
	}
	if known.wait > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(known.wait)})
	}
	return details
}
