package server

import "github.com/sipfacade/sipfacade/internal/spelling"

// clipped shortens what a caller sent, for a message or a log line.
func clipped(text string) string { return spelling.ClipTo(text, 256) }
