// Package etagtest helps tests of services with the etags of what these answer.
package etagtest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/sipfacade/sipfacade/internal/etag"
)

// NewMaker returns a Maker with a key for tests.
func NewMaker(t testing.TB) *etag.Maker {
	t.Helper()
	made, err := etag.NewMaker([]byte("a key for tests"))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Ignore compares messages without their etags, which have tests of their own.
func Ignore() cmp.Option {
	isEtag := func(path cmp.Path) bool { return path.Last().String() == `["etag"]` }
	return cmp.Options{protocmp.Transform(), cmp.FilterPath(isEtag, cmp.Ignore())}
}
