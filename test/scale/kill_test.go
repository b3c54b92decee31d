package scale

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

const (
	callers         = 8
	createsOfCaller = 25
	// killAfter is the number of acknowledged creates after which a replica is killed.
	killAfter = callers * createsOfCaller / 3
)

// killed kills a replica while callers create profiles through both. Each caller repeats
// a create with its request id until it is acknowledged. Then each must be there once.
func killed(t *testing.T, m *team) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	client := pb.NewProfileServiceClient(m.balanced(t))
	var acknowledged atomic.Int64
	kill := sync.OnceValue(m.replicas[0].Kill)
	var team sync.WaitGroup
	errs := make([]error, callers)
	for caller := range callers {
		team.Go(func() {
			for i := range createsOfCaller {
				if errs[caller] = createUntilAcknowledged(ctx, client, profileName(caller, i)); errs[caller] != nil {
					return
				}
				if acknowledged.Add(1) == killAfter {
					errs[caller] = kill()
				}
			}
		})
	}
	team.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	stored := m.opentact.Ask("/rest/profile/messaging")
	for caller := range callers {
		for i := range createsOfCaller {
			if count := strings.Count(stored, `"`+profileName(caller, i)+`"`); count != 1 {
				t.Errorf("%s is there %d times", profileName(caller, i), count)
			}
		}
	}
}

// profileName is a name that no other create has, and no other name begins with.
func profileName(caller, i int) string { return fmt.Sprintf("killed-%d-%03d", caller, i) }

// createUntilAcknowledged repeats a create with the same request id as long as an error says
// that a repeat may help.
func createUntilAcknowledged(ctx context.Context, client pb.ProfileServiceClient, name string) error {
	request := &pb.CreateMessagingProfileRequest{RequestId: "request-" + name, MessagingProfile: &pb.MessagingProfile{Name: &name}}
	for {
		answer, err := client.CreateMessagingProfile(ctx, request)
		if err == nil && answer.GetMessagingProfile().GetName() == name {
			return nil
		}
		wait, again := repeatAfter(err)
		if !again {
			return fmt.Errorf("%s: %w (%v)", name, err, answer)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", name, err)
		case <-time.After(wait):
		}
	}
}

// repeatAfter returns how long to wait before a repeat, if one may help. A connection that
// broke has no details.
func repeatAfter(err error) (wait time.Duration, again bool) {
	failed := status.Convert(err)
	for _, detail := range failed.Details() {
		if retry, ok := detail.(*errdetails.RetryInfo); ok {
			return retry.GetRetryDelay().AsDuration(), true
		}
	}
	return 50 * time.Millisecond, failed.Code() == codes.Unavailable
}

// reasonOf returns the reason of an error with its prefix, as the enum is spelled.
func reasonOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return "ERROR_REASON_" + info.GetReason()
		}
	}
	return ""
}
