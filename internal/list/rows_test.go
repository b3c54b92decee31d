package list_test

import (
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

const connection = "0d5f6c1e-6f0e-4c43-9d0a-5e8f4f4e0a01"

func newTokens(t testing.TB) *list.Tokens {
	t.Helper()
	tokens, err := list.NewTokens([]byte("a key for tests"))
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// at is a moment some seconds after a fixed one.
func at(seconds int) *timestamppb.Timestamp {
	return timestamppb.New(time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC).Add(time.Duration(seconds) * time.Second))
}

func invite(uuid, name string, created int) *sipfacadev1.SipUserInvite {
	return &sipfacadev1.SipUserInvite{Uuid: uuid, Name: proto.String(name), CreateTime: at(created)}
}

func invites(page []*sipfacadev1.SipUserInvite) []string {
	uuids := make([]string, len(page))
	for i, row := range page {
		uuids[i] = row.GetUuid()
	}
	return uuids
}

func prepareInvites(t testing.TB, request *sipfacadev1.ListSipUserInvitesRequest) *list.Query[*sipfacadev1.SipUserInvite] {
	t.Helper()
	return prepare(t, newTokens(t), request)
}

func prepare(t rapid.TB, tokens *list.Tokens, request *sipfacadev1.ListSipUserInvitesRequest) *list.Query[*sipfacadev1.SipUserInvite] {
	t.Helper()
	query, err := list.Prepare[*sipfacadev1.SipUserInvite](tokens, request, "uuid")
	if err != nil {
		t.Fatal(err)
	}
	return query
}

// violationsOf returns the violations of an error as "field: description".
func violationsOf(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if code := grpcstatus.Code(err); code != codes.InvalidArgument {
		t.Fatalf("code %s of %v", code, err)
	}
	var found []string
	for _, detail := range grpcstatus.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, violation := range bad.GetFieldViolations() {
				found = append(found, violation.GetField()+": "+violation.GetDescription())
			}
		}
	}
	return found
}
