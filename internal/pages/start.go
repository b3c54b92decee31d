package pages

import (
	"encoding/json"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	text "text/template"
)

// Site is the content of the start page. It implements http.Handler.
type Site struct {
	// Version is that of the program.
	Version string
	// GRPC, HTTP and Admin are the addresses of the listeners.
	GRPC, HTTP, Admin string
	// TLS says that the gRPC and the HTTP listener take TLS only.
	TLS bool
	// Reflection says that the gRPC listener describes its services.
	Reflection bool
	// Sandbox says that the vendors are emulated, Faults that the admin listener takes faults.
	Sandbox, Faults bool
	// Authenticated says that calls need a credential.
	Authenticated bool
}

// link is a document of the service, or a file of its repository.
type link struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// view is what the templates show, and the JSON form of the page.
type view struct {
	Name          string `json:"name"`
	Version       string `json:"version"`
	Sandbox       bool   `json:"sandbox"`
	Authenticated bool   `json:"authenticated"`
	GRPC          string `json:"grpc"`
	HTTP          string `json:"http"`
	Admin         string `json:"admin"`
	Links         []link `json:"links"`
	Guides        []link `json:"guides"`
	Curl          string `json:"curl"`
	Grpcurl       string `json:"grpcurl"`
	Reflection    bool   `json:"reflection"`
	Faults        string `json:"faults,omitempty"`
}

// guides returns files of the repository that callers need beside the reference. The service does
// not serve them.
func guides() []link {
	return []link{
		{"docs/api.md", "rules for all calls: lists, updates, safe writes, times, secrets"},
		{"docs/errors.md", "each reason of an error, and what to do"},
		{"docs/retries.md", "the service config by which gRPC clients repeat what is safe to repeat"},
	}
}

var (
	htmlStart = template.Must(template.ParseFS(assets, "assets/start.html"))
	textStart = text.Must(text.ParseFS(assets, "assets/start.txt"))
)

// firstCall is a call of the sandbox and of every account.
const firstCall = "/v1/sip-connections?page_size=2&order_by=name"

// view fills the page for a request: addresses that mean every interface get the host that
// the caller used.
func (s Site) view(r *http.Request) view {
	shown := view{
		Name: "sipfacade", Version: s.Version, Sandbox: s.Sandbox, Authenticated: s.Authenticated, Reflection: s.Reflection,
		GRPC: reachable(s.GRPC, r), HTTP: scheme(s.TLS) + reachable(s.HTTP, r), Admin: scheme(false) + reachable(s.Admin, r),
		Links: []link{
			{"/docs", "API reference: every call, to read and to try"},
			{"/openapi.json", "the same as OpenAPI, for clients over HTTP"},
			{"/protos.tar.gz", "the protos and all files that they import, for gRPC clients"},
			{"/descriptor.binpb", "the protos as a descriptor set"},
		},
		Guides: guides(),
	}
	credential := ""
	if s.Authenticated {
		credential = ` -H "authorization: Bearer $TOKEN"`
	}
	curl, grpcurl := "curl -s", "grpcurl -plaintext"
	if s.TLS {
		grpcurl = "grpcurl"
	}
	shown.Curl = curl + credential + " '" + shown.HTTP + firstCall + "'"
	shown.Grpcurl = grpcurl + credential + " " + shown.GRPC + " sipfacade.v1.SipConnectionService/ListSipConnections"
	if s.Faults {
		shown.Faults = shown.Admin + "/sandbox/faults"
	}
	return shown
}

func scheme(tls bool) string {
	if tls {
		return "https://"
	}
	return "http://"
}

// reachable returns the address of a listener as the caller of a request can use it.
func reachable(address string, r *http.Request) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if parsed, err := netip.ParseAddr(host); err != nil || !parsed.IsUnspecified() {
		return address
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = strings.Trim(r.Host, "[]")
	}
	return net.JoinHostPort(name, port)
}

// ServeHTTP answers HTML to browsers, JSON to who asks for it, and otherwise text for a
// terminal.
func (s Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Vary", "Accept")
	header.Set("Cache-Control", "no-cache")
	form := formFor(r.Header.Get("Accept"))
	header.Set("Content-Type", form.contentType)
	if r.Method != http.MethodHead {
		_ = form.write(w, s.view(r)) // a client that went away needs no answer
	}
}

// form is how the page is written.
type form struct {
	contentType string
	write       func(to io.Writer, shown view) error
}

// formFor returns the form for an Accept header.
func formFor(accept string) form {
	switch accepted(accept) {
	case "text/html":
		return form{"text/html; charset=utf-8", func(to io.Writer, shown view) error { return htmlStart.Execute(to, shown) }}
	case "application/json":
		return form{"application/json", writeJSON}
	default:
		return form{"text/plain; charset=utf-8", func(to io.Writer, shown view) error { return textStart.Execute(to, shown) }}
	}
}

func writeJSON(to io.Writer, shown view) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(shown)
}

// accepted returns the first type of an Accept header that the page has, or "".
func accepted(header string) string {
	for part := range strings.SplitSeq(header, ",") {
		media, _, _ := strings.Cut(part, ";")
		switch media = strings.ToLower(strings.TrimSpace(media)); media {
		case "text/html", "application/json":
			return media
		}
	}
	return ""
}
