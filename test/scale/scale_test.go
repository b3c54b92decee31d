package scale

import (
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TestReplicas holds what two replicas promise together; the replicas are started once.
func TestReplicas(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	one, two := dial(t, m.replicas[0].GRPC), dial(t, m.replicas[1].GRPC)
	t.Run("pages continue on the other replica", func(t *testing.T) { pagesContinue(t, one, two) })
	t.Run("request ids are honoured across replicas", func(t *testing.T) { requestIDs(t, one, two) })
	t.Run("etags of one hold on the other", func(t *testing.T) { etags(t, one, two) })
	t.Run("a balancing channel reaches both", func(t *testing.T) {
		client := pb.NewSipAppServiceClient(m.balanced(t))
		for range 10 {
			if _, err := client.ListSipApps(within(t), &pb.ListSipAppsRequest{}, grpc.WaitForReady(true)); err != nil {
				t.Fatal(err)
			}
		}
		m.bothServed(t, "grpc")
	})
	t.Run("nginx", func(t *testing.T) { throughNginx(t, m) })
	t.Run("a replica that is killed loses no acknowledged write", func(t *testing.T) { killed(t, m) })
}

// pagesContinue reads a list with each page from the other replica.
func pagesContinue(t *testing.T, replicas ...grpc.ClientConnInterface) {
	var read, want []string
	whole, err := pb.NewSipConnectionServiceClient(replicas[0]).ListTnLeases(within(t), &pb.ListTnLeasesRequest{PageSize: 1000, OrderBy: "uuid"})
	if err != nil {
		t.Fatal(err)
	}
	for _, lease := range whole.GetTnLeases() {
		want = append(want, lease.GetUuid())
	}
	token := ""
	for page := 0; page == 0 || token != ""; page++ {
		client := pb.NewSipConnectionServiceClient(replicas[page%len(replicas)])
		answer, err := client.ListTnLeases(within(t), &pb.ListTnLeasesRequest{PageSize: 5, OrderBy: "uuid", PageToken: token})
		if err != nil {
			t.Fatalf("page %d: %v", page, err)
		}
		for _, lease := range answer.GetTnLeases() {
			read = append(read, lease.GetUuid())
		}
		token = answer.GetNextPageToken()
	}
	if len(want) < 20 || !slices.Equal(read, want) {
		t.Errorf("pages from two replicas: %v, want %v", read, want)
	}
}

// requestIDs repeats a create on the other replica.
func requestIDs(t *testing.T, one, two grpc.ClientConnInterface) {
	request := &pb.CreateMessagingProfileRequest{RequestId: "across-replicas-1", MessagingProfile: &pb.MessagingProfile{Name: new("Across replicas")}}
	first, err := pb.NewProfileServiceClient(one).CreateMessagingProfile(within(t), request)
	if err != nil {
		t.Fatal(err)
	}
	var header metadata.MD
	again, err := pb.NewProfileServiceClient(two).CreateMessagingProfile(within(t), request, grpc.Header(&header))
	if err != nil {
		t.Fatal(err)
	}
	made, repeated := first.GetMessagingProfile().GetUuid(), again.GetMessagingProfile().GetUuid()
	if made == "" || made != repeated || !slices.Equal(header.Get("idempotent-replayed"), []string{"true"}) {
		t.Errorf("the repeat answers %s with %v, want %s, replayed", repeated, header.Get("idempotent-replayed"), made)
	}
}

// etags changes a resource on one replica with the etag that the other has given.
func etags(t *testing.T, one, two grpc.ClientConnInterface) {
	listed, err := pb.NewSipAppServiceClient(one).ListSipApps(within(t), &pb.ListSipAppsRequest{PageSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	app := listed.GetSipApps()[0]
	rename := func(name string) error {
		_, err := pb.NewSipAppServiceClient(two).UpdateSipApp(within(t), &pb.UpdateSipAppRequest{
			SipApp:     &pb.SipApp{Uuid: app.GetUuid(), Name: &name, Etag: app.Etag},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name"}},
		})
		return err
	}
	if err := rename("Renamed once"); err != nil {
		t.Errorf("with the etag of the other replica: %v", err)
	}
	if err := rename("Renamed twice"); status.Code(err) != codes.Aborted {
		t.Errorf("with an etag that is outdated: %v, want Aborted", err)
	}
}
