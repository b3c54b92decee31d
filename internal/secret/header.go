package secret

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// behindColon finds what the colon at the offset introduces: the user information of a
// URL, the password of a SIP URI, or the credential of a header.
func behindColon(text string, at int) (span, bool) {
	if strings.HasPrefix(text[at:], "://") {
		return userInfo(text, at+len("://"))
	}
	name := nameBefore(text, at)
	if strings.EqualFold(name, "sip") || strings.EqualFold(name, "sips") {
		return sipPassword(text, at+1)
	}
	return header(text, name, at+1)
}

// userInfo finds what stands before the host of the URL whose authority begins at the
// offset.
func userInfo(text string, at int) (span, bool) {
	end := strings.LastIndexByte(until(text[at:], "/?#"), '@')
	return span{start: at, end: at + end}, end > 0
}

// sipPassword finds the password of the SIP URI whose user begins at the offset. The user is not
// secret.
func sipPassword(text string, at int) (span, bool) {
	window := text[at:min(len(text), at+maxNameBytes)]
	if !strings.Contains(window, "@") {
		return span{}, false
	}
	user, password, ok := strings.Cut(until(window, ";?"), ":")
	end := strings.LastIndexByte(password, '@')
	start := at + len(user) + 1
	return span{start: start, end: start + end}, ok && end > 0 && !strings.Contains(user, "@")
}

// wholeLine are headers whose secrets are not only in the word behind the colon.
var wholeLine = []string{"cookie", "set-cookie"}

// header finds the value of the header whose colon is before the offset. A name without
// a hyphen could also be a word that a colon follows, unless it is Authorization.
func header(text, name string, at int) (span, bool) {
	authorization := endsWithFold(name, "authorization")
	if !authorization && !containsFold(wholeLine, name) && (!strings.Contains(name, "-") || !Name(name)) {
		return span{}, false
	}
	at = skipSpace(text, at)
	if strings.HasPrefix(text[at:], Redacted) {
		return span{}, false
	}
	if at < len(text) && text[at] == '[' {
		at++ // a header as Go prints it: map[Authorization:[Basic …]]
	}
	var value string
	switch {
	case authorization:
		var scheme string
		scheme, value = credential(text[at:])
		at += len(scheme)
	case containsFold(wholeLine, name):
		value = line(text[at:])
	default:
		value = until(text[at:], ",;")
	}
	return span{start: at, end: at + len(value)}, value != ""
}

// schemes are the authentication schemes whose credential is one word.
var schemes = []string{"basic", "bearer", "apikey", "token", "negotiate"}

// credential cuts the value of an Authorization header into the scheme, with the space
// behind it, and the secret. All of it is secret if the scheme is not known.
func credential(text string) (scheme, secret string) {
	scheme = until(text, ",;")
	rest := text[len(scheme):]
	credential := strings.TrimLeft(rest, " ")
	switch {
	case len(credential) == len(rest):
		return "", scheme
	case containsFold(schemes, scheme):
		prefix := text[:len(text)-len(credential)]
		return prefix, until(credential, ",;")
	default:
		return "", line(text)
	}
}

// line returns the beginning of the text up to the end of the line or a quote.
func line(text string) string {
	if end := strings.IndexAny(text, "\r\n\"'\\"); end >= 0 {
		return text[:end]
	}
	return text
}

// behindScheme finds a credential whose scheme ends at the offset, without a header's
// name before it.
func behindScheme(text string, at int) (span, bool) {
	scheme := nameBefore(text, at)
	bearer := strings.EqualFold(scheme, "bearer")
	if !bearer && !strings.EqualFold(scheme, "basic") {
		return span{}, false
	}
	value := until(text[at+1:], ",;")
	found := span{start: at + 1, end: at + 1 + len(value)}
	if bearer {
		return found, value != "" && !prose[strings.ToLower(value)]
	}
	return found, basicCredential(value)
}

// prose are words that follow the word bearer in sentences.
var prose = map[string]bool{
	"token": true, "tokens": true, "auth": true, "authentication": true, "authorization": true, "credential": true,
	"credentials": true, "scheme": true, "capability": true, "capabilities": true, "channel": true, "channels": true,
	"is": true, "was": true, "of": true, "or": true, "and": true, "not": true, "must": true,
}

// basicCredential reports whether a word is the base64 of a user and a password.
func basicCredential(word string) bool {
	var buffer [64]byte
	plain, err := base64.RawStdEncoding.AppendDecode(buffer[:0], []byte(strings.TrimRight(word, "=")))
	return err == nil && bytes.IndexByte(plain, ':') >= 0
}

// endsWithFold reports whether the text ends with the word, without case.
func endsWithFold(text, word string) bool {
	return len(text) >= len(word) && strings.EqualFold(text[len(text)-len(word):], word)
}

// containsFold reports whether the text is one of the words, without case.
func containsFold(words []string, text string) bool {
	for _, word := range words {
		if strings.EqualFold(word, text) {
			return true
		}
	}
	return false
}
