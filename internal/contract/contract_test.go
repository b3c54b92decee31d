package contract_test

import (
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	fields := (&sipfacadev1.PbxUser{}).ProtoReflect().Descriptor().Fields()
	for name, want := range map[string]struct{ immutable, output, secret bool }{
		"user":         {immutable: true},
		"password":     {secret: true},
		"pin":          {secret: true},
		"create_time":  {output: true},
		"display_name": {},
	} {
		field := fields.ByTextName(name)
		if contract.Behaves(field, annotations.FieldBehavior_IMMUTABLE) != want.immutable ||
			contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) != want.output ||
			contract.Secret(field) != want.secret {
			t.Errorf("%s: %v, secret %t", name, contract.Behaviors(field), contract.Secret(field))
		}
	}
	token := (&sipfacadev1.SipUserInvite{}).ProtoReflect().Descriptor().Fields().ByName("token")
	if !contract.Secret(token) {
		t.Error("an invite's token may be logged")
	}
}

func TestHTTPRule(t *testing.T) {
	t.Parallel()
	methods := sipfacadev1.File_sipfacade_v1_sip_app_service_proto.Services().ByName("SipAppService").Methods()
	if got := contract.HTTPRule(methods.ByName("GetSipApp")).GetGet(); got != "/v1/sip-apps/{uuid}" {
		t.Errorf("GetSipApp is at %q", got)
	}
}
