package ledger

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockWait is how long the file may stay locked by the process that is replaced.
const lockWait = time.Second

// The parts of the file.
const (
	entryBucket    = "entries"   // records by id, as JSON
	contentBucket  = "contents"  // keys of content and id of the records that have a claim
	resourceBucket = "resources" // ids of entries by resource
	expiryBucket   = "expiries"  // keys of the time of expiry and the id
	metaBucket     = "meta"      // keyCheckName
	keyCheckName   = "key check"
)

// file keeps records in a bbolt file. One process at a time can have it open.
type file struct {
	options storeOptions
	db      *bbolt.DB
	queue   *queue
}

// openFile opens the file or creates it, and ends the claims of the process that had it
// open before.
func openFile(path string, options storeOptions) (store, error) {
	f := &file{options: options}
	err := guarded(func() (err error) {
		f.db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, FreelistType: bbolt.FreelistMapType})
		if errors.Is(err, bolterrors.ErrTimeout) {
			return ErrInUse
		}
		if err != nil {
			return openError(err)
		}
		if err = errors.Join(f.db.Update(f.prepare), syncDirectory(filepath.Dir(path))); err != nil {
			return errors.Join(err, f.db.Close())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.queue = newQueue(path, f.db)
	return f, nil
}

// syncDirectory makes the name of a new file durable.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the directory of the file: %w", err)
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// prepare creates the buckets, checks the key and ends all claims.
func (f *file) prepare(tx *bbolt.Tx) error {
	for _, name := range []string{entryBucket, contentBucket, resourceBucket, expiryBucket, metaBucket} {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return fmt.Errorf("create bucket %s: %w", name, err)
		}
	}
	meta := records{tx}.bucket(metaBucket)
	written := meta.Get([]byte(keyCheckName))
	if written == nil {
		return meta.Put([]byte(keyCheckName), f.options.keyCheck[:])
	}
	if string(written) != string(f.options.keyCheck[:]) {
		return ErrKey
	}
	return f.endClaims(tx)
}

// endClaims ends the claims in the file. No process can be alive that has one, because
// the file is locked.
func (f *file) endClaims(tx *bbolt.Tx) error {
	var claims []record
	err := records{tx}.bucket(entryBucket).ForEach(func(_, value []byte) error {
		entry, err := decodeRecord(value)
		if err == nil && entry.claimed() {
			claims = append(claims, entry)
		}
		return err
	})
	for _, entry := range claims {
		err = errors.Join(err, records{tx}.drop(entry), records{tx}.put(entry.ended(f.options.now())))
	}
	return err
}

func (f *file) claim(ctx context.Context, wanted claim) (verdict, error) {
	return queuedResult(ctx, f.queue, func(tx *bbolt.Tx) (verdict, error) {
		found, err := records{tx}.get(wanted.id)
		if err != nil {
			return verdict{}, err
		}
		siblings, err := records{tx}.siblings(wanted)
		if err != nil {
			return verdict{}, err
		}
		decided := wanted.decide(f.options.now(), found, siblings)
		if !decided.writes() {
			return decided, nil
		}
		if found != nil {
			err = records{tx}.drop(*found)
		}
		return decided, errors.Join(err, records{tx}.put(decided.entry))
	})
}

func (f *file) replace(ctx context.Context, next record) error {
	return f.queue.do(ctx, func(tx *bbolt.Tx) error {
		before, err := records{tx}.held(held{next.ID, next.Token})
		if err != nil {
			return err
		}
		holder, err := records{tx}.holder(next.Resource, f.options.now())
		if err != nil {
			return err
		}
		if holder != nil && holder.ID != next.ID {
			return ErrResourceClaimed
		}
		return errors.Join(records{tx}.drop(*before), records{tx}.put(next))
	})
}

func (f *file) remove(ctx context.Context, of held) error {
	return f.queue.do(ctx, func(tx *bbolt.Tx) error {
		entry, err := records{tx}.held(of)
		if err != nil {
			return err
		}
		if entry.Phase != sending {
			return ErrClaimLost
		}
		return records{tx}.drop(*entry)
	})
}

func (f *file) claimed(ctx context.Context, resource hash) (bool, error) {
	return queuedResult(ctx, f.queue, func(tx *bbolt.Tx) (bool, error) {
		holder, err := records{tx}.holder(resource, f.options.now())
		return holder != nil, err
	})
}

func (f *file) beat(ctx context.Context, claims []held) ([]held, error) {
	return queuedResult(ctx, f.queue, func(tx *bbolt.Tx) (renewed []held, err error) {
		for _, of := range claims {
			entry, err := records{tx}.held(of)
			if errors.Is(err, ErrClaimLost) {
				continue
			}
			if err != nil {
				return nil, err
			}
			entry.Beat = f.options.now()
			if err := (records{tx}).put(*entry); err != nil {
				return nil, err
			}
			renewed = append(renewed, of)
		}
		return renewed, nil
	})
}

// purgeBatch bounds one removal of expired entries.
const purgeBatch = 1000

func (f *file) purge(ctx context.Context) error {
	for {
		removed, err := queuedResult(ctx, f.queue, func(tx *bbolt.Tx) (int, error) {
			expired, err := records{tx}.expired(f.options.now(), purgeBatch)
			for _, entry := range expired {
				err = errors.Join(err, records{tx}.drop(entry))
			}
			return len(expired), err
		})
		if err != nil || removed < purgeBatch {
			return err
		}
	}
}

func (f *file) check(ctx context.Context) error {
	return f.queue.do(ctx, func(*bbolt.Tx) error { return nil })
}

func (f *file) close() error { return f.queue.close() }

// decodeRecord reads the JSON of a record.
func decodeRecord(value []byte) (record, error) {
	var entry record
	if err := json.Unmarshal(value, &entry); err != nil {
		return record{}, fmt.Errorf("read an entry: %w", err)
	}
	return entry, nil
}

// expiryKey sorts by time.
func expiryKey(of record) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(of.Expires.UnixMicro())), of.ID[:]...)
}
