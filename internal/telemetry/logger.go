// Package telemetry is what operators see: structured logs in which no secret can
// appear, and metrics in a registry of their own.
package telemetry

import (
	"io"
	"log/slog"

	"github.com/lmittmann/tint"
)

// The formats of a log.
const (
	// FormatJSON writes one JSON object a line, for programs.
	FormatJSON = "json"
	// FormatText writes lines for people.
	FormatText = "text"
	// FormatColor is FormatText with colors, for terminals.
	FormatColor = "color"
)

// textTime is how the lines for people begin: people look at the last minutes.
const textTime = "15:04:05.000"

// NewLogger returns a logger to w, in a format, from the level up. It redacts secrets in
// messages and attributes.
func NewLogger(w io.Writer, level slog.Level, format string) *slog.Logger {
	return slog.New(NewHandler(writer(w, level, format)))
}

// FormatOf returns the format of a logger that NewLogger made: FormatJSON, or FormatText with
// or without colors.
func FormatOf(logger *slog.Logger) string {
	made, _ := logger.Handler().(handler)
	if _, isJSON := made.next.(*slog.JSONHandler); isJSON {
		return FormatJSON
	}
	return FormatText
}

// writer returns what writes the lines.
func writer(w io.Writer, level slog.Level, format string) slog.Handler {
	if format == FormatText || format == FormatColor {
		return tint.NewHandler(w, &tint.Options{Level: level, TimeFormat: textTime, NoColor: format == FormatText})
	}
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
}
