package infinity

import (
	"errors"
	"net/http"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// updateGroupName writes the name of a group, with the rest of its row.
func updateGroupName(t *testing.T) func(s *PbxConfigService) error {
	t.Helper()
	return func(s *PbxConfigService) error {
		_, err := s.UpdatePbxGroup(t.Context(), &pb.UpdatePbxGroupRequest{
			DomainId: 3, PbxGroup: &pb.PbxGroup{GroupId: new(uint32(5)), DisplayName: new("New")}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name"}},
		})
		return err
	}
}

// TestDamagedValuesAreNotKept: a whole row is not written if a value that is not changed would
// be another one afterwards.
func TestDamagedValuesAreNotKept(t *testing.T) {
	t.Parallel()
	const refused = ""
	for members, form := range map[string]string{
		`"groupName":{"a":1}`:                         refused,
		`"groupName":[]`:                              refused,
		`"ringRetry":"maybe"`:                         refused,
		`"groupName":"sal\ud83des"`:                   refused,
		"\"groupName\":\"sal\xffes\"":                 refused,
		"\"groupName\":\"sal\xffes\\u00e9\"":          refused,
		`"note":"\ud83d","groupName":"sales"`:         "groupName=sales&displayName=New",
		`"groupName":"s\u00e9\ufffd"`:                 "groupName=sé\ufffd&displayName=New",
		`"groupName":7.0,"ringRetry":"no"`:            "groupName=7.0&displayName=New&ringRetry=0",
		`"colour":{"a":1},"displayName":[1],"note":1`: "displayName=New",
	} {
		s, vendor := pbxService(t, map[string]pbxAnswer{"GET /3/groups/5": ok(`{"groupId":"5",` + members + `}`), "POST /3/groups/5": {http.StatusNoContent, "", ""}})
		err := updateGroupName(t)(s)
		if form != refused {
			if err != nil || len(vendor.seen) < 2 || vendor.seen[1] != "POST /3/groups/5 "+form {
				t.Errorf("%s: %v after %q", members, err, vendor.seen)
			}
			continue
		}
		var failure *upstream.Error
		if !errors.As(err, &failure) || failure.Kind != upstream.KindBadResponse || failure.Delivery() != upstream.NotSent || !errors.Is(err, errNotKept) || len(vendor.seen) != 1 {
			t.Errorf("%s: %v after %q", members, err, vendor.seen)
		}
	}
}
