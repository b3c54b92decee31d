package upstream

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Kind is how a call failed.
type Kind int

// The kinds of failure.
const (
	// KindStatus: the vendor answered an HTTP error status, or said so in the body
	// of a 2xx.
	KindStatus Kind = iota
	// KindRejected: a 2xx whose body says failure without saying which.
	KindRejected
	// KindRedirect: the vendor answered a redirect, which is never followed.
	KindRedirect
	// KindBadResponse: a 2xx that cannot be understood.
	KindBadResponse
	// KindTruncated: a 2xx that ended early.
	KindTruncated
	// KindUnreachable: dialling, TLS or DNS failed; no byte of the request was sent.
	KindUnreachable
	// KindReset: the connection broke after a byte of the request was sent.
	KindReset
	// KindTimeout: the service's own cap on a call passed; see WithCap.
	KindTimeout
	// KindCallerDeadline: the caller's deadline passed.
	KindCallerDeadline
	// KindCallerCancelled: the caller cancelled.
	KindCallerCancelled
	// KindShuttingDown: the service ended the call because it stops; see
	// ErrShuttingDown.
	KindShuttingDown
	// KindCredentialMissing: the call must bring a vendor credential and did not.
	KindCredentialMissing
	// KindCredentialRejected: the vendor refused the service's own login.
	KindCredentialRejected
	// KindCredentialUnset: the service was given no credential for the vendor.
	KindCredentialUnset
	// KindNotListed: the vendor's list lacks the resource that was asked for.
	KindNotListed
	// KindThrottled: the vendor has asked for a pause that is not over.
	KindThrottled
	// KindBreakerOpen: the vendor failed so often that no calls are made for a while.
	KindBreakerOpen
	// KindSaturated: there was no slot for the call, or no memory for its answer, in
	// time.
	KindSaturated
	// KindChanged: the resource has changed since the caller read it, and nothing was sent.
	KindChanged
	// KindTaken: there is one like the resource already, and nothing was sent.
	KindTaken
	// KindSeveralParents: the request does not name its parent, such as the SIP domain of an
	// invite, and there are several. Nothing was sent.
	KindSeveralParents
	// KindNoParent: the request does not name its parent, and there is none. Nothing was sent.
	KindNoParent
	// KindUnclearParent: the request does not name its parent, and the vendor does not show
	// which one it is. Nothing was sent.
	KindUnclearParent
	// KindUnresolved: what became of an earlier attempt at a write cannot be found out.
	KindUnresolved
	// KindInternal: a defect of the service, such as a call that cannot be built.
	KindInternal
)

// kindNames are the names of the kinds in metrics and logs.
var kindNames = map[Kind]string{
	KindStatus: "status", KindRejected: "rejected", KindRedirect: "redirect",
	KindBadResponse: "bad_response", KindTruncated: "truncated",
	KindUnreachable: "unreachable", KindReset: "reset", KindTimeout: "timeout",
	KindCallerDeadline: "caller_deadline", KindCallerCancelled: "caller_cancelled",
	KindShuttingDown:      "shutting_down",
	KindCredentialMissing: "credential_missing", KindCredentialRejected: "credential_rejected",
	KindThrottled: "throttled", KindBreakerOpen: "breaker_open", KindSaturated: "saturated",
	KindCredentialUnset: "credential_unset", KindNotListed: "not_listed", KindChanged: "changed", KindTaken: "taken",
	KindSeveralParents: "several_parents", KindNoParent: "no_parent", KindUnclearParent: "unclear_parent", KindUnresolved: "unresolved", KindInternal: "internal",
}

// String is the name of the kind in metrics and logs.
func (k Kind) String() string { return kindNames[k] }

// Delivery says whether a failed write took effect.
type Delivery string

// The deliveries.
const (
	// NotSent: no byte of the request was sent.
	NotSent Delivery = "NOT_SENT"
	// Rejected: the vendor refused it.
	Rejected Delivery = "REJECTED"
	// Unknown: it may have taken effect.
	Unknown Delivery = "UNKNOWN"
)

// FieldError is what the vendor says is wrong with one argument, under its own
// name for it.
type FieldError struct {
	Name, Message string
}

// Resource is a resource of the contract: the full name of its message, and its id.
type Resource struct{ Type, Name string }

// Error is every failed vendor call. What callers may see and what only the log
// may see are kept apart: Message and Fields are the vendor's own text, made safe;
// the wrapped cause is private. No text of either holds a secret that was sent.
type Error struct {
	// Vendor is `opentact` or `infinity`.
	Vendor string
	// Route is the operation that failed.
	Route *Route
	// Kind is how it failed.
	Kind Kind
	// Status is the HTTP status that decides, from the status line or the body; 0 if
	// there was no answer.
	Status int
	// VendorForm says that the body of an error status was in the vendor's own form, or that
	// the failure was found without such a status.
	VendorForm bool
	// Sent says that at least one byte of the request was sent.
	Sent bool
	// CallerCredential says that the call brought its own credential.
	CallerCredential bool
	// RetryAfter is how long to wait before another call; 0 if that is not known.
	RetryAfter time.Duration
	// Message is the vendor's message, masked, clipped and without control characters.
	Message string
	// Fields are the vendor's messages about single arguments, made safe likewise.
	Fields []FieldError
	// Resources are what the error is about, if it is not the subject of the call: what
	// KindSeveralParents, KindNoParent and KindUnclearParent say, or a resource that the request
	// names beside its path.
	Resources []Resource

	cause error
	// before marks the failure of a request that the call needed first, such as a
	// login. It has had its own retries.
	before bool
}

