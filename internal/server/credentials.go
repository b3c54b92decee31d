package server

import (
	"context"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// credential is the metadata in which a call brings its credential for a vendor.
type credential struct{ vendor, header string }

// callerCredentials are those that calls bring by the configuration, and those that they
// may not bring, since the service has its own.
func callerCredentials(c config.Config) (brought, refused []credential) {
	for of, source := range map[credential]config.CredentialSource{
		{opentact.Vendor, headername.OpentactToken}:         c.OpentactCredentials,
		{infinity.Vendor, headername.InfinityAuthorization}: c.InfinityCredentials,
	} {
		if source == config.CallerCredentials {
			brought = append(brought, of)
			continue
		}
		refused = append(refused, of)
	}
	return brought, refused
}

// keepCredentials keeps what the call brought for its vendor calls, and only for those. A
// credential that would not be used is refused: its caller expects another account to be
// changed than the service's.
func keepCredentials(c config.Config) grpc.UnaryServerInterceptor {
	brought, refused := callerCredentials(c)
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		for _, of := range refused {
			if len(metadata.ValueFromIncomingContext(ctx, of.header)) > 0 {
				return nil, status.Invalid(status.BrokenRule(of.header, "NOT_ACCEPTED",
					"the server uses its own credential for %s; %s_credentials=caller would take the call's", of.vendor, of.vendor))
			}
		}
		for _, of := range brought {
			values := metadata.ValueFromIncomingContext(ctx, of.header)
			if slices.ContainsFunc(values, func(other string) bool { return other != values[0] }) {
				return nil, status.Invalid(status.BrokenRule(of.header, status.RuleDuplicateField, "given twice, and not the same"))
			}
			if len(values) > 0 && values[0] != "" {
				ctx = upstream.WithCallerCredential(ctx, of.vendor, values[0])
			}
		}
		return handler(ctx, request)
	}
}
