// Package packages builds the packages for other languages, installs each into an empty
// project, and runs the job of examples there against a sandbox of the real binary. What the
// job prints and what the emulator holds afterwards are compared with what is expected.
package packages
