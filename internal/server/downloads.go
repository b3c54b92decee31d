package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/sipfacade/sipfacade/gen"
)

// downloads are the files from which callers in other languages generate their clients.
type downloads map[string]http.Handler

func (s *Server) newDownloads() downloads {
	return downloads{
		"/protos.tar.gz":    s.published(download("application/gzip", gen.Protos)),
		"/descriptor.binpb": s.published(download("application/x-protobuf", gen.DescriptorImage)),
	}
}

// find returns the handler of a request for one of the files.
func (d downloads) find(r *http.Request) (handler http.Handler, found bool) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		handler, found = d[r.URL.Path]
	}
	return handler, found
}

// published answers everybody if reflection is on, which describes the same, and otherwise
// callers that are known.
func (s *Server) published(next http.Handler) http.Handler {
	if s.config.Reflection {
		return next
	}
	return s.protected(next)
}

// download serves a file of the binary. Caches ask each time whether it has changed, since
// another version of the service may answer next.
func download(contentType string, content []byte) http.Handler {
	sum := sha256.Sum256(content)
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", contentType)
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
}
