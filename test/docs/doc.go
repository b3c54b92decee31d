// Package docs runs the command blocks of README.md and of the pages below docs/ against
// a sandbox of the real binary, and compares what they print with what the page shows.
// docs/architecture.md describes how a page marks its blocks.
package docs
