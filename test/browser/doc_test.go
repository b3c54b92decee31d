// Package browser opens the pages of a sandbox in headless Chromium, in a module of its own,
// so that nobody else needs the driver. Chromium resolves no name and reaches loopback only.
// Set BROWSER_SHOTS to a folder to look at what the tests saw.
package browser
