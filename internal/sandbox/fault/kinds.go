package fault

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// KindInfo describes one kind of fault.
type KindInfo struct {
	Kind    Kind     `json:"kind"`
	Explain string   `json:"explain"`
	Fields  []string `json:"fields"`
}

// injection is one fault in front of the handler of a call.
type injection struct {
	fault     Fault
	dialect   Dialect
	operation string
	next      http.Handler
}

// kind is one row of the table of kinds.
type kind struct {
	KindInfo
	// combines means that the kind applies together with others; of the rest only
	// the oldest applies to a call.
	combines bool
	serve    func(injection, http.ResponseWriter, *http.Request)
}

// kinds returns the table. It is a function, so that no caller can change it.
func kinds() []kind {
	return []kind{
		{KindInfo{Latency, "waits delayMs before the call is handled", []string{"delayMs"}}, true, delay},
		{KindInfo{Status, "answers this HTTP status, in the vendor's error form or with the given body; not handled", []string{"status", "message", "body", "contentType", "retryAfter"}}, false, refuse(0, "")},
		{KindInfo{Unauthorized, "answers 401; not handled", []string{"message"}}, false, refuse(http.StatusUnauthorized, "")},
		{KindInfo{RateLimited, "answers 429 with Retry-After (1 unless given); not handled", []string{"retryAfter", "message"}}, false, refuse(http.StatusTooManyRequests, "1")},
		{KindInfo{MalformedJSON, "handles the call, then answers JSON that breaks off in the middle", nil}, false, malform},
		{KindInfo{Truncated, "handles the call, announces the whole answer and closes after bytes or whole rows of it", []string{"bytes", "rows"}}, false, truncate},
		{KindInfo{HTML, "handles the call, then answers 200 with an HTML page", []string{"body"}}, false, html},
		{KindInfo{NotSuccess, "answers 200 with the vendor's error form, status in the body; not handled", []string{"status", "message"}}, false, reject},
		{KindInfo{Redirect, "answers 302 (or status) to location; not handled", []string{"location", "status"}}, false, redirect},
		{KindInfo{ResetBefore, "closes the connection before the call is handled", nil}, false, resetBefore},
		{KindInfo{ResetAfter, "handles the call, then closes the connection without an answer", nil}, false, resetAfter},
		{KindInfo{Empty, "handles the call, then answers a 2xx (status, or the real one) without a body", []string{"status"}}, false, empty},
		{KindInfo{Oversize, "handles the call, then pads its JSON with bytes of filler", []string{"bytes"}}, false, oversize},
		{KindInfo{Reshape, "handles the call, then rewrites a good answer into the given shape", []string{"shape", "bytes"}}, true, reshape},
	}
}

// Kinds returns the menu of kinds, each with its explanation.
func Kinds() []KindInfo {
	table := kinds()
	infos := make([]KindInfo, len(table))
	for i, row := range table {
		infos[i] = row.KindInfo
		infos[i].Fields = append([]string{}, row.Fields...) // [] and not null in JSON
	}
	return infos
}

func kindNamed(name Kind) (kind, bool) {
	for _, row := range kinds() {
		if row.Kind == name {
			return row, true
		}
	}
	return kind{}, false
}

func kindNames() []string {
	table := kinds()
	names := make([]string, len(table))
	for i, row := range table {
		names[i] = string(row.Kind)
	}
	return names
}

// delay waits, and ends the call if the client cancels it.
func delay(s injection, w http.ResponseWriter, r *http.Request) {
	timer := time.NewTimer(time.Duration(s.fault.DelayMS) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		s.next.ServeHTTP(w, r)
	case <-r.Context().Done():
		closeConnection(w)
	}
}

// refuse answers an error without handling the call. Status and Retry-After are
// those of the kind if the fault has none.
func refuse(status int, retryAfter string) func(injection, http.ResponseWriter, *http.Request) {
	return func(s injection, w http.ResponseWriter, _ *http.Request) {
		code, wait := status, retryAfter
		if code == 0 {
			code = s.fault.Status
		}
		if s.fault.RetryAfter != "" {
			wait = s.fault.RetryAfter
		}
		if wait != "" {
			w.Header().Set("Retry-After", wait)
		}
		body, contentType := s.errorForm(code)
		send(w, code, contentType, body)
	}
}

