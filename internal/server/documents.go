package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/gen"
	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/pages"
	"github.com/sipfacade/sipfacade/internal/status"
)

// documents are what the HTTP listener serves beside the calls, by path: the descriptions of
// the API, the files from which callers in other languages generate their clients, and the
// pages for browsers.
type documents map[string]http.Handler

func (s *Server) newDocuments() (documents, error) {
	found, err := pages.Handlers(pages.Site{
		Version: s.process.Version, GRPC: s.Address("grpc"), HTTP: s.Address("http"), Admin: s.Address("admin"),
		TLS: s.config.TLS(), Reflection: s.config.Reflection, Authenticated: !s.callers.Anonymous(),
		Sandbox: s.config.Sandbox, Faults: s.takesFaults(),
	})
	if err != nil {
		return nil, err
	}
	found["/openapi.json"] = download("application/json", gen.OpenAPI)
	found["/protos.tar.gz"] = download("application/gzip", gen.Protos)
	found["/descriptor.binpb"] = download("application/x-protobuf", gen.DescriptorImage)
	for path, document := range found {
		found[path] = s.readOnly(s.published(document))
	}
	return found, nil
}

// takesFaults reports whether the admin listener serves the menu of faults.
func (s *Server) takesFaults() bool {
	return s.config.Sandbox && !config.Exposed(s.config.AdminAddress)
}

// readOnly refuses every method that does not read.
func (s *Server) readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", "GET, HEAD")
		s.gateway.WriteError(w, status.New(codes.Unimplemented,
			sipfacadev1.ErrorReason_ERROR_REASON_METHOD_NOT_ALLOWED, "this path takes GET, HEAD"))
	})
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
		header.Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
}
