package infinity

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// formText is a form, a word for each parameter.
func formText(form infinity.Form) string {
	text := ""
	for _, parameter := range form {
		text += fmt.Sprintf("%s=%s ", parameter.Name, parameter.Value)
	}
	return text
}

func TestPbxCreation(t *testing.T) {
	t.Parallel()
	hunt := pb.PbxRingStrategy_PBX_RING_STRATEGY_HUNT_LONGEST_IDLE
	for want, form := range map[string]infinity.Form{
		"": pbxUsers.creation(&pb.PbxUser{UserId: new(uint32(4)), DomainId: new(uint32(3))}),
		"user=joe password=p pin= extensionNumber=007 mobileFollow=0 ukPhoneId=5 dashboard=1 ": pbxUsers.creation(&pb.PbxUser{
			UserId: new(uint32(4)), Login: new("joe"), Password: new("p"), Pin: new(""), ExtensionNumber: new("007"), MobileFollow: new(false), Dashboard: new(true), UkPhoneId: new(uint32(5)),
		}),
		"groupId=2 ringStrategy=huntLongestIdle ringAttempts=0 ringSecs=10 ringOrder=1 ": pbxQueueMembers.creation(&pb.PbxQueueMember{
			QueueId: new(uint32(9)), GroupId: new(uint32(2)), RingStrategy: &hunt, RingAttempts: new(int32(0)), RingSeconds: new(int32(10)), RingOrder: new(int32(1)),
		}),
		"pbxDeviceName=Desk deviceMacAddress=10:20:30:1A:2B:3C ": pbxDevices.creation(&pb.PbxDevice{
			UserLogin: "joe", UserId: new(uint32(8)), PbxDeviceName: new("Desk"), MacAddress: new("10:20:30:1A:2B:3C"), AdditionalFields: map[string]string{"a": "b"},
		}),
		"pbxDeviceId=12 ": pbxUserDevices.creation(&pb.PbxUserDevice{UserId: new(uint32(8)), PbxDeviceId: new(uint32(12)), PbxDeviceToken: new("t")}),
	} {
		if got := formText(form); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPbxChanged: what the mask names, cleared or set, among what a row written whole
// had before.
func TestPbxChanged(t *testing.T) {
	t.Parallel()
	before := infinity.Row{
		said("groupId", "5"), stated("domainId", "3"), said("groupName", "sales"), said("displayName", ""), stated("extensionNumber", "100"),
		stated("ringRetry", "true"), said("ringExclusive", "0"), said("colour", "red"), said("note", ""), stated("loud", "true"), stated("quiet", "false"),
		stated("size", "7"), stated("none", "null"), stated("tags", "[1]"), stated("more", "{}"), said("planId", "6"), said("lastDatetime", "2026-01-01 00:00:00"),
	}
	changes := func(field string, resource proto.Message) []list.Change {
		found, err := list.Update{Field: field, Resource: resource}.Changes()
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	group := &pb.PbxGroup{GroupId: new(uint32(5)), RingRetry: new(false), CallerNameFormat: new("")}
	cleared := []list.Change{{Field: group.ProtoReflect().Descriptor().Fields().ByName("caller_name_format"), Clear: true}}
	user := &pb.PbxUser{UserId: new(uint32(4)), Pin: new("1"), HotdeskAllowed: new(false)}
	domain := &pb.PbxDomain{DomainId: new(uint32(3)), DisplayName: new("HQ")}
	row := infinity.Row{said("domainName", "a.example"), said("rec", "yes"), said("domainId", "3")}
	for want, changed := range map[string]func() (infinity.Form, error){
		"groupName=sales extensionNumber=100 ringRetry=0 ringExclusive=0 callerNameFormat= ": func() (infinity.Form, error) {
			return pbxGroups.changed(before, group, changes("pbx_group", group))
		},
		"callerNameFormat= ":      func() (infinity.Form, error) { return pbxGroups.changed(nil, group, cleared) },
		"pin=1 hotdeskAllowed=0 ": func() (infinity.Form, error) { return pbxUsers.changed(nil, user, changes("pbx_user", user)) },
		"displayName=HQ rec=1 ":   func() (infinity.Form, error) { return pbxDomains.changed(row, domain, changes("pbx_domain", domain)) },
	} {
		form, err := changed()
		if got := formText(form); got != want || err != nil {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
	}
}

func TestPbxOverlayAndApply(t *testing.T) {
	t.Parallel()
	wanted := &pb.PbxUser{UserId: new(uint32(9)), DomainId: new(uint32(9)), Login: new("joe"), Password: new("p"), Pin: new("1"), DisplayName: new("Joe"), Dashboard: new(false)}
	known := &pb.PbxUser{DomainId: new(uint32(3)), Email: new("old"), DisplayName: new("old")}
	pbxUsers.overlay(known, wanted, pbxUsers.columns)
	want := &pb.PbxUser{DomainId: new(uint32(3)), Email: new("old"), Login: new("joe"), DisplayName: new("Joe"), Dashboard: new(false)}
	if diff := cmp.Diff(want, known, etagtest.Ignore()); diff != "" {
		t.Error(diff)
	}
	fields := known.ProtoReflect().Descriptor().Fields()
	list.Apply(known, &pb.PbxUser{Pin: new("2"), DisplayName: new("Jo")}, []list.Change{
		{Field: fields.ByName("email"), Clear: true}, {Field: fields.ByName("pin")}, {Field: fields.ByName("display_name")},
	})
	want.Email, want.DisplayName = nil, new("Jo")
	if diff := cmp.Diff(want, known, etagtest.Ignore()); diff != "" {
		t.Error(diff)
	}
}

func TestPbxCompleted(t *testing.T) {
	t.Parallel()
	stored := &pb.PbxUserDevice{PbxDeviceId: new(uint32(12)), UserLogin: "joe"}
	got := pbxUserDevices.completed(stored, &pb.PbxUserDevice{PbxDeviceId: new(uint32(13)), UserId: new(uint32(8)), UserLogin: "other", PbxDeviceToken: new("t"), AdditionalFields: map[string]string{"a": "b"}}, pbxUserDevices.columns)
	want := &pb.PbxUserDevice{PbxDeviceId: new(uint32(12)), UserId: new(uint32(8)), UserLogin: "joe", PbxDeviceToken: new("t")}
	if diff := cmp.Diff(want, got, etagtest.Ignore()); diff != "" {
		t.Error(diff)
	}
}

func TestPbxIdentified(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		has, want *uint32
		id        uint32
	}{{nil, nil, 0}, {nil, new(uint32(5)), 5}, {new(uint32(4)), new(uint32(4)), 5}, {new(uint32(4)), new(uint32(4)), 0}} {
		if got := pbxUsers.identified(&pb.PbxUser{UserId: c.has}, c.id).UserId; !cmp.Equal(got, c.want) {
			t.Errorf("%v: %d", c, got)
		}
	}
}
