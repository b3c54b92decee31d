package server

import (
	"context"

	"github.com/sipfacade/sipfacade/internal/audit"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/idempotency"
	"github.com/sipfacade/sipfacade/internal/ledger"
)

// openLedger opens the ledger of request ids, unless it is off; then s.ledger is nil. A
// database that cannot be reached does not keep the server from starting, because most
// calls have no request id.
func (s *Server) openLedger() (err error) {
	target := s.config.LedgerTarget()
	if s.ledgerPlace = target; target == config.LedgerOff {
		return nil
	}
	s.ledgerPlace = ledger.Place(target)
	if err := checkLedgerFile(s.config); err != nil {
		return err
	}
	ctx := context.Background()
	s.ledger, err = ledger.Open(ctx, target, ledger.Options{
		Key: []byte(s.config.LedgerKey.Reveal()), TTL: s.config.LedgerTTL, Observe: s.metrics.Ledger(),
	})
	if err != nil {
		return err
	}
	if err := s.ledger.Check(ctx); err != nil {
		s.logger.Warn("the ledger cannot be reached; calls with a request id fail until it can", "error", err.Error())
	}
	return nil
}

// checkLedgerFile returns the mistake of a ledger in a file that cannot be opened.
func checkLedgerFile(c config.Config) error {
	path, isFile := c.LedgerFilePath()
	if !isFile || path == "" {
		return nil
	}
	if err := audit.Openable(path); err != nil {
		return notOpenable("ledger", err)
	}
	return nil
}

// closeLedger closes the ledger. Calls that still try to use it fail.
func (s *Server) closeLedger() error {
	if s.ledger == nil {
		return nil
	}
	return s.ledger.Close()
}

// newIdempotency returns the interceptor of writes with request ids.
func (s *Server) newIdempotency(b *backends) (*idempotency.Interceptor, error) {
	return idempotency.New(contractServices(), idempotency.Options{Ledger: s.ledger, Account: s.accountOf, Logger: s.logger},
		b.opentact.Rules(), b.infinity.Rules())
}
