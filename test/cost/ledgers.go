package cost

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sipfacade/sipfacade/internal/ledger/postgrestest"
)

// noLedger is the create without a request id, to which the others are compared.
const noLedger = "none"

// ledgerKey is the key of the ledgers.
const ledgerKey = "a key of the benchmark, of no use elsewhere"

// ByLedger measures creates with a request id with each ledger, and creates without one. All
// are over gRPC. The time of PostgreSQL itself is not counted.
func (b *Bench) ByLedger(ctx context.Context) (rows []LedgerRow, err error) {
	folder, err := os.MkdirTemp("", "sipfacade-cost-ledger-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the ledger: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	targets := []struct{ name, target string }{{noLedger, "off"}, {"memory", "memory"}, {"file", "file:" + filepath.Join(folder, "ledger")}}
	database, url, err := startDatabase(ctx)
	switch {
	case errors.Is(err, postgrestest.ErrNotInstalled):
		b.Print("PostgreSQL is not installed: it is left out\n")
	case err != nil:
		return nil, err
	default:
		defer func() { err = errors.Join(err, database.Stop()) }()
		targets = append(targets, struct{ name, target string }{"PostgreSQL", url})
	}
	for _, callers := range []int{1, 32} {
		var subjects []*subject
		for _, t := range targets {
			work := createInvite(requestIDs(t.name))
			started, err := b.startWith(ctx, t.name, work, callers, "--ledger="+t.target, "--ledger-key="+ledgerKey)
			if err != nil {
				return nil, errors.Join(err, stopAll(subjects))
			}
			subjects = append(subjects, started)
		}
		err := takeTurns(ctx, subjects, callers, Plan{Slice: 200 * time.Millisecond, Slices: 10})
		if err = errors.Join(err, stopAll(subjects)); err != nil {
			return nil, fmt.Errorf("compare ledgers: %w", err)
		}
		for _, s := range subjects {
			rows = append(rows, b.ledgerRow(s, callers, subjects))
		}
	}
	return rows, nil
}

// startDatabase starts a PostgreSQL server with an empty database.
func startDatabase(ctx context.Context) (*postgrestest.Server, string, error) {
	server, err := postgrestest.Start(ctx)
	if err != nil {
		return nil, "", err
	}
	url, err := server.NewDatabase(ctx, "cost")
	if err != nil {
		return nil, "", errors.Join(err, server.Stop())
	}
	return server, url, nil
}

// requestIDs returns a new request id for each call, or none without a ledger.
func requestIDs(ledger string) func() string {
	if ledger == noLedger {
		return func() string { return "" }
	}
	return rand.Text
}

// ledgerRow returns what was measured with a ledger.
func (b *Bench) ledgerRow(s *subject, callers int, all []*subject) LedgerRow {
	row := LedgerRow{
		Ledger: s.server, Callers: callers, CPUMicros: median(s.cpu), ToNone: ratioTo(all, noLedger, s),
		P50Micros: micros(quantile(s.latencies, 0.5)), P99Micros: micros(quantile(s.latencies, 0.99)),
	}
	b.Print("create with the ledger %-12s %4d callers %9.0f µs, median %9.0f µs", row.Ledger, callers, row.CPUMicros, row.P50Micros)
	return row
}
