package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// uniqueViolation is what PostgreSQL answers if the resource is another entry's.
const uniqueViolation = "23505"

// postgres keeps records in a table that several replicas share. Its time is that of the
// database, since the clocks of replicas differ.
type postgres struct {
	options  storeOptions
	pool     *pgxpool.Pool
	prepared atomic.Bool // the schema is there and the key is right
}

// openPostgres makes the schema. If the database cannot be reached, the first operation
// that reaches it does that.
func openPostgres(ctx context.Context, url string, options storeOptions) (store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The error of pgx repeats parts of the URL.
		return nil, errors.New("the URL of the database cannot be read")
	}
	config.ConnConfig.ConnectTimeout = options.timeout
	config.AfterConnect = setUpConnection
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, errors.New("the settings in the URL of the database cannot be used")
	}
	p := &postgres{options: options, pool: pool}
	bounded, cancel := context.WithTimeout(ctx, options.timeout)
	defer cancel()
	if err := p.prepare(bounded); isMistake(err) {
		pool.Close()
		return nil, err
	}
	return p, nil
}

// isMistake reports whether an error of the start needs a person: another key, another
// version, or a database that refuses the login (28), does not exist (3D), or does not
// grant what the schema needs (42).
func isMistake(err error) bool {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return slices.Contains([]string{"28", "3D", "42"}, refused.Code[:2])
	}
	return errors.Is(err, ErrKey) || errors.Is(err, errNewerSchema)
}

// setUpConnection makes commits durable and transactions see what was committed before
// each statement, whatever the database's defaults are.
func setUpConnection(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('default_transaction_isolation', 'read committed', false),
		CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END`)
	if err != nil {
		return fmt.Errorf("set up a connection: %w", err)
	}
	return nil
}

// clock returns the parameter of a statement that stands for the time: NULL means that of the
// database.
func (p *postgres) clock() *time.Time {
	if p.options.clock == nil {
		return nil
	}
	now := p.options.now()
	return &now
}

// insertFresh adds the entry of a first attempt unless the entry exists or a sibling is
// being reconciled.
const insertFresh = `
INSERT INTO sipfacade_ledger (id, content, token, phase, intent, beat, expires)
SELECT $1, $2, $3, 'sending', now, now, now + $4 FROM (SELECT coalesce($5::timestamptz, clock_timestamp()) AS now) AS clock
WHERE NOT EXISTS (
	SELECT FROM sipfacade_ledger WHERE content = $2 AND id <> $1 AND phase = 'reconciling' AND beat > now - $6::interval)
ON CONFLICT (id) DO NOTHING RETURNING intent`

// claim inserts the entry of a first attempt, which takes one exchange. If there is an
// entry or a sibling is being reconciled, it looks closely.
//
// Claims of the same content wait for each other: no row lock could keep a claim from
// adding an entry while a sibling begins to be reconciled.
func (p *postgres) claim(ctx context.Context, wanted claim) (verdict, error) {
	if err := p.prepare(ctx); err != nil {
		return verdict{}, err
	}
	var batch pgx.Batch
	batch.Queue(`SELECT pg_advisory_xact_lock($1)`, lockOf(wanted.content))
	batch.Queue(insertFresh, wanted.id[:], wanted.content[:], wanted.token[:], wanted.ttl, p.clock(), lease)
	results := p.pool.SendBatch(ctx, &batch)
	_, err := results.Exec()
	var now time.Time
	if err == nil {
		err = results.QueryRow().Scan(&now)
	}
	err = errors.Join(ignoreNoRows(err), results.Close())
	switch {
	case err != nil:
		return verdict{}, fmt.Errorf("insert an entry: %w", err)
	case !now.IsZero():
		now = now.UTC()
		return verdict{outcome: Fresh, entry: wanted.fresh(now), now: now}, nil
	}
	return p.claimExisting(ctx, wanted)
}

// ignoreNoRows drops the error that says that a query found nothing.
func ignoreNoRows(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// lockOf returns the name of the advisory lock of a content.
func lockOf(content hash) int64 { return int64(binary.BigEndian.Uint64(content[:])) }

// errRaced means that a claim of other content added the entry meanwhile.
var errRaced = errors.New("the entry was added by another claim")

// claimExisting decides about an entry that may exist.
func (p *postgres) claimExisting(ctx context.Context, wanted claim) (decided verdict, err error) {
	for {
		err := pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) (err error) {
			decided, err = p.decide(ctx, tx, wanted)
			return err
		})
		if err == nil {
			return decided, nil
		}
		if !errors.Is(err, errRaced) {
			return verdict{}, fmt.Errorf("claim an entry: %w", err)
		}
	}
}

// decide locks the entry, then stores and returns the verdict.
func (p *postgres) decide(ctx context.Context, tx pgx.Tx, wanted claim) (verdict, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockOf(wanted.content)); err != nil {
		return verdict{}, fmt.Errorf("lock the content: %w", err)
	}
	found, err := selectRecords(ctx, tx, `WHERE id = $1 FOR UPDATE`, wanted.id[:])
	if err != nil {
		return verdict{}, err
	}
	siblings, err := selectRecords(ctx, tx, `WHERE content = $1 AND id <> $2 AND phase IN ('sending', 'reconciling')`,
		wanted.content[:], wanted.id[:])
	if err != nil {
		return verdict{}, err
	}
	var now time.Time
	if err := tx.QueryRow(ctx, `SELECT coalesce($1::timestamptz, clock_timestamp())`, p.clock()).Scan(&now); err != nil {
		return verdict{}, fmt.Errorf("read the clock: %w", err)
	}
	var existing *record
	var before []byte // NULL: there must be none
	if len(found) > 0 {
		existing, before = &found[0], found[0].Token[:]
	}
	decided := wanted.decide(now.UTC(), existing, siblings)
	if !decided.writes() {
		return decided, nil
	}
	return decided, put(ctx, tx, decided.entry, before)
}

func (p *postgres) replace(ctx context.Context, next record) error {
	if err := p.prepare(ctx); err != nil {
		return err
	}
	var batch pgx.Batch
	resource := nullable(next.Resource)
	if resource != nil { // of an entry that has expired and is not purged yet
		batch.Queue(`UPDATE sipfacade_ledger SET resource = NULL WHERE resource = $1 AND id <> $2
			AND expires <= coalesce($3::timestamptz, clock_timestamp())`, resource, next.ID[:], p.clock())
	}
	batch.Queue(`UPDATE sipfacade_ledger SET phase = $3, beat = $4, ended = $5, resent = $6, answer = $7, resource = $8
		WHERE id = $1 AND token = $2 RETURNING true`,
		next.ID[:], next.Token[:], string(next.Phase), next.Beat, nullableTime(next.Ended), next.Resent, next.Answer, resource)
	return p.changeOne(ctx, &batch)
}

func (p *postgres) remove(ctx context.Context, of held) error {
	if err := p.prepare(ctx); err != nil {
		return err
	}
	var batch pgx.Batch
	batch.Queue(`DELETE FROM sipfacade_ledger WHERE id = $1 AND token = $2 AND phase = 'sending'`, of.id[:], of.token[:])
	return p.changeOne(ctx, &batch)
}

// changeOne executes statements as one transaction. The last statement must change a row.
func (p *postgres) changeOne(ctx context.Context, batch *pgx.Batch) error {
	results := p.pool.SendBatch(ctx, batch)
	var changed pgconn.CommandTag
	var err error
	for range batch.Len() {
		if changed, err = results.Exec(); err != nil {
			break
		}
	}
	err = errors.Join(err, results.Close())
	refused, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && refused.Code == uniqueViolation:
		return ErrResourceClaimed
	case err != nil:
		return fmt.Errorf("change an entry: %w", err)
	case changed.RowsAffected() == 0:
		return ErrClaimLost
	}
	return nil
}

func (p *postgres) claimed(ctx context.Context, resource hash) (claimed bool, err error) {
	if err := p.prepare(ctx); err != nil {
		return false, err
	}
	err = p.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM sipfacade_ledger WHERE resource = $1
		AND expires > coalesce($2::timestamptz, clock_timestamp()))`, resource[:], p.clock()).Scan(&claimed)
	if err != nil {
		return false, fmt.Errorf("look for the resource: %w", err)
	}
	return claimed, nil
}

