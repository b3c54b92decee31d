package ledger

import (
	"container/list"
	"context"
	"fmt"
	"sync"
)

// The bounds of a ledger in memory.
const (
	maxMemoryEntries = 100_000
	maxMemoryBytes   = 64 << 20
	// recordBytes is about what an entry takes beside its answer.
	recordBytes = 512
)

// memory keeps records in maps. If it is full, the records that succeeded longest ago go
// first; those whose outcome is open never do.
type memory struct {
	options    storeOptions
	maxEntries int
	maxBytes   int

	mu        sync.Mutex
	entries   map[hash]*kept
	siblings  map[hash]map[hash]bool // those that have a claim, by content
	resources map[hash]hash          // the entries of resources
	finished  *list.List             // of hashes, the oldest success first
	bytes     int
}

// kept is a record with its place in the order of success, nil if its outcome is open.
type kept struct {
	record
	place *list.Element
}

func newMemory(options storeOptions, maxEntries, maxBytes int) *memory {
	return &memory{
		options: options, maxEntries: maxEntries, maxBytes: maxBytes, entries: map[hash]*kept{},
		siblings: map[hash]map[hash]bool{}, resources: map[hash]hash{}, finished: list.New(),
	}
}

func (m *memory) claim(_ context.Context, wanted claim) (verdict, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found *record
	if entry := m.entries[wanted.id]; entry != nil {
		found = &entry.record
	}
	var siblings []record
	for id := range m.siblings[wanted.content] {
		if id != wanted.id {
			siblings = append(siblings, m.entries[id].record)
		}
	}
	decided := wanted.decide(m.options.now(), found, siblings)
	if !decided.writes() {
		return decided, nil
	}
	return decided, m.put(decided.entry)
}

func (m *memory) replace(_ context.Context, next record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry := m.entries[next.ID]; entry == nil || entry.Token != next.Token {
		return ErrClaimLost
	}
	if m.holder(next.Resource) != nil && m.resources[next.Resource] != next.ID {
		return ErrResourceClaimed
	}
	return m.put(next)
}

func (m *memory) remove(_ context.Context, of held) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry := m.entries[of.id]; entry == nil || entry.Token != of.token || entry.Phase != sending {
		return ErrClaimLost
	}
	m.drop(of.id)
	return nil
}

func (m *memory) claimed(_ context.Context, resource hash) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.holder(resource) != nil, nil
}

func (m *memory) beat(_ context.Context, claims []held) (renewed []held, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, of := range claims {
		if entry := m.entries[of.id]; entry != nil && entry.Token == of.token {
			entry.Beat = m.options.now()
			renewed = append(renewed, of)
		}
	}
	return renewed, nil
}

func (m *memory) purge(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.options.now()
	for id, entry := range m.entries {
		if entry.expired(now) {
			m.drop(id)
		}
	}
	return nil
}

func (m *memory) check(context.Context) error { return nil }

func (m *memory) close() error { return nil }

// holder returns the record that has the resource, or nil.
func (m *memory) holder(resource hash) *kept {
	entry := m.entries[m.resources[resource]]
	if resource == (hash{}) || entry == nil || entry.expired(m.options.now()) {
		return nil
	}
	return entry
}

// put stores a record. It drops what it has to for it.
func (m *memory) put(next record) error {
	before := m.entries[next.ID]
	if before != nil {
		m.drop(next.ID)
	}
	if err := m.free(recordBytes + len(next.Answer)); err != nil {
		if before != nil {
			m.insert(before.record)
		}
		return err
	}
	m.insert(next)
	return nil
}

// free drops the oldest successes until one more record fits.
func (m *memory) free(size int) error {
	for len(m.entries) >= m.maxEntries || m.bytes+size > m.maxBytes {
		oldest := m.finished.Front()
		if oldest == nil {
			return fmt.Errorf("%w: it is full of request ids whose outcome is open", ErrUnavailable)
		}
		id, _ := oldest.Value.(hash)
		m.drop(id)
	}
	return nil
}

func (m *memory) insert(added record) {
	entry := &kept{record: added}
	if added.Phase == succeeded {
		entry.place = m.finished.PushBack(added.ID)
	}
	if added.Resource != (hash{}) {
		m.resources[added.Resource] = added.ID
	}
	if added.claimed() {
		if m.siblings[added.Content] == nil {
			m.siblings[added.Content] = map[hash]bool{}
		}
		m.siblings[added.Content][added.ID] = true
	}
	m.entries[added.ID] = entry
	m.bytes += recordBytes + len(added.Answer)
}

func (m *memory) drop(id hash) {
	entry := m.entries[id]
	if entry.place != nil {
		m.finished.Remove(entry.place)
	}
	if m.resources[entry.Resource] == id {
		delete(m.resources, entry.Resource)
	}
	delete(m.siblings[entry.Content], id)
	if len(m.siblings[entry.Content]) == 0 {
		delete(m.siblings, entry.Content)
	}
	delete(m.entries, id)
	m.bytes -= recordBytes + len(entry.Answer)
}
