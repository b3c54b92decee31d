package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// TestPanicsShowNoSecret: a panic whose text has the request's password and the caller's
// token is answered and logged without them, in any form.
func TestPanicsShowNoSecret(t *testing.T) {
	t.Parallel()
	const password, token = `canary"Pass\word/1+%`, "canary-Token~2/+="
	var log bytes.Buffer
	s := &Server{
		metrics: telemetry.NewMetrics("test"), subjects: status.NewSubjects(VendorNames(), nil, contractServices()...),
		logger: telemetry.NewLogger(&log, slog.LevelDebug, "json"),
	}
	chain := asOne([]grpc.UnaryServerInterceptor{
		identify, rememberSecrets, s.observe(protocolGRPC), s.translate, recovered(s.metrics),
	})
	request := &sipfacadev1.CreatePbxUserRequest{PbxUser: &sipfacadev1.PbxUser{Password: proto.String(password)}}
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", "Bearer "+token))
	info := &grpc.UnaryServerInfo{FullMethod: "/sipfacade.v1.PbxConfigService/CreatePbxUser"}
	for _, form := range []func(string) string{
		func(text string) string { return text }, func(text string) string { return fmt.Sprintf("%q", text) }, url.QueryEscape,
		func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
	} {
		_, err := chain(ctx, request, info, func(context.Context, any) (any, error) {
			panic("index out of range for " + form(password) + " of " + form(token))
		})
		seen := log.String() + fmt.Sprint(grpcstatus.Convert(err).Proto())
		for _, secret := range []string{password, token} {
			if strings.Contains(seen, form(secret)) || strings.Contains(seen, strings.Trim(fmt.Sprintf("%q", form(secret)), `"`)) {
				t.Errorf("%q is in\n%s", form(secret), seen)
			}
		}
		if !strings.Contains(seen, "index out of range") {
			t.Errorf("the log lacks the panic:\n%s", seen)
		}
	}
}
