package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// selectRecords returns the records that a condition names.
func selectRecords(ctx context.Context, tx pgx.Tx, condition string, arguments ...any) ([]record, error) {
	rows, err := tx.Query(ctx, `SELECT id, content, token, phase, intent, beat, ended, expires, resent, answer, resource
		FROM sipfacade_ledger `+condition, arguments...)
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return found, nil
}

// scanRecord reads a row.
func scanRecord(row pgx.CollectableRow) (record, error) {
	var r record
	var id, content, name, resource []byte
	var ended *time.Time
	err := row.Scan(&id, &content, &name, &r.Phase, &r.Intent, &r.Beat, &ended, &r.Expires, &r.Resent, &r.Answer, &resource)
	if err != nil {
		return record{}, err
	}
	r.ID, r.Content, r.Token = hash(id), hash(content), token(name)
	if resource != nil {
		r.Resource = hash(resource)
	}
	if ended != nil {
		r.Ended = ended.UTC()
	}
	r.Intent, r.Beat, r.Expires = r.Intent.UTC(), r.Beat.UTC(), r.Expires.UTC()
	return r, nil
}

// put stores a record in place of the one with the token before, or errRaced if it is
// another; a nil token means that there is none.
func put(ctx context.Context, tx pgx.Tx, r record, before []byte) error {
	written, err := tx.Exec(ctx, `INSERT INTO sipfacade_ledger
			(id, content, token, phase, intent, beat, ended, expires, resent, answer, resource)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET content = excluded.content, token = excluded.token, phase = excluded.phase,
			intent = excluded.intent, beat = excluded.beat, ended = excluded.ended, expires = excluded.expires,
			resent = excluded.resent, answer = excluded.answer, resource = excluded.resource
		WHERE sipfacade_ledger.token = $12`,
		r.ID[:], r.Content[:], r.Token[:], string(r.Phase), r.Intent, r.Beat, nullableTime(r.Ended), r.Expires, r.Resent,
		r.Answer, nullable(r.Resource), before)
	if err != nil {
		return fmt.Errorf("write an entry: %w", err)
	}
	if written.RowsAffected() == 0 {
		return errRaced
	}
	return nil
}

// nullable returns NULL for the zero hash.
func nullable(h hash) []byte {
	if h == (hash{}) {
		return nil
	}
	return h[:]
}

// nullableTime returns NULL for the zero time.
func nullableTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
