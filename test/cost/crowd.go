package cost

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/test/cost/answers"
)

// Crowds finds out whether many calls at once are all answered.
func (b *Bench) Crowds(ctx context.Context) (crowds []Crowd, err error) {
	for _, server := range []string{OverGRPC, OverJSON} {
		crowd, err := b.thousand(ctx, server)
		if err != nil {
			return nil, err
		}
		crowds = append(crowds, crowd)
	}
	crowd, err := b.longLists(ctx)
	if err != nil {
		return nil, err
	}
	crowds = append(crowds, crowd)
	for _, c := range crowds {
		b.Print("%-50s %d of %d answered in %.1f s, %v", c.Name, c.Answered, c.Calls, c.Seconds, c.Failures)
	}
	return crowds, nil
}

// thousand lets 1,000 callers read a SipApp at once, five times each. The service has
// just started: no connection is open yet.
func (b *Bench) thousand(ctx context.Context, server string) (Crowd, error) {
	const callers, calls = 1000, 5
	s, err := b.startFacade(ctx, server, GetApp(), callers)
	if err != nil {
		return Crowd{}, err
	}
	defer func() { _ = s.stop() }() // stopping the service does not fail
	return newCrowd("1,000 callers at once, "+server, driveEach(ctx, callers, calls, s.call)), nil
}

// The long lists: what each caller reads, and after which time no further page is
// asked for.
const (
	listCallers = 8
	listRows    = 50_000
	listLimit   = 65 * time.Second
)

// longLists lets eight callers read all pages of 50,000 invites, over one connection.
func (b *Bench) longLists(ctx context.Context) (Crowd, error) {
	facade, err := StartFacade(ctx, b.Service, b.vendor.Address)
	if err != nil {
		return Crowd{}, err
	}
	defer facade.Stop()
	conn, err := dial(facade.GRPC)
	if err != nil {
		return Crowd{}, err
	}
	defer func() { _ = conn.Close() }() // it fails only if it is closed already
	started, each, finished := time.Now(), make([]load, listCallers), atomic.Int32{}
	var all sync.WaitGroup
	for i := range each {
		all.Go(func() {
			if readPages(ctx, pb.NewSipConnectionServiceClient(conn), started.Add(listLimit), &each[i]) {
				finished.Add(1)
			}
		})
	}
	all.Wait()
	crowd := newCrowd("eight callers with 50,000 invites each", sumOf(each, time.Since(started)))
	crowd.Finished = int(finished.Load())
	return crowd, nil
}

// readPages reads all pages of a list one after the other, and returns whether the last
// one was reached.
func readPages(ctx context.Context, client pb.SipConnectionServiceClient, until time.Time, done *load) (finished bool) {
	request := &pb.ListSipUserInvitesRequest{SipConnectionUuid: answers.Connection(listRows), PageSize: pageRows}
	for time.Now().Before(until) && ctx.Err() == nil {
		done.record(ctx, func(ctx context.Context) error {
			answer, err := client.ListSipUserInvites(ctx, request)
			if err == nil {
				request.PageToken = answer.GetNextPageToken()
				finished = request.PageToken == ""
			}
			return err
		})
		if finished {
			return true
		}
	}
	return false
}

// newCrowd sums up what a crowd was answered.
func newCrowd(name string, done load) Crowd {
	crowd := Crowd{
		Name: name, Calls: len(done.latencies) + len(done.failures), Answered: len(done.latencies),
		Seconds: done.took.Seconds(), Failures: map[string]int{},
		P50: quantile(done.latencies, 0.5).Seconds(), P99: quantile(done.latencies, 0.99).Seconds(),
	}
	for _, err := range done.failures {
		crowd.Failures[failureName(err)]++
	}
	return crowd
}

// failureName returns the code of an error over gRPC, or else the beginning of its text.
func failureName(err error) string {
	if code := status.Code(err); code != codes.Unknown {
		return code.String()
	}
	return fmt.Sprintf("%.60s", err)
}
