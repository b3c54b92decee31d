// Package configcheck runs `sipfacade config check` on broken configurations and checks that it
// names every mistake at once, by keys and never by values.
package configcheck
