package auth

import (
	"container/list"
	"sync"
)

// maxRemembered is how many callers and tokens are remembered at most. Whoever was not
// seen for the longest time is forgotten first.
const maxRemembered = 10_000

// lru is a map that forgets what was not used for the longest time.
type lru[K comparable, V any] struct {
	mu      sync.Mutex
	limit   int
	entries map[K]*list.Element
	order   *list.List // of lruEntry, the last used one first
}

type lruEntry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](limit int) *lru[K, V] {
	return &lru[K, V]{limit: limit, entries: map[K]*list.Element{}, order: list.New()}
}

// get returns what is remembered of a key.
func (l *lru[K, V]) get(key K) (value V, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	element, ok := l.entries[key]
	if !ok {
		return value, false
	}
	l.order.MoveToFront(element)
	return element.Value.(lruEntry[K, V]).value, true
}

// put remembers a value, unless there is one already; it returns the one that is
// remembered.
func (l *lru[K, V]) put(key K, value V) V {
	l.mu.Lock()
	defer l.mu.Unlock()
	if element, ok := l.entries[key]; ok {
		return element.Value.(lruEntry[K, V]).value
	}
	l.entries[key] = l.order.PushFront(lruEntry[K, V]{key, value})
	if l.order.Len() > l.limit {
		delete(l.entries, l.order.Remove(l.order.Back()).(lruEntry[K, V]).key)
	}
	return value
}

// remove forgets a key.
func (l *lru[K, V]) remove(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if element, ok := l.entries[key]; ok {
		l.order.Remove(element)
		delete(l.entries, key)
	}
}
