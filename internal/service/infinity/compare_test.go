package infinity

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/sipfacade/sipfacade/internal/etag"
)

// exceptEtags compares messages without their etags, which have tests of their own.
func exceptEtags() cmp.Option {
	isEtag := func(path cmp.Path) bool { return path.Last().String() == `["etag"]` }
	return cmp.Options{protocmp.Transform(), cmp.FilterPath(isEtag, cmp.Ignore())}
}

func etags(t testing.TB) *etag.Maker {
	t.Helper()
	made, err := etag.NewMaker([]byte("a key for tests"))
	if err != nil {
		t.Fatal(err)
	}
	return made
}
