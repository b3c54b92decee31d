package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// records are the records in one transaction on the file, with their indexes.
type records struct{ tx *bbolt.Tx }

// bucket returns a part of the file.
func (r records) bucket(name string) *bbolt.Bucket { return r.tx.Bucket([]byte(name)) }

// get returns a record, nil if there is none.
func (r records) get(id hash) (*record, error) {
	value := r.bucket(entryBucket).Get(id[:])
	if value == nil {
		return nil, nil
	}
	entry, err := decodeRecord(value)
	return &entry, err
}

// held returns the record of a claim, or ErrClaimLost.
func (r records) held(of held) (*record, error) {
	entry, err := r.get(of.id)
	if err == nil && (entry == nil || entry.Token != of.token) {
		return nil, ErrClaimLost
	}
	return entry, err
}

// holder returns the record that has the resource, nil if there is none.
func (r records) holder(resource hash, now time.Time) (*record, error) {
	id := r.bucket(resourceBucket).Get(resource[:])
	if id == nil || resource == (hash{}) {
		return nil, nil
	}
	entry, err := r.get(hash(id))
	if err != nil || entry == nil || entry.expired(now) {
		return nil, err
	}
	return entry, nil
}

// siblings returns the other records of the content that have a claim.
func (r records) siblings(of claim) (siblings []record, err error) {
	cursor := r.bucket(contentBucket).Cursor()
	for key, _ := cursor.Seek(of.content[:]); bytes.HasPrefix(key, of.content[:]); key, _ = cursor.Next() {
		id := hash(key[len(of.content):])
		if id == of.id {
			continue
		}
		sibling, err := r.get(id)
		if err != nil || sibling == nil {
			return nil, errors.Join(err, errIndex(sibling))
		}
		siblings = append(siblings, *sibling)
	}
	return siblings, nil
}

// errIndex returns an error if an index names an entry that does not exist.
func errIndex(found *record) error {
	if found == nil {
		return errors.New("an index of the file names an entry that does not exist")
	}
	return nil
}

// expired returns at most limit records that count no more.
func (r records) expired(now time.Time, limit int) (expired []record, err error) {
	cursor := r.bucket(expiryBucket).Cursor()
	for key, _ := cursor.First(); key != nil && len(expired) < limit; key, _ = cursor.Next() {
		if binary.BigEndian.Uint64(key) > uint64(now.UnixMicro()) {
			break
		}
		entry, err := r.get(hash(key[8:]))
		if err != nil || entry == nil {
			return nil, errors.Join(err, errIndex(entry))
		}
		if entry.expired(now) {
			expired = append(expired, *entry)
		}
	}
	return expired, nil
}

// put stores a record and its indexes.
func (r records) put(entry record) error {
	value, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("write an entry: %w", err)
	}
	err = errors.Join(
		r.bucket(entryBucket).Put(entry.ID[:], value),
		r.bucket(expiryBucket).Put(expiryKey(entry), nil),
	)
	if entry.claimed() {
		err = errors.Join(err, r.bucket(contentBucket).Put(contentKey(entry), nil))
	}
	if entry.Resource == (hash{}) {
		return err
	}
	return errors.Join(err, r.bucket(resourceBucket).Put(entry.Resource[:], entry.ID[:]))
}

// drop deletes a record and its indexes. A resource may have gone to another entry since
// this one expired.
func (r records) drop(entry record) error {
	err := errors.Join(
		r.bucket(entryBucket).Delete(entry.ID[:]),
		r.bucket(contentBucket).Delete(contentKey(entry)),
		r.bucket(expiryBucket).Delete(expiryKey(entry)),
	)
	if !bytes.Equal(r.bucket(resourceBucket).Get(entry.Resource[:]), entry.ID[:]) {
		return err
	}
	return errors.Join(err, r.bucket(resourceBucket).Delete(entry.Resource[:]))
}

// contentKey finds a record by its content.
func contentKey(of record) []byte { return append(bytes.Clone(of.Content[:]), of.ID[:]...) }
