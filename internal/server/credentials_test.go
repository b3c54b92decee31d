package server

import (
	"context"
	"testing"

	"google.golang.org/grpc/metadata"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// TestKeepCredentials: the one credential that a call brings is kept, two are refused, and so is
// one that would not be used.
func TestKeepCredentials(t *testing.T) {
	t.Parallel()
	fromCaller := config.Config{OpentactCredentials: config.CallerCredentials}
	for name, c := range map[string]struct {
		config config.Config
		given  []string
		kept   string
		rule   string
	}{
		"none":                    {fromCaller, nil, "", ""},
		"one":                     {fromCaller, []string{"a"}, "a", ""},
		"the same twice":          {fromCaller, []string{"a", "a"}, "a", ""},
		"two":                     {fromCaller, []string{"a", "b"}, "", "DUPLICATE_FIELD"},
		"not used by the service": {config.Config{}, []string{"a"}, "", "NOT_ACCEPTED"},
	} {
		ctx := metadata.NewIncomingContext(t.Context(), metadata.MD{"x-opentact-token": c.given})
		kept := ""
		_, err := keepCredentials(c.config)(ctx, nil, nil, func(ctx context.Context, _ any) (any, error) {
			kept = upstream.CallerCredential(ctx, opentact.Vendor)
			return nil, nil
		})
		rule := ""
		for _, violation := range status.Violations(err) {
			rule = violation.GetReason()
		}
		if kept != c.kept || rule != c.rule {
			t.Errorf("%s: kept %q, %v", name, kept, err)
		}
	}
}
