package opentact

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	grpcstatus "google.golang.org/grpc/status"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/status"
)

// domainVendor answers for a connection that states no domain: list is the rows of the list of
// domains, and stating are the names of those that state the connection when they are read.
func domainVendor(list []string, stating ...string) *vendor {
	answers := map[string]string{
		"GET connection/" + connectionUUID: success(`{"uuid":"` + connectionUUID + `","name":"HQ"}`),
		"GET domain":                       success("[" + strings.Join(list, ",") + "]"),
	}
	for i := range list {
		name := unstatedDomain(i)
		answers["GET domain/"+name] = success(fmt.Sprintf(`{"domain":%q}`, name))
	}
	for _, name := range stating {
		answers["GET domain/"+name] = success(statingRow(name))
		answers["GET domain/"+name+"/invite"] = success("[]")
	}
	return &vendor{answers: answers}
}

func unstatedDomain(i int) string { return fmt.Sprintf("d%02d.example.com", i) }

// elsewhere is a domain that states another connection.
const elsewhere = `{"domain":"else.example.com","sip_connection":{"uuid":"` + inviteUUID + `"}}`

// answering lets the vendor give one more answer.
func (v *vendor) answering(route, answer string) *vendor {
	v.answers[route] = answer
	return v
}

// without takes an answer from the vendor.
func (v *vendor) without(route string) *vendor {
	delete(v.answers, route)
	return v
}

// unstatedRows are rows of the list that leave the connection out.
func unstatedRows(count int) (rows []string) {
	for i := range count {
		rows = append(rows, fmt.Sprintf(`{"domain":%q}`, unstatedDomain(i)))
	}
	return rows
}

// statingRow is a domain that states the connection.
func statingRow(name string) string {
	return fmt.Sprintf(`{"domain":%q,"sip_connection":{"uuid":%q}}`, name, connectionUUID)
}

// TestDomainOfInvites: a domain is chosen only if it is certain that the connection has no
// other, and is called missing only if it is certain that there is none.
func TestDomainOfInvites(t *testing.T) {
	t.Parallel()
	last := unstatedDomain(mostUnstated - 1)
	for name, c := range map[string]struct {
		vendor *vendor
		named  string
		// want is the reason, with the names of the error's resources; empty is success.
		want  string
		reads int // of single domains
	}{
		"the list states one":               {domainVendor([]string{statingRow("a.example.com")}, "a.example.com"), "", "", 0},
		"the list states two":               {domainVendor([]string{statingRow("b.example.com"), statingRow("a.example.com")}), "", "SIP_DOMAIN_AMBIGUOUS a.example.com b.example.com", 0},
		"it states two and leaves one out":  {domainVendor(append(unstatedRows(1), statingRow("b.example.com"), statingRow("a.example.com"))), "", "SIP_DOMAIN_AMBIGUOUS a.example.com b.example.com", 0},
		"it states another connection":      {domainVendor([]string{elsewhere}), "", "SIP_DOMAIN_MISSING " + connectionUUID, 0},
		"it is not to be had":               {domainVendor(nil).without("GET domain"), "", "UPSTREAM_ERROR", 0},
		"one to read is not to be had":      {domainVendor(unstatedRows(1)).without("GET domain/" + unstatedDomain(0)), "", "UPSTREAM_ERROR", 1},
		"the connection is not to be had":   {domainVendor([]string{statingRow("a.example.com")}, "a.example.com").without("GET connection/" + connectionUUID), "", "UPSTREAM_ERROR", 0},
		"the named one is elsewhere":        {domainVendor(nil).answering("GET domain/else.example.com", success(elsewhere)), "else.example.com", "RESOURCE_NOT_FOUND else.example.com", 1},
		"it states two and leaves many out": {domainVendor(append(unstatedRows(mostUnstated+1), statingRow("b.example.com"), statingRow("a.example.com"))), "", "SIP_DOMAIN_AMBIGUOUS a.example.com b.example.com", 0},
		"twenty to read, the last has it":   {domainVendor(unstatedRows(mostUnstated), last), "", "", mostUnstated},
		"twenty to read, none has it":       {domainVendor(unstatedRows(mostUnstated)), "", "SIP_DOMAIN_MISSING " + connectionUUID, mostUnstated},
		"more than can be read":             {domainVendor(unstatedRows(mostUnstated + 1)), "", "SIP_DOMAIN_AMBIGUOUS", 0},
		"more than can be read beside one":  {domainVendor(append(unstatedRows(mostUnstated+1), statingRow("a.example.com")), "a.example.com"), "", "SIP_DOMAIN_AMBIGUOUS a.example.com", 0},
		"more than can be read, one named":  {domainVendor(unstatedRows(mostUnstated+1), last), last, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := NewSipConnectionService(backendSpeaking(t, c.vendor, opentactapi.Generation3))
			_, err := service.ListSipUserInvites(t.Context(), &pb.ListSipUserInvitesRequest{SipConnectionUuid: connectionUUID, SipDomain: c.named})
			if diff := cmp.Diff(c.want, refusalOf(err)); diff != "" {
				t.Error(diff)
			}
			reads := 0
			for _, line := range c.vendor.seen {
				if strings.HasPrefix(line, "GET domain/") && !strings.HasSuffix(line, "/invite") {
					reads++
				}
			}
			if reads != c.reads {
				t.Errorf("%d domains were read, want %d: %q", reads, c.reads, c.vendor.seen)
			}
		})
	}
}

// TestUnclearDomainSendsNoInvite: an invite is not made if it is not certain where.
func TestUnclearDomainSendsNoInvite(t *testing.T) {
	t.Parallel()
	v := domainVendor(append(unstatedRows(mostUnstated+1), statingRow("a.example.com")), "a.example.com")
	_, err := NewSipConnectionService(backendSpeaking(t, v, opentactapi.Generation2)).CreateSipUserInvite(t.Context(),
		&pb.CreateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: &pb.SipUserInvite{Name: new("Desk")}})
	final := status.Final(err, status.Subject{})
	if refusalOf(err) != "SIP_DOMAIN_AMBIGUOUS a.example.com" || status.Metadata(final)["delivery"] != "NOT_SENT" ||
		!strings.Contains(grpcstatus.Convert(final).Message(), "names none in sip_domain") {
		t.Errorf("%v, %v", grpcstatus.Convert(final), status.Metadata(final))
	}
	for _, line := range v.seen {
		if strings.HasPrefix(line, "POST ") {
			t.Errorf("the vendor was sent %q", line)
		}
	}
}

// refusalOf returns the reason of an error and the names of its resources.
func refusalOf(err error) string {
	if err == nil {
		return ""
	}
	text := status.Reason(status.Final(err, status.Subject{}))
	for _, detail := range grpcstatus.Convert(status.Final(err, status.Subject{})).Details() {
		if info, ok := detail.(interface{ GetResourceName() string }); ok {
			text += " " + info.GetResourceName()
		}
	}
	return text
}
