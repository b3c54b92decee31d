package auth

import (
	"fmt"
	"testing"
	"time"
)

// TestLRU: what was not used for the longest time is forgotten.
func TestLRU(t *testing.T) {
	t.Parallel()
	l := newLRU[string, int](2)
	l.put("a", 1)
	l.put("b", 2)
	if got := l.put("a", 9); got != 1 {
		t.Errorf("put over a value: %d", got)
	}
	l.get("a")
	l.put("c", 3)
	for key, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if _, ok := l.get(key); ok != want {
			t.Errorf("%s is remembered: %t", key, ok)
		}
	}
	l.remove("a")
	l.remove("never")
	if _, ok := l.get("a"); ok || l.order.Len() != 1 {
		t.Errorf("after a was removed, %d are left", l.order.Len())
	}
}

// TestLimitsAreBounded: callers without end take no memory without end.
func TestLimitsAreBounded(t *testing.T) {
	t.Parallel()
	l, now := newLimits(1, 1), time.Now()
	for i := range maxRemembered + 500 {
		l.take(fmt.Sprint(i), now)
	}
	if got := len(l.callers.entries); got != maxRemembered {
		t.Errorf("%d callers are remembered", got)
	}
}
