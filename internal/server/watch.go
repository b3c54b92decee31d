package server

import (
	"net/url"

	"google.golang.org/grpc/health/grpc_health_v1"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// vendorServices are the services of the contract that call each vendor.
func vendorServices() map[string][]string {
	return map[string][]string{
		opentact.Vendor: {
			sipfacadev1.SipConnectionService_ServiceDesc.ServiceName,
			sipfacadev1.SipAppService_ServiceDesc.ServiceName,
			sipfacadev1.ProfileService_ServiceDesc.ServiceName,
		},
		infinity.Vendor: {sipfacadev1.PbxConfigService_ServiceDesc.ServiceName},
	}
}

// watchedVendor is what operators are told of a vendor.
type watchedVendor struct {
	server      *Server
	name        string
	generation  int // of the vendor's API
	credentials config.CredentialSource
	services    []string
	baseURL     *url.URL
	status      func() upstream.Status
	drift       *telemetry.Drift
}

// watch returns what is told of a vendor, to which the vendor's client reports.
func (s *Server) watch(vendor string, generation int, credentials config.CredentialSource) *watchedVendor {
	return &watchedVendor{
		server: s, name: vendor, generation: generation, credentials: credentials,
		services: vendorServices()[vendor], drift: telemetry.NewDrift(s.logger, vendor),
	}
}

// begin adds what is known when the vendor's client has been made.
func (v *watchedVendor) begin(baseURL *url.URL, status func() upstream.Status) {
	v.baseURL, v.status = baseURL, status
}

// exchanged takes in an exchange with the vendor.
func (v *watchedVendor) exchanged(o upstream.Observation) {
	v.server.metrics.Upstream(o)
	v.drift.Exchanged(o)
}

// found takes in how an answer differs from what is known of the vendor.
func (v *watchedVendor) found(f upstream.Finding) {
	v.server.metrics.Found(f)
	v.drift.Found(f)
}

// breakerChanged sets the health of the vendor's services. While the breaker is half open
// they serve, since a call is what closes it.
func (v *watchedVendor) breakerChanged(state upstream.BreakerState) {
	log, health := v.server.logger.Info, grpc_health_v1.HealthCheckResponse_SERVING
	if state == upstream.BreakerOpen {
		log, health = v.server.logger.Warn, grpc_health_v1.HealthCheckResponse_NOT_SERVING
	}
	log("the breaker of a vendor has changed", "upstream", v.name, "breaker", state.String())
	for _, service := range v.services {
		v.server.checks.SetServingStatus(service, health) // ignored from the first signal on
	}
}
