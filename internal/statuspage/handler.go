package statuspage

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"encoding/json"
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sipfacade/sipfacade/internal/pages"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

// handler answers the status that read returns.
type handler struct {
	read   func() Status
	page   *template.Template
	policy string
}

// NewHandler returns what serves the status.
func NewHandler(read func() Status) (http.Handler, error) {
	page, err := template.New("page").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(styleText) },
		"moment": moment,
		"table":  func(title string, rows []telemetry.Difference) table { return table{title, rows} },
	}).Parse(pageText)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(styleText))
	return &handler{read: read, page: page, policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}, nil
}

// ServeHTTP answers JSON, or the page if the caller prefers HTML.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept")
	pages.Secure(header)
	var body bytes.Buffer
	if !prefersHTML(r.Header.Values("Accept")) {
		header.Set("Content-Type", "application/json")
		encoder := json.NewEncoder(&body)
		encoder.SetIndent("", "  ")
		h.answer(w, &body, encoder.Encode(h.read()))
		return
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", h.policy) // stricter: the page loads nothing, its style is in it
	h.answer(w, &body, h.page.Execute(&body, h.read()))
}

// answer sends what was written, if it could be.
func (h *handler) answer(w http.ResponseWriter, body *bytes.Buffer, err error) {
	if err != nil {
		http.Error(w, "the status cannot be written", http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(body.Bytes()) // a client that went away needs no answer
}

// prefersHTML reports whether an Accept header ranks HTML above JSON, as those of browsers
// do.
func prefersHTML(accept []string) bool {
	html, other := 0.0, 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if given, err := strconv.ParseFloat(parameters["q"], 64); err == nil {
			weight = given
		}
		switch kind {
		case "text/html":
			html = max(html, weight)
		case "application/json", "*/*", "application/*":
			other = max(other, weight)
		}
	}
	return html > other
}

// table is a table of differences on the page.
type table struct {
	Title string
	Rows  []telemetry.Difference
}

// moment shows a time.
func moment(at time.Time) string { return at.UTC().Format(time.RFC3339) }
