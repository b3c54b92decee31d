package opentact

import (
	"context"
	"fmt"

	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// answerReader reads what a route answers, and keeps nothing of it.
type answerReader struct {
	message string
	read    func(ctx context.Context, c *opentact.Client, route opentact.ReadRoute, parameters []string) error
}

// reading returns what reads the objects of a kind into a message of the contract.
func reading[M any, R service.Message[M]](kind opentact.Kind[M]) answerReader {
	message := string(R(new(M)).ProtoReflect().Descriptor().Name())
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

// reader returns the routes of the kind, and what reads their answers.
func (k kind[M, R]) reader() (opentact.Collection, answerReader) {
	return k.routes, reading[M, R](k.answers)
}

// answerReaders returns the readers by the vendor's operation.
func answerReaders() map[string]answerReader {
	leases := reading(tnLeaseKind)
	readers := map[string]answerReader{
		"ListTNLeases": leases, "SearchTNLeases": leases,
		"GETSIPConnectionTNLeasesList": leases, "GetSIPControlAppTNLeasesList": leases,
		"GetSIPConnectionProductsList": reading(sipConnectionProductKind),
		"GetOnlineCalls":               reading(sipAppCallKind),
	}
	for _, kind := range allKinds() {
		routes, reader := kind.reader()
		for _, route := range []*upstream.Route{routes.List, routes.Get} {
			if route != nil {
				readers[route.Operation] = reader
			}
		}
	}
	return readers
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
