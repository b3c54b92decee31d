package server

import (
	"context"
	"io"
	"net/http"

	"golang.org/x/sync/semaphore"

	"github.com/sipfacade/sipfacade/internal/limits"
)

// bounded lets large bodies arrive only while their budget lasts, which is that of both
// protocols together.
func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if size := r.ContentLength; size < 0 || size > freeRequestBytes && size <= limits.MaxBytes { // a longer one is not kept
			body := &arrivingBody{ReadCloser: r.Body, ctx: r.Context(), budget: s.receiver.arriving, size: size}
			defer body.giveBack()
			r.Body = body
		}
		next.ServeHTTP(w, r)
	})
}

// arrivingBody takes its size of the budget while it is read: a body that does not state its
// size takes that of the largest one, as soon as it is no longer a small one.
type arrivingBody struct {
	io.ReadCloser
	ctx    context.Context
	budget *semaphore.Weighted
	size   int64 // -1 if it is not stated
	read   int64
	held   int64 // of the budget
}

// Read reads what has arrived, after it has waited for the budget if it needs some.
func (b *arrivingBody) Read(p []byte) (int, error) {
	if b.size < 0 && b.read < freeRequestBytes {
		p = p[:min(int64(len(p)), freeRequestBytes-b.read)]
	} else if err := b.take(); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(p)
	if b.read += int64(n); err != nil {
		b.giveBack()
	}
	return n, err
}

// take waits for the budget, once. Its error is that of a request that does not arrive, or of
// its context.
func (b *arrivingBody) take() error {
	if b.held > 0 {
		return nil
	}
	size := b.size
	if size < 0 {
		size = limits.MaxBytes
	}
	ctx, cancel := context.WithTimeout(b.ctx, bodyTimeout)
	defer cancel()
	switch {
	case b.budget.Acquire(ctx, size) == nil:
		b.held = size
		return nil
	case b.ctx.Err() != nil:
		return b.ctx.Err()
	default:
		return errLate()
	}
}

// giveBack gives back what the body holds of the budget. It may be called more than once.
func (b *arrivingBody) giveBack() {
	b.budget.Release(b.held)
	b.held = 0
}
