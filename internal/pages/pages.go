// Package pages serves what people open with a browser: a start page, and an API reference that
// lets them try every call. All of it is in the binary, and headers forbid the browser to ask
// another host.
package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// assets are the project's own files, swaggerui those of the library; see fetch.
var (
	//go:embed assets
	assets embed.FS
	//go:embed swaggerui
	swaggerui embed.FS
)

// policy lets a page load what this server serves, and nothing else. The reference has its
// icons as data: URLs in its style sheet.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Secure sets the headers that keep a page from being framed, from loading anything of
// another host, and from telling another host about itself.
func Secure(header http.Header) {
	for name, value := range map[string]string{
		"Content-Security-Policy":      policy,
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"X-Frame-Options":              "DENY",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		header.Set(name, value)
	}
}

// file is one file of the binary that is served.
type file struct {
	path, contentType string
	folder            embed.FS
	name              string // one that ends in .gz is compressed
}

// files are what the pages load.
var files = []file{
	{"/docs", "text/html; charset=utf-8", assets, "assets/docs.html"},
	{"/docs/docs.js", "text/javascript; charset=utf-8", assets, "assets/docs.js"},
	{"/docs/style.css", "text/css; charset=utf-8", assets, "assets/style.css"},
	{"/docs/icon.svg", "image/svg+xml", assets, "assets/icon.svg"},
	{"/docs/swagger-ui.css", "text/css; charset=utf-8", swaggerui, "swaggerui/swagger-ui.css.gz"},
	{"/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8", swaggerui, "swaggerui/swagger-ui-bundle.js.gz"},
	{"/docs/license.txt", "text/plain; charset=utf-8", swaggerui, "swaggerui/LICENSE"},
	{"/docs/notice.txt", "text/plain; charset=utf-8", swaggerui, "swaggerui/NOTICE"},
	{"/docs/license-bundle.txt", "text/plain; charset=utf-8", swaggerui, "swaggerui/swagger-ui-bundle.js.LICENSE.txt"},
}

// Handlers returns the handlers of all pages and of what they load, by path. The start page
// describes the site.
func Handlers(site Site) (map[string]http.Handler, error) {
	handlers := map[string]http.Handler{
		"/":      secured(site),
		"/docs/": secured(http.RedirectHandler("../docs", http.StatusPermanentRedirect)),
	}
	for _, one := range files {
		served, err := one.handler()
		if err != nil {
			return nil, fmt.Errorf("serve %s: %w", one.path, err)
		}
		handlers[one.path] = secured(served)
	}
	return handlers, nil
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Secure(w.Header())
		next.ServeHTTP(w, r)
	})
}

// content is a file as it is sent.
type content struct {
	contentType, etag string
	data              []byte
	packed            bool
}

// handler reads the file.
func (f file) handler() (http.Handler, error) {
	data, err := f.folder.ReadFile(f.name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return &content{f.contentType, hex.EncodeToString(sum[:16]), data, strings.HasSuffix(f.name, ".gz")}, nil
}

// ServeHTTP sends the file. Caches ask each time whether it has changed, since another version
// of the service may answer next.
func (c *content) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header, data := w.Header(), c.data
	header.Set("Content-Type", c.contentType)
	header.Set("Cache-Control", "no-cache")
	header.Set("Etag", `"`+c.etag+`"`)
	if c.packed {
		header.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			header.Set("Etag", `"`+c.etag+`-gzip"`)
			header.Set("Content-Encoding", "gzip")
		} else {
			data = unpack(data)
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// unpack returns a compressed file for a client that cannot do so. A test unpacks every file,
// so there is no error.
func unpack(data []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(reader) // see above
	return plain
}
