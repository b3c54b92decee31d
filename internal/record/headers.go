package record

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// headers returns the headers that tell how a vendor answers. No other is kept.
func (r *replacer) headers(sent http.Header) map[string]string {
	kept := map[string]string{}
	for name, keep := range keptHeaders {
		if value := sent.Get(name); value != "" {
			if written := keep(r, value); written != "" {
				kept[name] = written
			}
		}
	}
	return kept
}

// keptHeaders are the headers that are kept, each with what is written for its value: nothing
// if that is of another form.
var keptHeaders = map[string]func(r *replacer, value string) string{
	"Content-Type":          func(_ *replacer, value string) string { return mediaType(value) },
	"Allow":                 matching(`^[A-Z]{3,7}( ?, ?[A-Z]{3,7})*$`),
	"Retry-After":           matching(`^[0-9]{1,5}$`),
	"X-Ratelimit-Limit":     matching(`^[0-9]{1,5}$`),
	"X-Ratelimit-Remaining": matching(`^[0-9]{1,5}$`),
	"Location":              func(r *replacer, value string) string { return r.location(value) },
	"Www-Authenticate":      func(_ *replacer, value string) string { return scheme(value) },
}

// matching returns a function that keeps values of a form.
func matching(expression string) func(r *replacer, value string) string {
	form := newPattern(expression)
	return func(_ *replacer, value string) string {
		if form.MatchString(value) {
			return value
		}
		return ""
	}
}

// mediaTypes are those that vendors and proxies before them answer.
var mediaTypes = []string{
	"application/json", "application/problem+json", "application/xml", "application/octet-stream",
	"text/html", "text/plain", "text/xml",
}

// mediaType returns a known media type, with its character set if that is a usual one.
func mediaType(value string) string {
	media, parameters, err := mime.ParseMediaType(value)
	if err != nil || !slices.Contains(mediaTypes, media) {
		return ""
	}
	charset := strings.ToLower(parameters["charset"])
	if !slices.Contains([]string{"utf-8", "iso-8859-1", "us-ascii"}, charset) {
		return media
	}
	return media + "; charset=" + charset
}

// scheme returns a known scheme of authentication without what follows it.
func scheme(value string) string {
	name, _, _ := strings.Cut(value, " ")
	if !slices.Contains([]string{"Basic", "Bearer", "Digest", "ApiKey"}, name) {
		return ""
	}
	return name
}

// location returns a URL in place of where an answer leads.
func (r *replacer) location(value string) string {
	if webURL.MatchString(value) {
		return r.url(value)
	}
	return "/" + r.standIn("path", value, numbered("path-%d"))
}