func reject(s injection, w http.ResponseWriter, _ *http.Request) {
	body, contentType := s.errorForm(s.fault.Status)
	send(w, http.StatusOK, contentType, body)
}

func redirect(s injection, w http.ResponseWriter, _ *http.Request) {
	code, location := s.fault.Status, s.fault.Location
	if code == 0 {
		code = http.StatusFound
	}
	if location == "" {
		location = "https://elsewhere.example.com/"
	}
	w.Header().Set("Location", location)
	send(w, code, "text/html; charset=utf-8", []byte("<html><body>Moved</body></html>\n"))
}

func resetBefore(_ injection, w http.ResponseWriter, _ *http.Request) {
	closeConnection(w)
}

func resetAfter(s injection, w http.ResponseWriter, r *http.Request) {
	s.handled(r)
	closeConnection(w)
}

// malform cuts the answer in the middle and appends an escape that is invalid inside
// and outside of a string, so that the result is never valid JSON.
func malform(s injection, w http.ResponseWriter, r *http.Request) {
	answer := s.handled(r)
	body := answer.body.Bytes()
	answer.replace(append(body[:len(body)/2:len(body)/2], `\q`...))
	answer.sendTo(w)
}

// truncate sends less than its Content-Length; net/http then closes the connection.
func truncate(s injection, w http.ResponseWriter, r *http.Request) {
	answer := s.handled(r)
	body := answer.body.Bytes()
	kept := min(s.fault.kept(body), max(0, len(body)-1))
	answer.copyHeader(w)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.status)
	write(w, body[:kept])
}

// kept returns how many bytes of an answer a truncation sends.
func (f Fault) kept(body []byte) int {
	if f.Rows == 0 {
		return f.Bytes
	}
	length := 0
	for range f.Rows {
		line := bytes.IndexByte(body[length:], '\n')
		if line < 0 {
			return len(body)
		}
		length += line + 1
	}
	return length
}

func html(s injection, w http.ResponseWriter, r *http.Request) {
	s.handled(r)
	page := s.fault.Body
	if page == "" {
		page = "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>\n"
	}
	send(w, http.StatusOK, "text/html; charset=utf-8", []byte(page))
}

func empty(s injection, w http.ResponseWriter, r *http.Request) {
	answer := s.handled(r)
	if s.fault.Status != 0 {
		answer.status = s.fault.Status
	}
	answer.replace(nil)
	answer.sendTo(w)
}

func oversize(s injection, w http.ResponseWriter, r *http.Request) {
	answer := s.handled(r)
	body := answer.body.Bytes()
	opening, rest := padding(body)
	answer.copyHeader(w)
	w.Header().Set("Content-Length", strconv.Itoa(len(opening)+s.fault.Bytes+len(rest)))
	w.WriteHeader(answer.status)
	write(w, opening)
	writeFiller(w, s.fault.Bytes)
	write(w, rest)
}

func reshape(s injection, w http.ResponseWriter, r *http.Request) {
	answer := s.handled(r)
	if answer.status/100 == 2 {
		answer.reshape(s)
	}
	answer.sendTo(w)
}

// errorForm returns the given body, or the vendor's error form with the message.
func (s injection) errorForm(status int) (body []byte, contentType string) {
	contentType = s.fault.ContentType
	if s.fault.Body != "" {
		if contentType == "" {
			contentType = http.DetectContentType([]byte(s.fault.Body))
		}
		return []byte(s.fault.Body), contentType
	}
	message := s.fault.Message
	if message == "" {
		message = fmt.Sprintf("sandbox fault: %s", s.fault.Kind)
	}
	if contentType == "" {
		contentType = s.dialect.ContentType
	}
	return s.dialect.ErrorBody(status, message), contentType
}
