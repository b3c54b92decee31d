package cost

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/cost/answers"
)

// Call makes one call and checks its answer.
type Call func(ctx context.Context) error

// Work is one kind of call: over gRPC, over JSON, and what the service then asks of the
// vendor, which is what the proxies are asked.
type Work struct {
	// Name is the row in the tables.
	Name string
	// Decoded work is also compared with the proxy that decodes.
	Decoded bool

	grpc         func(ctx context.Context, conn *grpc.ClientConn) (rows int, err error)
	json, vendor exchange
	// rows is how many rows an answer of the service has, and mark what stands once in
	// each of them in JSON.
	rows int
	mark string
}

// exchange is an HTTP request.
type exchange struct{ method, path, body string }

// pageRows is the longest page.
const pageRows = 1000

// GetApp reads a SipApp of 3.3 KB with its relations.
func GetApp() Work {
	return Work{
		Name: "SipApp",
		grpc: func(ctx context.Context, conn *grpc.ClientConn) (int, error) {
			answer, err := pb.NewSipAppServiceClient(conn).GetSipApp(ctx, &pb.GetSipAppRequest{Uuid: answers.App()})
			return len(answer.GetSipApp().GetTnLeases().GetItems()), err
		},
		json:   exchange{http.MethodGet, "/v1/sip-apps/" + answers.App(), ""},
		vendor: exchange{http.MethodGet, opentact.BasePath + "/sip/app/" + answers.App(), ""},
		rows:   2, mark: `"class4ProductItemId"`,
	}
}

// ListInvites reads a page of a connection's invites; the vendor answers all of them.
func ListInvites(rows int) Work {
	connection := answers.Connection(rows)
	return Work{
		Name: count(rows) + " invites", Decoded: true,
		grpc: func(ctx context.Context, conn *grpc.ClientConn) (int, error) {
			answer, err := pb.NewSipConnectionServiceClient(conn).ListSipUserInvites(ctx,
				&pb.ListSipUserInvitesRequest{SipConnectionUuid: connection, PageSize: pageRows})
			return len(answer.GetSipUserInvites()), err
		},
		json:   exchange{http.MethodGet, fmt.Sprintf("/v1/sip-connections/%s/invites?page_size=%d", connection, pageRows), ""},
		vendor: exchange{http.MethodGet, opentact.BasePath + "/sip/connection/" + connection + "/invites", ""},
		rows:   min(rows, pageRows), mark: `"token"`,
	}
}

// ListUsers reads a page of a domain's users; the vendor answers all of them.
func ListUsers(rows int) Work {
	domain := answers.Domain(rows)
	return Work{
		Name: count(rows) + " PBX users", Decoded: true,
		grpc: func(ctx context.Context, conn *grpc.ClientConn) (int, error) {
			answer, err := pb.NewPbxConfigServiceClient(conn).ListPbxUsers(ctx,
				&pb.ListPbxUsersRequest{DomainId: domain, PageSize: pageRows})
			return len(answer.GetPbxUsers()), err
		},
		json:   exchange{http.MethodGet, fmt.Sprintf("/v1/pbx/domains/%d/users?page_size=%d", domain, pageRows), ""},
		vendor: exchange{http.MethodGet, fmt.Sprintf("%s/sip/domains/%d/users", infinity.BasePath, domain), ""},
		rows:   min(rows, pageRows), mark: `"userId"`,
	}
}

// CreateInvite creates an invite.
func CreateInvite() Work { return createInvite(func() string { return "" }) }

// createInvite creates an invite, over gRPC with a request id.
func createInvite(requestID func() string) Work {
	connection := answers.Connection(1)
	expire := time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC)
	return Work{
		Name: "create an invite",
		grpc: func(ctx context.Context, conn *grpc.ClientConn) (int, error) {
			name := "Front desk phone"
			answer, err := pb.NewSipConnectionServiceClient(conn).CreateSipUserInvite(ctx, &pb.CreateSipUserInviteRequest{
				SipConnectionUuid: connection, RequestId: requestID(),
				SipUserInvite: &pb.SipUserInvite{Name: &name, ExpireTime: timestamppb.New(expire)},
			})
			if answer.GetSipUserInvite().GetToken() == "" {
				return 0, err
			}
			return 1, err
		},
		json: exchange{http.MethodPost, "/v1/sip-connections/" + connection + "/invites",
			`{"name":"Front desk phone","expireTime":"2030-01-01T00:00:00Z"}`},
		vendor: exchange{http.MethodPost, opentact.BasePath + "/sip/connection/" + connection + "/invites",
			`{"name":"Front desk phone","expired_on":"2030-01-01T00:00:00Z"}`},
		rows: 1, mark: `"token"`,
	}
}

// count writes a number as in the tables.
func count(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// OverGRPC returns the call over one connection, as generated clients make it, and what
// closes the connection.
func (w Work) OverGRPC(address string) (Call, func(), error) {
	conn, err := dial(address)
	if err != nil {
		return nil, nil, err
	}
	call := func(ctx context.Context) error {
		rows, err := w.grpc(ctx, conn)
		if err == nil && rows != w.rows {
			err = fmt.Errorf("%s: the answer has %d rows, want %d", w.Name, rows, w.rows)
		}
		return err
	}
	return call, func() { _ = conn.Close() }, nil // it fails only if it is closed already
}

// dial returns a connection for answers of any size.
func dial(address string) (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)))
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	return conn, nil
}

// OverJSON returns the call to the JSON API, and what closes its connections.
func (w Work) OverJSON(address string, callers int) (Call, func()) {
	return w.json.call(address, callers, func(body []byte) error {
		if rows := bytes.Count(body, []byte(w.mark)); rows != w.rows {
			return fmt.Errorf("%s: the answer has %d rows, want %d", w.Name, rows, w.rows)
		}
		return nil
	})
}

// OverProxy returns the vendor's call, and what closes its connections.
func (w Work) OverProxy(address string, callers int) (Call, func()) {
	return w.vendor.call(address, callers, func([]byte) error { return nil })
}

// call returns the exchange with a server, over as many connections as there are
// callers.
func (e exchange) call(address string, callers int, check func(body []byte) error) (Call, func()) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	call := func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, e.method, "http://"+address+e.path, strings.NewReader(e.body))
		if err != nil {
			return err
		}
		if e.body != "" {
			request.Header.Set("Content-Type", "application/json")
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }() // everything has been read
		body, err := io.ReadAll(response.Body)
		if err == nil && response.StatusCode >= http.StatusMultipleChoices {
			err = fmt.Errorf("%s answers %s: %.200s", e.path, response.Status, body)
		}
		if err != nil {
			return err
		}
		return check(body)
	}
	return call, client.CloseIdleConnections
}
