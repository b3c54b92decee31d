package ledger

import (
	"strconv"
	"testing"
)

// BenchmarkWrite is what a write with a request id costs beside its vendor call.
func BenchmarkWrite(b *testing.B) {
	answer := make([]byte, 600)
	for name, target := range map[string]func(*testing.B) string{
		"memory":   func(*testing.B) string { return "memory" },
		"file":     func(b *testing.B) string { return "file:" + b.TempDir() + "/ledger" },
		"postgres": func(b *testing.B) string { return newDatabase(b) },
	} {
		b.Run(name, func(b *testing.B) {
			l := open(b, target(b), Options{})
			for i := 0; b.Loop(); i++ {
				id := strconv.Itoa(i)
				attempt, err := l.Claim(b.Context(), key(id), []byte(id))
				if err != nil {
					b.Fatal(err)
				}
				if err := attempt.Succeeded(b.Context(), answer, Resource{"apps", id}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
