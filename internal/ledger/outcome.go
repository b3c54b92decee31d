package ledger

import "strconv"

// Outcome says what a call with a request id has to do.
type Outcome int

// The outcomes of Claim.
const (
	// Fresh: nothing has happened under this request id. The intent is written down;
	// send the write and finish the attempt.
	Fresh Outcome = iota + 1
	// Replay: the write succeeded before. Answer with Attempt.Answer.
	Replay
	// InProgress: another call is at work on this request id, or on another one with
	// the same content in a way that would disturb reconciliation. Try later.
	InProgress
	// Reconcile: it is not known whether an earlier attempt had an effect. Look at the
	// vendor and finish the attempt, perhaps after Resend.
	Reconcile
	// Reused: the request id was used with other content.
	Reused
)

// String returns the outcome as metrics name it.
func (o Outcome) String() string {
	names := [...]string{Fresh: "fresh", Replay: "replay", InProgress: "in_progress", Reconcile: "reconcile", Reused: "reused"}
	if o < Fresh || int(o) >= len(names) {
		return strconv.Itoa(int(o))
	}
	return names[o]
}