// Error is the text for the log.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %s", e.Vendor, e.Operation(), e.Kind)
	if e.Status != 0 {
		text += fmt.Sprintf(" %d", e.Status)
	}
	if e.Message != "" {
		text += fmt.Sprintf(" %q", e.Message)
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Operation is the route's name; an error made before the route is known has none.
func (e *Error) Operation() string {
	if e.Route == nil {
		return "call"
	}
	return e.Route.Operation
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.cause }

// CredentialMissing is the error of a call that must bring a credential for the
// vendor and did not.
func CredentialMissing(vendor string) *Error {
	return &Error{Vendor: vendor, Kind: KindCredentialMissing}
}

// CredentialUnset is the error of a call to a vendor for which the service was
// given no credential.
func CredentialUnset(vendor string) *Error {
	return &Error{Vendor: vendor, Kind: KindCredentialUnset}
}

// Internal is the error of a defect of the service during a call to the vendor.
func Internal(vendor string, cause error) *Error {
	return &Error{Vendor: vendor, Kind: KindInternal, cause: cause}
}

// NotListed is the error of a read that picks one row from a list that lacks it.
func NotListed(vendor string, route *Route) *Error {
	return &Error{Vendor: vendor, Route: route, Kind: KindNotListed, VendorForm: true}
}

// Unsent is the error of a write that the service did not send for the reason of a kind:
// KindChanged or KindTaken.
func Unsent(vendor string, route *Route, kind Kind) *Error {
	return &Error{Vendor: vendor, Route: route, Kind: kind, VendorForm: true}
}

// Undecided is the error of a call that does not name the parent: KindSeveralParents with all
// parents, KindNoParent with the resource that has none, KindUnclearParent with the parents that
// are known.
func Undecided(vendor string, route *Route, kind Kind, resources ...Resource) *Error {
	return &Error{Vendor: vendor, Route: route, Kind: kind, VendorForm: true, Resources: resources}
}

// Unresolved is the error of a write that was attempted before, and of which it is not known
// what became.
func Unresolved(vendor string, route *Route, cause error) *Error {
	return &Error{Vendor: vendor, Route: route, Kind: KindUnresolved, Sent: true, cause: cause}
}

// BeforeWrite returns the error of a read on which a write depends: the write was not sent.
func BeforeWrite(err error, write *Route) error {
	var failure *Error
	if errors.As(err, &failure) {
		return failure.Before(write)
	}
	return err
}

// BadResponse is the error of reads that were answered 200 and that cannot be understood
// together or with what was asked for, though each answer by itself can.
func BadResponse(vendor string, route *Route, cause error) *Error {
	return &Error{Vendor: vendor, Route: route, Kind: KindBadResponse, Status: http.StatusOK, cause: cause}
}

// Write reports whether the call could have changed something.
func (e *Error) Write() bool { return e.Route != nil && e.Route.Action != Read }

// deliveries is what each kind of failure means for a write that was sent. Of the
// kinds that are left out the outcome is not known: KindSaturated is one, since there
// may be no memory for the answer to a write that was sent.
var deliveries = map[Kind]Delivery{
	KindRejected: Rejected, KindRedirect: Rejected, KindNotListed: Rejected,
	KindUnreachable: NotSent, KindCredentialMissing: NotSent,
	KindCredentialRejected: NotSent, KindCredentialUnset: NotSent, KindInternal: NotSent,
	KindThrottled: NotSent, KindBreakerOpen: NotSent, KindChanged: NotSent, KindTaken: NotSent,
	KindSeveralParents: NotSent, KindNoParent: NotSent, KindUnclearParent: NotSent,
}

// Delivery says what became of a failed write. It is empty for reads. If the login
// was refused, the write was not sent.
func (e *Error) Delivery() Delivery {
	switch delivery, ok := deliveries[e.Kind]; {
	case !e.Write():
		return ""
	case !e.Sent:
		return NotSent
	case ok:
		return delivery
	case e.Kind == KindStatus && e.Status < 500:
		return Rejected
	default:
		return Unknown
	}
}

// Before turns the failure of a request that a call needs first, such as a login or
// the read before a write, into that of the call: nothing of the call was sent.
func (e *Error) Before(route *Route) *Error {
	failure := *e
	if e.Route != nil { // a request of its own, which the log should name
		failure.cause = e
	}
	failure.Route, failure.Sent, failure.before = route, false, true
	return &failure
}

// First is the failure of the request that the call needed first, such as a login or the
// read before a write; nil if the call needed none that failed, or if the kind of the failure
// holds for the call itself, because neither was sent.
func (e *Error) First() (first *Error) {
	if deliveries[e.Kind] == NotSent {
		return nil
	}
	for earlier := e; earlier.before && errors.As(earlier.cause, &earlier); {
		first = earlier
	}
	return first
}

// About returns the error with the resources that it is about.
func (e *Error) About(resources ...Resource) *Error {
	failure := *e
	failure.Resources = resources
	return &failure
}

// Reclassify returns the error as one of another kind, with this one as its cause.
func (e *Error) Reclassify(kind Kind) *Error {
	failure := *e
	failure.Kind, failure.cause = kind, e
	return &failure
}
