// Package deploy checks the files in deploy/ with the tools that read them, and against the running
// service.
package deploy
