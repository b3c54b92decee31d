package openapitest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/openapi/openapitest"
)

const apps, app = "/v1/sip-apps", "/v1/sip-apps/a9900000-0000-4000-8000-000000000001"

// scripted is a server with one answer.
func scripted(status int, headers map[string]string, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // what it is does not matter
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "an id")
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client sees what is missing
	})
}

// TestTransport: an exchange passes if it is as the document says, and fails with what is
// wrong otherwise.
func TestTransport(t *testing.T) {
	t.Parallel()
	checker, err := openapitest.New(gen.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	const one = `{"uuid":"a9900000-0000-4000-8000-000000000001","name":"Menu"}`
	const refusal = `{"code":3,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"REQUEST_INVALID","domain":"sipfacade","metadata":{}},
		{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"name","description":"d","reason":"RULE"}]}]}`
	no := map[string]string{"X-Should-Retry": "false"}
	broken := func(rule string) string { return strings.ReplaceAll(refusal, "RULE", rule) }
	cases := map[string]struct {
		method, target, request string
		server                  http.Handler
		want                    string // a part of the error, "" if there is none
	}{
		"a good read":                               {"GET", app, "", scripted(200, map[string]string{"ETag": `"e"`}, one), ""},
		"a good create":                             {"POST", apps, `{"name":"Menu"}`, scripted(200, nil, one), ""},
		"snake_case is read, too":                   {"PATCH", app + "?validate_only=true", `{"outbound_voice_profile_uuid":null}`, scripted(200, nil, one), ""},
		"a member behind the mask":                  {"PATCH", app + "?updateMask=name", `{"name":"Menu","subdomain":"x"}`, scripted(200, nil, one), ""},
		"a good refusal":                            {"POST", apps, `{"name":""}`, scripted(400, no, broken("STRING_MIN_LEN")), ""},
		"a rule of the service":                     {"GET", apps + "?filter=x", "", scripted(400, no, broken("FILTER")), ""},
		"an unknown path":                           {"GET", "/v1/nothing", "", scripted(404, no, broken("x")), ""},
		"an unknown member":                         {"GET", app, "", scripted(200, nil, `{"uuid":"u","colour":"red"}`), "additional properties 'colour' not allowed"},
		"a missing member":                          {"GET", app, "", scripted(200, nil, `{"name":"Menu"}`), "missing property 'uuid'"},
		"a wrong type":                              {"GET", app, "", scripted(200, nil, `{"uuid":"u","active":"yes"}`), "want boolean"},
		"null in an answer":                         {"GET", app, "", scripted(200, nil, `{"uuid":"u","name":null}`), "want string"},
		"a secret in an answer":                     {"GET", "/v1/pbx/domains/1/users/1", "", scripted(200, nil, `{"additionalFields":{},"password":"x"}`), "'password' not allowed"},
		"a foreign header":                          {"GET", app, "", scripted(200, map[string]string{"Retry-After": "1"}, one), "no header Retry-After"},
		"a missing header":                          {"GET", app, "", scripted(404, nil, broken("x")), "X-Should-Retry is missing"},
		"an unknown reason":                         {"GET", app, "", scripted(404, no, strings.ReplaceAll(refusal, "REQUEST_INVALID", "WHATEVER")), "value must be one of"},
		"an unknown parameter":                      {"GET", apps + "?colour=red", "", scripted(200, nil, `{"sipApps":[],"nextPageToken":""}`), "unknown parameter colour"},
		"a parameter of wrong type":                 {"GET", apps + "?pageSize=x", "", scripted(200, nil, `{"sipApps":[],"nextPageToken":""}`), "query: pageSize"},
		"a wrong id":                                {"GET", apps + "/x", "", scripted(200, nil, one), "path: uuid"},
		"a create without a name":                   {"POST", apps, `{}`, scripted(200, nil, one), "missing property 'name'"},
		"a body that is not taken":                  {"GET", app, `{}`, scripted(200, nil, one), "takes none"},
		"a rule of a schema that the request keeps": {"POST", apps, `{"name":"Menu"}`, scripted(400, no, broken("STRING_MIN_LEN")), "describes a request that breaks STRING_MIN_LEN"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.server)
			defer server.Close()
			client := &http.Client{Transport: &openapitest.Transport{Checker: checker, Next: http.DefaultTransport}}
			request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.target, strings.NewReader(c.request))
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(request)
			switch {
			case err == nil && c.want != "":
				t.Errorf("want %q, got no error", c.want)
			case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
				t.Errorf("want %q, got %v", c.want, err)
			}
			if err == nil {
				_ = response.Body.Close() // not read
			}
		})
	}
}
