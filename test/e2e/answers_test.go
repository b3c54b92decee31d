package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// httpRequest is a request to the JSON API, and the status of its answer.
type httpRequest struct {
	method, target, body string
	want                 int
}

// refusedRequests are a refused request to every call of the contract, and those that
// are no call.
func refusedRequests(t *testing.T) []httpRequest {
	t.Helper()
	refused := []httpRequest{
		{http.MethodGet, "/v1/nothing", "", http.StatusNotFound},
		{http.MethodPut, "/v1/sip-apps", "{}", http.StatusMethodNotAllowed},
		{http.MethodPost, "/v1/sip-apps", "{", http.StatusBadRequest},
		{http.MethodPost, "/v1/sip-apps", strings.Repeat(" ", 4<<20+1), http.StatusRequestEntityTooLarge},
	}
	variable := regexp.MustCompile(`\{[^}]+\}`)
	for name := range vendorOperations {
		method, err := methodOf(name)
		if err != nil {
			t.Fatal(err)
		}
		verb, template := verbAndPath(httpRule(method))
		refused = append(refused, httpRequest{verb, variable.ReplaceAllString(template, "0") + "?colour=red", "", http.StatusBadRequest})
	}
	return refused
}

// TestEveryAnswerIsAccountedFor: every HTTP answer has the request id, a line in the log
// and a count, and says whether to repeat the request.
func TestEveryAnswerIsAccountedFor(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, http.NotFoundHandler()).url(), withToken(), generationFlag(2)) // which has every call
	counts := map[int]int{}
	for i, one := range refusedRequests(t) {
		request, err := http.NewRequestWithContext(t.Context(), one.method, f.base()+one.target, strings.NewReader(one.body))
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprintf("answer-%03d", i)
		request.Header.Set("X-Request-Id", id)
		made, err := jsonProtocol{f}.send(request)
		if err != nil {
			t.Fatal(err)
		}
		counts[one.want]++
		if made.http != one.want || made.header["X-Request-Id"] != id {
			t.Errorf("%s %s: status %d, header %v", one.method, one.target, made.http, made.header)
		}
		for _, problem := range promises(made) {
			t.Errorf("%s %s: %s", one.method, one.target, problem)
		}
		if lines := strings.Count(f.logs.String(), `"request_id":"`+id+`"`); lines == 0 {
			t.Errorf("%s %s has no line in the log", one.method, one.target)
		}
	}
	metrics := f.admin(t, "/metrics")
	for status, count := range counts {
		if want := fmt.Sprintf("sipfacade_http_answers_total{status=\"%d\"} %d\n", status, count); !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
