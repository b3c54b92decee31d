package opentact

import (
	"context"
	"fmt"

	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// answerReader reads what a route answers, and keeps nothing of it.
type answerReader struct {
	message string
	read    func(ctx context.Context, c *opentact.Client, route opentact.ReadRoute, parameters []string) error
}

// reading returns what reads the objects of a kind into a message of the contract.
func reading[M any](message string, kind opentact.Kind[M]) answerReader {
	dropped := func() opentact.Keep[M] { return func(row *M) *M { return row } }
	return answerReader{message, func(ctx context.Context, c *opentact.Client, route opentact.ReadRoute, parameters []string) error {
		switch route.Answer {
		case opentact.AnswersObject:
			_, err := opentact.Get(ctx, c, route.Route, kind, parameters...)
			return err
		case opentact.AnswersPage:
			return opentact.ReadPage(ctx, c, route.Route, kind)
		default:
			return opentact.List(ctx, c, route.Route, kind, dropped, parameters...)
		}
	}}
}

// answerReaders are the readers by the vendor's operation.
func answerReaders() map[string]answerReader {
	connection, domain := reading("SipConnection", sipConnectionKind), reading("SipDomain", sipDomainKind)
	user, app := reading("SipUser", sipUserKind), reading("SipApp", sipAppKind)
	messaging := reading("MessagingProfile", messagingProfileKind)
	voice, lease := reading("OutboundVoiceProfile", outboundVoiceProfileKind), reading("TnLease", tnLeaseKind)
	return map[string]answerReader{
		"ListTNLeases": lease, "SearchTNLeases": lease,
		"GETSIPConnectionTNLeasesList": lease, "GetSIPControlAppTNLeasesList": lease,
		"ListSIPConnections": connection, "GetSIPConnectionByUUID": connection,
		"GetSIPConnectionProductsList": reading("SipConnectionProduct", sipConnectionProductKind),
		"ListSIPUserInvites":           reading("SipUserInvite", sipUserInviteKind),
		"ListSIPDomains":               domain, "GetSIPDomain": domain,
		"ListSIPUsers": user, "GetSIPUser": user,
		"ListSIPControlApps": app, "GetSIPControlAppByUUID": app,
		"GetOnlineCalls":        reading("SipAppCall", sipAppCallKind),
		"ListMessagingProfiles": messaging, "GetMessagingProfileByUUID": messaging,
		"ListOutboundVoiceProfiles": voice, "GetOutboundVoiceProfileByUUID": voice,
	}
}

// ReadsInto returns the contract's message that an operation's answers are read into; ok is
// false if no call of the contract reads them.
func ReadsInto(operation string) (message string, ok bool) {
	reader, ok := answerReaders()[operation]
	return reader.message, ok
}

// ReadAnswer calls a route that changes nothing and reads its answer as the calls of the
// contract do, so that the client reports how it differs from what is known.
func ReadAnswer(ctx context.Context, c *opentact.Client, route opentact.ReadRoute, parameters []string) error {
	reader, ok := answerReaders()[route.Operation]
	if !ok {
		return fmt.Errorf("no call of the contract reads %s", route.Operation)
	}
	return reader.read(ctx, c, route, parameters)
}
