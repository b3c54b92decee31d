package telemetry

import (
	"io"
	"log/slog"
	"testing"
)

// TestFormatOf: a logger knows how its lines look.
func TestFormatOf(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{FormatJSON: FormatJSON, FormatText: FormatText, FormatColor: FormatText} {
		if got := FormatOf(NewLogger(io.Discard, slog.LevelInfo, format)); got != want {
			t.Errorf("%s: %s, want %s", format, got, want)
		}
	}
}
