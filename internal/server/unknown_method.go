package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/tap"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/spelling"
	"github.com/sipfacade/sipfacade/internal/status"
)

// unknownMethodLabel stands in metrics for methods that do not exist, whose names
// are the callers'.
const unknownMethodLabel = "unknown"

// refuseMalformed ends calls whose path is not /service/method.
func (s *Server) refuseMalformed(ctx context.Context, info *tap.Info) (context.Context, error) {
	if _, _, ok := splitMethod(info.FullMethodName); ok {
		return ctx, nil
	}
	err := s.noSuchMethod(info.FullMethodName)
	s.reportRefusal(unknownMethodLabel, "", err)
	return ctx, err
}

// unknownMethod answers calls that the contract does not have, through the
// interceptors.
func (s *Server) unknownMethod(chain grpc.UnaryServerInterceptor) grpc.StreamHandler {
	return func(_ any, stream grpc.ServerStream) error {
		ctx := stream.Context()
		method, _ := grpc.Method(ctx)
		info := &grpc.UnaryServerInfo{FullMethod: unknownMethodLabel}
		_, err := chain(ctx, nil, info, func(context.Context, any) (any, error) {
			return nil, s.noSuchMethod(method)
		})
		return err
	}
}

// noSuchMethod names the method that a wrong one may have meant.
func (s *Server) noSuchMethod(method string) error {
	message := fmt.Sprintf("there is no method %q", clipped(method))
	if near, ok := s.nearestMethod(method); ok {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return status.New(codes.Unimplemented, sipfacadev1.ErrorReason_ERROR_REASON_ROUTE_NOT_FOUND, message)
}

// nearestMethod returns the method whose name is most like that of a wrong one: in the same
// service if there is that, and otherwise in a service with a similar name, or in any.
func (s *Server) nearestMethod(full string) (string, bool) {
	service, name, _ := splitMethod(full)
	methods := map[string][]string{}
	for known, info := range s.grpc.GetServiceInfo() {
		for _, method := range info.Methods {
			methods[known] = append(methods[known], method.Name)
		}
	}
	services := slices.Sorted(maps.Keys(methods))
	if near, ok := spelling.Nearest(service, services); ok {
		services = append([]string{near}, services...)
	}
	if methods[service] != nil {
		services = []string{service}
	}
	for _, known := range services {
		if near, ok := spelling.Nearest(name, methods[known]); ok {
			return "/" + known + "/" + near, true
		}
	}
	return "", false
}

// knownMethod returns the method if the server has it, else the label of those that
// do not exist.
func (s *Server) knownMethod(method string) string {
	if service, name, ok := splitMethod(method); ok {
		for _, known := range s.grpc.GetServiceInfo()[service].Methods {
			if known.Name == name {
				return method
			}
		}
	}
	return unknownMethodLabel
}

// splitMethod takes /service/method apart.
func splitMethod(full string) (service, method string, ok bool) {
	rest, rooted := strings.CutPrefix(full, "/")
	slash := strings.LastIndexByte(rest, '/')
	if !rooted || slash < 0 {
		return "", "", false
	}
	return rest[:slash], rest[slash+1:], true
}