func (p *postgres) beat(ctx context.Context, claims []held) ([]held, error) {
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	ids, tokens := make([][]byte, len(claims)), make([][]byte, len(claims))
	for i, of := range claims {
		ids[i], tokens[i] = of.id[:], of.token[:]
	}
	rows, err := p.pool.Query(ctx, `UPDATE sipfacade_ledger AS entry SET beat = coalesce($3::timestamptz, clock_timestamp())
		FROM unnest($1::bytea[], $2::bytea[]) AS claim (id, token)
		WHERE entry.id = claim.id AND entry.token = claim.token RETURNING entry.id, entry.token`, ids, tokens, p.clock())
	if err != nil {
		return nil, fmt.Errorf("renew claims: %w", err)
	}
	renewed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (held, error) {
		var id, name []byte
		if err := row.Scan(&id, &name); err != nil {
			return held{}, err
		}
		return held{hash(id), token(name)}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("renew claims: %w", err)
	}
	return renewed, nil
}

func (p *postgres) purge(ctx context.Context) error {
	if err := p.prepare(ctx); err != nil {
		return err
	}
	for {
		deleted, err := p.pool.Exec(ctx, `DELETE FROM sipfacade_ledger WHERE id IN (
			SELECT id FROM sipfacade_ledger, (SELECT coalesce($1::timestamptz, clock_timestamp()) AS now) AS clock
			WHERE expires <= now AND (phase IN ('unknown', 'succeeded') OR beat <= now - $2::interval)
			ORDER BY expires LIMIT $3 FOR UPDATE OF sipfacade_ledger SKIP LOCKED)`, p.clock(), lease, purgeBatch)
		if err != nil {
			return fmt.Errorf("remove expired entries: %w", err)
		}
		if deleted.RowsAffected() < purgeBatch {
			return nil
		}
	}
}

func (p *postgres) check(ctx context.Context) error {
	if err := p.prepare(ctx); err != nil {
		return err
	}
	return p.pool.Ping(ctx)
}

// close waits for operations under way, each of which ends within a second.
func (p *postgres) close() error {
	p.pool.Close()
	return nil
}
