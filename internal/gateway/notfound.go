package gateway

import (
	"net/http"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/spelling"
	"github.com/sipfacade/sipfacade/internal/status"
)

// docsPath is where all calls are described; the server serves it.
const docsPath = "/docs"

// operatorPaths are what operators look for here, and find on the admin listener.
var operatorPaths = []string{"/healthz", "/readyz", "/statusz", "/metrics"}

// methodPath is the method and the path of a route, as answers show them.
type methodPath struct{ method, path string }

// shownPath returns a template with the names of its variables as the API description has
// them: `{pbx_user.user_id}` is `{userId}`.
func shownPath(template string) string {
	return variableNames.ReplaceAllStringFunc(template, func(variable string) string {
		name := variable[strings.LastIndexAny(variable, "{.")+1:]
		words := strings.Split(name, "_")
		for i, word := range words[1:] {
			words[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
		return "{" + strings.Join(words, "")
	})
}

// routeNotFound names the call that a wrong path may have meant.
func (g *Gateway) routeNotFound(r *http.Request) error {
	hint := "see " + docsPath
	if slices.Contains(operatorPaths, r.URL.Path) {
		hint = "the admin listener, admin_address, serves it"
	} else if near, ok := g.nearest(r.Method, r.URL.Path); ok {
		hint = "did you mean " + near.method + " " + near.path + "? See " + docsPath
	}
	return status.New(codes.NotFound, sipfacadev1.ErrorReason_ERROR_REASON_ROUTE_NOT_FOUND, "no call has this path; "+hint)
}

// nearest returns the call whose path is most like a path; of several the one with the method.
func (g *Gateway) nearest(method, path string) (methodPath, bool) {
	var same, others []methodPath
	for _, known := range g.paths {
		if known.method == method {
			same = append(same, known)
		} else {
			others = append(others, known)
		}
	}
	all := slices.Concat(same, others)
	templates := make([]string, len(all))
	for i, known := range all {
		templates[i] = known.path
	}
	index, ok := spelling.NearestPath(path, templates)
	if !ok {
		return methodPath{}, false
	}
	return all[index], true
}
