// Package deploy checks what is in deploy/ with the checkers of the tools that read it, and
// holds it against the running service.
package deploy
