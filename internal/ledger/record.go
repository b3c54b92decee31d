package ledger

import (
	"encoding/hex"
	"errors"
	"time"
)

// hash is the keyed hash of an identity or a content.
type hash [32]byte

// token is the random name of one claim. Only who knows it may change the entry.
type token [16]byte

// MarshalText writes hexadecimal digits.
func (h hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads them.
func (h *hash) UnmarshalText(text []byte) error { return decodeHex(h[:], text) }

// MarshalText writes hexadecimal digits.
func (t token) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, t[:]), nil }

// UnmarshalText reads them.
func (t *token) UnmarshalText(text []byte) error { return decodeHex(t[:], text) }

// decodeHex reads exactly as many bytes as the target has.
func decodeHex(target, text []byte) error {
	if len(text) != hex.EncodedLen(len(target)) {
		return errors.New("wrong number of hexadecimal digits")
	}
	_, err := hex.Decode(target, text)
	return err
}

// phase is what an entry is in the middle of.
type phase string

// The phases.
const (
	// sending: the write may be on its way.
	sending phase = "sending"
	// reconciling: somebody looks at the vendor; nothing is sent.
	reconciling phase = "reconciling"
	// unknown: the last attempt ended, with an effect or without.
	unknown phase = "unknown"
	// succeeded: the answer is stored.
	succeeded phase = "succeeded"
)

// record is an entry as the stores keep it.
type record struct {
	ID       hash
	Content  hash
	Token    token
	Phase    phase
	Intent   time.Time // when the first attempt was written down
	Beat     time.Time // the last heartbeat of the claim
	Ended    time.Time // when the last attempt that sent ended; zero if none has
	Expires  time.Time
	Resent   bool
	Answer   []byte `json:",omitempty"` // sealed
	Resource hash   `json:",omitzero"`  // what the entry created; zero if that is not known
}

// claimed reports whether the entry has a claim, perhaps of a process that died.
func (r record) claimed() bool { return r.Phase == sending || r.Phase == reconciling }

// live reports whether a process is at work on the entry.
func (r record) live(now time.Time) bool { return r.claimed() && now.Before(r.Beat.Add(lease)) }

// expired reports whether the entry counts no more. A claim that is alive never expires.
func (r record) expired(now time.Time) bool { return !now.Before(r.Expires) && !r.live(now) }

// ended returns the entry after the end of its claim. If the claim had sent, that is
// when the attempt ended.
func (r record) ended(at time.Time) record {
	if r.Phase == sending {
		r.Ended = at
	}
	r.Phase = unknown
	return r
}

// claim is the request of a call to work on an entry.
type claim struct {
	id, content hash
	token       token
	ttl         time.Duration
}

// verdict is what a store decided about a claim.
type verdict struct {
	outcome Outcome
	entry   record
	now     time.Time // of the store
}

// writes reports whether the entry has to be stored.
func (v verdict) writes() bool { return v.outcome == Fresh || v.outcome == Reconcile }

// decide returns what a claim gets. Found is its entry, nil if there is none; siblings
// are the other entries of the same content that have a claim.
//
// Two entries of the same content look the same at the vendor. So an entry is reconciled
// only while none of its siblings is at work, and none begins meanwhile: otherwise it
// could take the resource that a sibling is about to create.
func (c claim) decide(now time.Time, found *record, siblings []record) verdict {
	busy, reconciled := siblingsAtWork(now, siblings)
	switch {
	case found == nil || found.expired(now):
		if reconciled {
			return verdict{outcome: InProgress, now: now}
		}
		return verdict{outcome: Fresh, entry: c.fresh(now), now: now}
	case found.Content != c.content:
		return verdict{outcome: Reused, now: now}
	case found.Phase == succeeded:
		return verdict{outcome: Replay, entry: *found, now: now}
	case found.live(now) || busy:
		return verdict{outcome: InProgress, now: now}
	}
	return verdict{outcome: Reconcile, entry: c.takeOver(now, *found), now: now}
}

// fresh returns the entry of a first attempt.
func (c claim) fresh(now time.Time) record {
	return record{
		ID: c.id, Content: c.content, Token: c.token, Phase: sending,
		Intent: now, Beat: now, Expires: now.Add(c.ttl),
	}
}

// takeOver returns the entry with the claim of the call that reconciles it.
func (c claim) takeOver(now time.Time, found record) record {
	if found.Phase != unknown { // its process died
		found = found.ended(found.Beat.Add(lease))
	}
	found.Phase, found.Token, found.Beat = reconciling, c.token, now
	return found
}

// siblingsAtWork reports whether a sibling is at work, and whether it is being reconciled.
func siblingsAtWork(now time.Time, siblings []record) (busy, reconciled bool) {
	for _, sibling := range siblings {
		if sibling.live(now) {
			busy = true
			reconciled = reconciled || sibling.Phase == reconciling
		}
	}
	return busy, reconciled
}
