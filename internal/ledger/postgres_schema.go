package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// errNewerSchema means that a later version of the service has changed the schema.
var errNewerSchema = errors.New("the tables of the ledger were made by a newer version")

// schemaLock is the advisory lock under which one replica at a time changes the schema.
const schemaLock = 0x51bfacade

// migrations returns the steps that make the schema, each from the version before it. A
// step that was released never changes.
func migrations() []string {
	return []string{
		`CREATE TABLE sipfacade_ledger (
			id       bytea PRIMARY KEY,
			content  bytea NOT NULL,
			token    bytea NOT NULL,
			phase    text NOT NULL CHECK (phase IN ('sending', 'reconciling', 'unknown', 'succeeded')),
			intent   timestamptz NOT NULL,
			beat     timestamptz NOT NULL,
			ended    timestamptz,
			expires  timestamptz NOT NULL,
			resent   boolean NOT NULL DEFAULT false,
			answer   bytea,
			resource bytea UNIQUE
		);
		CREATE INDEX sipfacade_ledger_claims ON sipfacade_ledger (content) WHERE phase IN ('sending', 'reconciling');
		CREATE INDEX sipfacade_ledger_expires ON sipfacade_ledger (expires)`,
	}
}

// prepare makes or migrates the schema and checks the key, unless that has happened.
func (p *postgres) prepare(ctx context.Context) error {
	if p.prepared.Load() {
		return nil
	}
	err := pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(schemaLock)); err != nil {
			return fmt.Errorf("lock the schema: %w", err)
		}
		if err := p.checkKey(ctx, tx); err != nil {
			return err
		}
		return migrate(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("prepare the schema: %w", err)
	}
	p.prepared.Store(true)
	return nil
}

// createVersions creates the table of versions, unless it is there: creating it only if it
// does not exist needs the right to create also when it does.
func createVersions(ctx context.Context, tx pgx.Tx) error {
	var there bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass('sipfacade_ledger_schema') IS NOT NULL`).Scan(&there); err != nil || there {
		return err
	}
	_, err := tx.Exec(ctx, `CREATE TABLE sipfacade_ledger_schema (
		only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), version int NOT NULL, key_check bytea NOT NULL)`)
	return err
}

// checkKey compares the check of the key, which all replicas must share, with that beside
// the version of the schema.
func (p *postgres) checkKey(ctx context.Context, tx pgx.Tx) error {
	if err := createVersions(ctx, tx); err != nil {
		return fmt.Errorf("create the table of versions: %w", err)
	}
	var written []byte
	err := tx.QueryRow(ctx, `INSERT INTO sipfacade_ledger_schema (version, key_check) VALUES (0, $1)
		ON CONFLICT (only_row) DO UPDATE SET version = sipfacade_ledger_schema.version RETURNING key_check`,
		p.options.keyCheck[:]).Scan(&written)
	if err != nil {
		return fmt.Errorf("read the check of the key: %w", err)
	}
	if !bytes.Equal(written, p.options.keyCheck[:]) {
		return ErrKey
	}
	return nil
}

// migrate takes the steps that are missing.
func migrate(ctx context.Context, tx pgx.Tx) error {
	var version int
	if err := tx.QueryRow(ctx, `SELECT version FROM sipfacade_ledger_schema`).Scan(&version); err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	steps := migrations()
	if version > len(steps) {
		return errNewerSchema
	}
	for _, step := range steps[version:] {
		if _, err := tx.Exec(ctx, step); err != nil {
			return fmt.Errorf("migrate from version %d: %w", version, err)
		}
		version++
	}
	if _, err := tx.Exec(ctx, `UPDATE sipfacade_ledger_schema SET version = $1`, version); err != nil {
		return fmt.Errorf("write the version: %w", err)
	}
	return nil
}
