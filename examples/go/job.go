// Command job is one job with the Go stubs: find a connection, read a list to its end,
// invite a user once, change one field, wait out a rate limit, and find out what became of a
// write.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// retries is a gRPC service config: a rate limit is waited out. UNAVAILABLE is left out,
// because grpc-go also gives that code to a create whose connection broke. Add it for
// methods that can be repeated without harm.
const retries = `{"methodConfig": [{"name": [{}], "retryPolicy": {
	"maxAttempts": 4, "initialBackoff": "0.5s", "maxBackoff": "10s", "backoffMultiplier": 2,
	"retryableStatusCodes": ["RESOURCE_EXHAUSTED"]}}]}`

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, cmp.Or(os.Getenv("SIPFACADE_GRPC"), "127.0.0.1:9090")); err != nil {
		fmt.Fprintln(os.Stderr, "job:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address string) error {
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultServiceConfig(retries))
	if err != nil {
		return err
	}
	defer conn.Close()
	connections, apps := sipfacadev1.NewSipConnectionServiceClient(conn), sipfacadev1.NewSipAppServiceClient(conn)

	connection, err := findConnection(ctx, connections, "Patient Contact Centre")
	if err != nil {
		return err
	}
	if err := listInvites(ctx, connections, connection); err != nil {
		return err
	}
	invite, err := inviteOnce(ctx, connections, connection)
	if err != nil {
		return err
	}
	if err := changeName(ctx, connections, invite); err != nil {
		return err
	}
	beRefused(ctx, apps)
	if err := waitOutRateLimit(ctx, sipfacadev1.NewProfileServiceClient(conn)); err != nil {
		return err
	}
	return createWithLostAnswer(ctx, conn, apps)
}

func findConnection(ctx context.Context, client sipfacadev1.SipConnectionServiceClient, name string) (*sipfacadev1.SipConnection, error) {
	page, err := client.ListSipConnections(ctx, &sipfacadev1.ListSipConnectionsRequest{Filter: fmt.Sprintf("name = %q", name)})
	if err != nil {
		return nil, err
	}
	if len(page.GetSipConnections()) == 0 {
		return nil, fmt.Errorf("there is no connection %s", name)
	}
	connection := page.GetSipConnections()[0]
	fmt.Println("connection:", connection.GetName())
	return connection, nil
}

func listInvites(ctx context.Context, client sipfacadev1.SipConnectionServiceClient, connection *sipfacadev1.SipConnection) error {
	request := &sipfacadev1.ListSipUserInvitesRequest{
		SipConnectionUuid: connection.GetUuid(), Filter: `name:"team" OR name:"shift"`, OrderBy: "name", PageSize: 2,
	}
	var names []string
	for {
		page, err := client.ListSipUserInvites(ctx, request)
		if err != nil {
			return err
		}
		for _, invite := range page.GetSipUserInvites() {
			names = append(names, invite.GetName())
		}
		if page.GetNextPageToken() == "" {
			break
		}
		request.PageToken = page.GetNextPageToken()
	}
	fmt.Println("invites:", strings.Join(names, "; "))
	return nil
}

func inviteOnce(ctx context.Context, client sipfacadev1.SipConnectionServiceClient, connection *sipfacadev1.SipConnection) (*sipfacadev1.SipUserInvite, error) {
	request := &sipfacadev1.CreateSipUserInviteRequest{
		SipConnectionUuid: connection.GetUuid(),
		RequestId:         uuid.NewString(), // store it with the work, and repeat with the same
		SipUserInvite: &sipfacadev1.SipUserInvite{
			Name: new("Contact centre, team C"), ExpireTime: timestamppb.New(time.Now().AddDate(0, 0, 7)),
		},
	}
	created, err := client.CreateSipUserInvite(ctx, request)
	if err != nil {
		return nil, err
	}
	fmt.Println("invited:", created.GetSipUserInvite().GetName())

	var header metadata.MD
	again, err := client.CreateSipUserInvite(ctx, request, grpc.Header(&header))
	if err != nil {
		return nil, err
	}
	same := "the same invite"
	if again.GetSipUserInvite().GetUuid() != created.GetSipUserInvite().GetUuid() {
		same = "another invite"
	}
	fmt.Printf("repeated: %s, replayed %s\n", same, strings.Join(header.Get("idempotent-replayed"), ""))
	return created.GetSipUserInvite(), nil
}

func changeName(ctx context.Context, client sipfacadev1.SipConnectionServiceClient, invite *sipfacadev1.SipUserInvite) error {
	request := &sipfacadev1.UpdateSipUserInviteRequest{
		SipConnectionUuid: invite.GetSipConnectionUuid(),
		SipUserInvite: &sipfacadev1.SipUserInvite{
			Uuid: invite.GetUuid(), Etag: invite.Etag, Name: new("Contact centre, team D"),
		},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name"}},
	}
	changed, err := client.UpdateSipUserInvite(ctx, request)
	if err != nil {
		return err
	}
	fmt.Println("changed:", changed.GetSipUserInvite().GetName())
	if _, err := client.UpdateSipUserInvite(ctx, request); err != nil {
		fmt.Printf("old etag: %s, %s\n", reason(err), delivery(err))
	}
	return nil
}

func beRefused(ctx context.Context, client sipfacadev1.SipAppServiceClient) {
	_, err := client.CreateSipApp(ctx, &sipfacadev1.CreateSipAppRequest{SipApp: &sipfacadev1.SipApp{Name: new("")}})
	fmt.Printf("refused: %s, %s; outcome unknown: %t\n", reason(err), strings.Join(violations(err), ", "), outcomeUnknown(err))
}

func waitOutRateLimit(ctx context.Context, client sipfacadev1.ProfileServiceClient) error {
	start := time.Now()
	page, err := client.ListMessagingProfiles(ctx, &sipfacadev1.ListMessagingProfilesRequest{})
	if err != nil {
		return err
	}
	waited := ""
	if time.Since(start) >= time.Second {
		waited = ", after the wait that the vendor asked for"
	}
	fmt.Printf("profiles: %d%s\n", len(page.GetMessagingProfiles()), waited)
	return nil
}

func createWithLostAnswer(ctx context.Context, conn *grpc.ClientConn, client sipfacadev1.SipAppServiceClient) error {
	created, err := client.CreateSipApp(ctx, &sipfacadev1.CreateSipAppRequest{SipApp: &sipfacadev1.SipApp{Name: new("Night desk")}})
	if err == nil {
		fmt.Println("created:", created.GetSipApp().GetName())
		return nil
	}
	if !outcomeUnknown(err) {
		return err
	}
	fmt.Printf("not known: %s, delivery %s; look with %s\n", reason(err), delivery(err), lookupMethod(err))
	found, err := lookUp(ctx, conn, err)
	if err != nil {
		return err
	}
	page, ok := found.(*sipfacadev1.ListSipAppsResponse)
	if !ok {
		return errors.New("the look-up of an app is not a list of apps")
	}
	var names []string
	for _, app := range page.GetSipApps() {
		names = append(names, app.GetName())
	}
	fmt.Println("found:", strings.Join(names, "; "))
	return nil
}
