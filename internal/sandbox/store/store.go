// Package store keeps the records of an emulated vendor in memory, in one table for
// each kind. All tables share one bound, so that a client cannot fill the memory.
package store

import (
	"errors"
	"slices"
)

// errFull reports that the store holds as many records as it may.
var errFull = errors.New("the store is full")

// Store holds records by their kind and id. It is not safe for concurrent use: the
// emulator that owns it has the lock, because an operation makes several accesses.
type Store[Kind, ID, Record comparable] struct {
	compare func(a, b Record) int
	most    int
	count   int
	tables  map[Kind]*table[ID, Record]
}

// table holds the records of one kind, by id and in order.
type table[ID, Record comparable] struct {
	byID    map[ID]Record
	ordered []Record
}

// New returns an empty store for at most so many records. The records of a kind are
// in the order of compare, which must not change while a record is kept; equal ones
// are in the order in which they were added.
func New[Kind, ID, Record comparable](most int, compare func(a, b Record) int) *Store[Kind, ID, Record] {
	return &Store[Kind, ID, Record]{compare: compare, most: most, tables: map[Kind]*table[ID, Record]{}}
}

// Add adds a record, or returns errFull.
func (s *Store[Kind, ID, Record]) Add(kind Kind, id ID, record Record) error {
	if err := s.Reserve(1); err != nil {
		return err
	}
	s.insert(kind, id, record)
	return nil
}

// Seed adds a record even if the store is full.
func (s *Store[Kind, ID, Record]) Seed(kind Kind, id ID, record Record) {
	s.Adjust(1)
	s.insert(kind, id, record)
}

func (s *Store[Kind, ID, Record]) insert(kind Kind, id ID, record Record) {
	t := s.tables[kind]
	if t == nil {
		t = &table[ID, Record]{byID: map[ID]Record{}}
		s.tables[kind] = t
	}
	t.byID[id] = record
	t.ordered = slices.Insert(t.ordered, t.after(record, s.compare), record)
}

// after returns the index behind all records that are not greater. New records are
// nearly always the greatest, so it searches from the end.
func (t *table[ID, Record]) after(record Record, compare func(a, b Record) int) int {
	at := len(t.ordered)
	for at > 0 && compare(t.ordered[at-1], record) > 0 {
		at--
	}
	return at
}

// Remove removes a record, if there is one with the id.
func (s *Store[Kind, ID, Record]) Remove(kind Kind, id ID) {
	t := s.tables[kind]
	if t == nil {
		return
	}
	record, found := t.byID[id]
	if !found {
		return
	}
	at, _ := slices.BinarySearchFunc(t.ordered, record, s.compare)
	for t.ordered[at] != record { // equal ones are next to each other
		at++
	}
	delete(t.byID, id)
	t.ordered = slices.Delete(t.ordered, at, at+1)
	s.Adjust(-1)
}

// Get returns the record with the id, or the zero value.
func (s *Store[Kind, ID, Record]) Get(kind Kind, id ID) Record {
	if t := s.tables[kind]; t != nil {
		return t.byID[id]
	}
	var none Record
	return none
}

// Len returns the number of records of a kind.
func (s *Store[Kind, ID, Record]) Len(kind Kind) int {
	if t := s.tables[kind]; t != nil {
		return len(t.ordered)
	}
	return 0
}

// All returns the records of a kind in their order, in a slice of the caller's own.
func (s *Store[Kind, ID, Record]) All(kind Kind) []Record {
	if t := s.tables[kind]; t != nil {
		return slices.Clone(t.ordered)
	}
	return nil
}

// Select returns the records of a kind that keep accepts, in their order.
func (s *Store[Kind, ID, Record]) Select(kind Kind, keep func(Record) bool) []Record {
	t := s.tables[kind]
	if t == nil {
		return nil
	}
	var selected []Record
	for _, record := range t.ordered {
		if keep(record) {
			selected = append(selected, record)
		}
	}
	return selected
}

// Reserve counts n more entries against the bound, which the emulator keeps
// elsewhere, or returns errFull.
func (s *Store[Kind, ID, Record]) Reserve(n int) error {
	if s.count+n > s.most {
		return errFull
	}
	s.count += n
	return nil
}

// Adjust adds n to the number of entries, even if the store is full; a negative n
// gives entries back.
func (s *Store[Kind, ID, Record]) Adjust(n int) { s.count += n }

// Count returns the number of records and reserved entries.
func (s *Store[Kind, ID, Record]) Count() int { return s.count }
