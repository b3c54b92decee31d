package server

import (
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	grpcstatus "google.golang.org/grpc/status"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
)

// healthMethods begin the names of health checks, which come every few seconds.
const healthMethods = "/grpc.health."

// registerHealth adds the health service, serving for each service by name.
func registerHealth(server *grpc.Server, receiver *receiver) *health.Server {
	checks := health.NewServer()
	for name := range server.GetServiceInfo() {
		checks.SetServingStatus(name, grpc_health_v1.HealthCheckResponse_SERVING)
	}
	grpc_health_v1.RegisterHealthServer(receiving{server, receiver}, checks)
	return checks
}

// healthError gives the one error of a health check, that of an unknown service, the
// form that all errors have.
func healthError(method string, err error) error {
	if known, ok := grpcstatus.FromError(err); ok && strings.HasPrefix(method, healthMethods) && known.Code() == codes.NotFound {
		return status.New(codes.NotFound, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND, known.Message())
	}
	return err
}
