package store

import (
	"cmp"
	"errors"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type record struct {
	id, rank int
}

func byRank(a, b *record) int { return cmp.Compare(a.rank, b.rank) }

func ids(records []*record) []int {
	all := make([]int, len(records))
	for i, r := range records {
		all[i] = r.id
	}
	return all
}

func TestOrder(t *testing.T) {
	t.Parallel()
	s := New[string, int](10, byRank)
	for _, r := range []*record{{1, 5}, {2, 5}, {3, 1}, {4, 9}, {5, 5}} {
		if err := s.Add("users", r.id, r); err != nil {
			t.Fatal(err)
		}
	}
	s.Seed("groups", 1, &record{1, 0})
	s.Remove("users", 2)
	s.Remove("users", 77)
	s.Remove("queues", 1)
	if diff := gocmp.Diff([]int{3, 1, 5, 4}, ids(s.All("users"))); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	selected := s.Select("users", func(r *record) bool { return r.rank == 5 })
	if diff := gocmp.Diff([]int{1, 5}, ids(selected)); diff != "" {
		t.Errorf("selected (-want +got):\n%s", diff)
	}
	if s.Get("users", 2) != nil || s.Get("users", 5) == nil || s.Get("queues", 1) != nil {
		t.Error("Get does not agree with what was added and removed")
	}
	if s.Len("users") != 4 || s.Len("queues") != 0 || s.Count() != 5 || s.All("queues") != nil || s.Select("queues", nil) != nil {
		t.Errorf("%d users, %d in all", s.Len("users"), s.Count())
	}
}

func TestBound(t *testing.T) {
	t.Parallel()
	s := New[string, int](2, byRank)
	if err := s.Reserve(1); err != nil {
		t.Fatal(err)
	}
	if err := s.Add("users", 1, &record{1, 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Add("users", 2, &record{2, 2}); !errors.Is(err, errFull) {
		t.Errorf("a third entry: %v", err)
	}
	s.Seed("users", 3, &record{3, 3})
	s.Adjust(-1)
	s.Remove("users", 1)
	if err := s.Add("users", 2, &record{2, 2}); err != nil {
		t.Errorf("after one was given back: %v", err)
	}
}

func TestAllIsACopy(t *testing.T) {
	t.Parallel()
	s := New[string, int](9, byRank)
	s.Seed("users", 1, &record{1, 1})
	s.Seed("users", 2, &record{2, 2})
	all := s.All("users")
	s.Remove("users", 1)
	if diff := gocmp.Diff([]int{1, 2}, ids(all)); diff != "" {
		t.Errorf("the copy changed (-want +got):\n%s", diff)
	}
}

// TestAgainstModel compares the store with a plain sorted slice.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := New[bool, int](1000, byRank)
		var model []*record
		for id := range rapid.IntRange(0, 30).Draw(t, "operations") {
			if len(model) > 0 && rapid.Bool().Draw(t, "remove") {
				at := rapid.IntRange(0, len(model)-1).Draw(t, "at")
				s.Remove(true, model[at].id)
				model = slices.Delete(model, at, at+1)
				continue
			}
			r := &record{id, rapid.IntRange(0, 5).Draw(t, "rank")}
			if err := s.Add(true, id, r); err != nil {
				t.Fatal(err)
			}
			model = append(model, r)
			slices.SortStableFunc(model, byRank)
		}
		if diff := gocmp.Diff(ids(model), ids(s.All(true))); diff != "" || s.Count() != len(model) {
			t.Fatalf("%d kept, (-model +store):\n%s", s.Count(), diff)
		}
	})
}
