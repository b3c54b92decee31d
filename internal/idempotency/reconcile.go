package idempotency

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// reconcile finds out at the vendor what became of the attempt before this one.
func (w *write) reconcile(ctx context.Context, attempt *ledger.Attempt) (any, error) {
	defer func() { _ = attempt.Unknown(ctx) }() // unless another end is noted before
	if w.rule.Find == nil {
		return nil, upstream.Unresolved(w.rule.Vendor, w.rule.Route, nil)
	}
	found, err := w.free(ctx, attempt)
	if err != nil {
		return nil, status.RepeatAfter(upstream.Unresolved(w.rule.Vendor, w.rule.Route, err), settleTime)
	}
	switch remaining := settleTime - attempt.SinceEnd; {
	case len(found) == 1:
		return w.adopt(ctx, attempt, found[0])
	case len(found) > 1:
		return nil, status.Between(upstream.Unresolved(w.rule.Vendor, w.rule.Route, nil), resourceInfos(found)...)
	case remaining > 0:
		return nil, status.RepeatAfter(upstream.Unresolved(w.rule.Vendor, w.rule.Route, nil), remaining)
	default:
		return w.sendAgain(ctx, attempt)
	}
}

// free returns the results that the write may have had, without those of other request ids.
func (w *write) free(ctx context.Context, attempt *ledger.Attempt) (free []reconcile.Candidate, err error) {
	found, err := w.rule.Find(ctx, w.request, attempt.Intent)
	if err != nil {
		return nil, err
	}
	for _, candidate := range found {
		claimed := false
		if candidate.ID != "" {
			if claimed, err = w.Ledger.Claimed(ctx, w.resource(candidate.Type, candidate.ID)); err != nil {
				return nil, err
			}
		}
		if !claimed {
			free = append(free, candidate)
		}
	}
	return free, nil
}

// adopt answers with what the vendor shows, and stores that.
func (w *write) adopt(ctx context.Context, attempt *ledger.Attempt, found reconcile.Candidate) (any, error) {
	stored, err := proto.Marshal(found.Response)
	if err != nil {
		return nil, fmt.Errorf("write down the answer: %w", err)
	}
	switch err := attempt.Succeeded(ctx, stored, w.resource(found.Type, found.ID)); {
	case errors.Is(err, ledger.ErrResourceClaimed):
		return nil, status.RepeatAfter(upstream.Unresolved(w.rule.Vendor, w.rule.Route, err), progressWait)
	case err != nil:
		w.reportUnstored(ctx, err)
	}
	setReplayed(ctx, "reconciled")
	return found.Response, nil
}

// sendAgain sends the write a second time, at most once, because the first attempt had no result.
func (w *write) sendAgain(ctx context.Context, attempt *ledger.Attempt) (any, error) {
	switch err := attempt.Resend(ctx); {
	case errors.Is(err, ledger.ErrResent):
		return nil, upstream.Unresolved(w.rule.Vendor, w.rule.Route, err)
	case err != nil:
		return nil, unavailableLedger(err)
	default:
		return w.send(ctx, attempt)
	}
}

// resourceInfos name candidates.
func resourceInfos(found []reconcile.Candidate) []*errdetails.ResourceInfo {
	infos := make([]*errdetails.ResourceInfo, len(found))
	for i, candidate := range found {
		infos[i] = &errdetails.ResourceInfo{ResourceType: candidate.Type, ResourceName: candidate.ID, Description: "may be what the request made"}
	}
	return infos
}
