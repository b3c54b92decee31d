// Package telemetry is what operators see: structured logs in which no secret can
// appear, and metrics in a registry of their own.
package telemetry

import (
	"io"
	"log/slog"
)

// NewLogger returns a logger to w, in `json` or `text`, from the level up. It redacts
// secrets in messages and attributes.
func NewLogger(w io.Writer, level slog.Level, format string) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "text" {
		return slog.New(NewHandler(slog.NewTextHandler(w, options)))
	}
	return slog.New(NewHandler(slog.NewJSONHandler(w, options)))
}
