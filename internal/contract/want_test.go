package contract_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

func TestWant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		message proto.Message
		field   protoreflect.Name
		want    string
	}{
		"both bounds":         {&sipfacadev1.SipConnection{}, "port", "a whole number from 1024 to 65535"},
		"a lower bound":       {&sipfacadev1.ListSipAppsRequest{}, "page_size", "a whole number from 0 to 2147483647"},
		"no bounds":           {&sipfacadev1.SipConnection{}, "class4_ingress_trunk_id", "a whole number from -9223372036854775808 to 9223372036854775807"},
		"an id in the path":   {&sipfacadev1.ListPbxUsersRequest{}, "domain_id", "a whole number from 1 to 4294967295"},
		"an id":               {&sipfacadev1.PbxUser{}, "user_id", "a whole number from 1 to 4294967295"},
		"an id that can be 0": {&sipfacadev1.PbxQueueMember{}, "group_id", "a whole number from 0 to 4294967295"},
		"elements":            {&sipfacadev1.AddPbxGroupUsersRequest{}, "user_ids", "a whole number from 1 to 4294967295"},
		"a decimal number":    {&sipfacadev1.OutboundVoiceProfile{}, "max_rate", "a number, 0 or more"},
		"a free one":          {&sipfacadev1.OpentactAccount{}, "balance", "a number"},
		"an enum":             {&sipfacadev1.PbxQueueMember{}, "ring_strategy", "one of PBX_RING_STRATEGY_ALL, PBX_RING_STRATEGY_HUNT_LONGEST_IDLE"},
		"text":                {&sipfacadev1.SipConnection{}, "name", ""},
		"text that has to be": {&sipfacadev1.GetSipConnectionRequest{}, "uuid", ""},
		"true or false":       {&sipfacadev1.SipConnection{}, "active", ""},
		"a message":           {&sipfacadev1.SipConnection{}, "account", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			field := c.message.ProtoReflect().Descriptor().Fields().ByName(c.field)
			if got := contract.Want(field); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
