package server

import "testing"

// TestRotateTellsOfChanges: only another key is a change, from the first look on.
func TestRotateTellsOfChanges(t *testing.T) {
	t.Parallel()
	const first, second = "the first key, 32 bytes or longer", "the second key, 32 bytes or longer"
	k, err := newKeyed([]byte(first))
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		key     string
		changed bool
	}{
		{first, false}, {second, true}, {second, false}, {first, true},
	} {
		if changed, err := k.rotate(step.key); changed != step.changed || err != nil {
			t.Errorf("look %d: changed %t, %v", i+1, changed, err)
		}
	}
}
