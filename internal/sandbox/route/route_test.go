package route

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// table is a small table whose handlers write their operation and path values.
func table() *Table {
	row := func(operation, method, pattern string) Row {
		r := Route{operation, method, pattern}
		return Row{Route: r, Handler: http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			answer := []string{operation}
			for _, name := range r.Parameters() {
				answer = append(answer, name+"="+request.PathValue(name))
			}
			_, _ = w.Write([]byte(strings.Join(answer, " "))) // a recorder takes everything
		})}
	}
	unlisted := row("Secret", "PUT", "/users/{user}")
	unlisted.Unlisted = true
	anyCase := row("Networks", "GET", "/networks")
	anyCase.Spells = strings.EqualFold
	return NewTable("/base", func(text string) bool { return text != "" }, []Row{
		row("Special", "GET", "/users/special"),
		row("List", "GET", "/users"),
		row("Create", "POST", "/users"),
		row("Read", "GET", "/users/{user}"),
		row("Delete", "DELETE", "/users/{user}"),
		row("Device", "GET", "/users/{user}/devices/{device}"),
		unlisted, anyCase,
	})
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ method, path, answer, allow string }{
		{"GET", "/base/users", "List", ""},
		{"POST", "/base/users", "Create", ""},
		{"GET", "/base/users/special", "Special", ""},
		{"GET", "/base/users/7", "Read user=7", ""},
		{"GET", "/base/users/a%2Fb%20c", "Read user=a/b c", ""},
		{"GET", "/base/users/7/devices/x", "Device user=7 device=x", ""},
		{"PUT", "/base/users/7", "Secret user=7", ""},
		{"GET", "/base/NETWORKS", "Networks", ""},
		{"PATCH", "/base/users", "", "GET, POST"},
		{"PATCH", "/base/users/7", "", "DELETE, GET"},
		{"PATCH", "/base/users/special", "", "DELETE, GET"},
		{"HEAD", "/base/users", "", "GET, POST"},
		{"GET", "/base/users/", "", ""},
		{"GET", "/base/Users", "", ""},
		{"GET", "/base/users/7/devices", "", ""},
		{"GET", "/base", "", ""},
		{"GET", "/basement/users", "", ""},
		{"GET", "/users", "", ""},
	} {
		r := httptest.NewRequest(test.method, test.path, nil)
		handler, allow := table().Find(r)
		answer := ""
		if handler != nil {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			answer = w.Body.String()
		}
		if answer != test.answer || allow != test.allow {
			t.Errorf("%s %s: want %q and Allow %q, got %q and %q", test.method, test.path, test.answer, test.allow, answer, allow)
		}
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	got := Operations([]Route{{"List", "GET", "/a"}, {"Create", "POST", "/a"}, {"List", "GET", "/b"}})
	if diff := cmp.Diff([]string{"Create", "List"}, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

// FuzzFind checks that any path either matches with parameters that isID accepts,
// or does not match.
func FuzzFind(f *testing.F) {
	for _, path := range []string{"/base/users/7", "/base/users/%2F", "/base//", "/base/users/%", "base"} {
		f.Add(path)
	}
	routes := table()
	f.Fuzz(func(t *testing.T, path string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: path}
		handler, allow := routes.Find(r)
		if handler != nil && (allow != "" || !strings.HasPrefix(path, "/base/")) {
			t.Errorf("%q: found with Allow %q", path, allow)
		}
	})
}
