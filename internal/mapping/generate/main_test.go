package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/goldentest"
	"github.com/sipfacade/sipfacade/internal/mapping"
)

// TestCommittedFilesAreCurrent: the code and the document are what `make generate`
// writes from the tables and the contract.
func TestCommittedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	const (
		decoders, kinds = "../../service/opentact/decoders_generated.go", "../../service/opentact/kinds_generated.go"
		rows, calls     = "../../service/infinity/decoders_generated.go", "../../service/infinity/calls_generated.go"
		fields          = "../../../docs/upstreams.md"
		resources       = "../../../docs/api.md"
	)
	written := map[string]string{}
	for i, name := range []string{decoders, kinds, rows, calls, fields, resources} {
		written[name] = filepath.Join(t.TempDir(), strconv.Itoa(i))
	}
	for _, document := range []string{fields, resources} {
		before, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(written[document], before, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	to := target{written[decoders], written[kinds], written[rows], written[calls], written[fields], written[resources]}
	if err := run(to); err != nil {
		t.Fatal(err)
	}
	for committed, written := range written {
		goldentest.CompareGenerated(t, committed, written)
	}
}

// TestTablesThatCannotBe: a mistake in a table is reported, by the resource and the member.
func TestTablesThatCannotBe(t *testing.T) {
	t.Parallel()
	account := func(fields ...mapping.Field) mapping.Dialect {
		return mapping.Dialect{Resources: []mapping.Resource{{Message: "OpentactAccount", Fields: fields}}}
	}
	group := func(resource mapping.Resource) mapping.Dialect {
		resource.Message = "PbxGroup"
		return mapping.Dialect{CamelCase: true, Additional: "additional_fields", Resources: []mapping.Resource{resource}}
	}
	for want, dialect := range map[string]mapping.Dialect{
		`Nobody`:                                   {Resources: []mapping.Resource{{Message: "Nobody"}}},
		`has no field "bogus"`:                     account(mapping.Field{Name: "bogus"}),
		`OpentactAccount reads "email" twice`:      account(mapping.Field{Name: "name", Vendor: []string{"email"}}),
		`OpentactAccount has no key`:               {Resources: []mapping.Resource{{Message: "OpentactAccount", Key: "bogus"}}},
		`TnLease cannot read "tn"`:                 {Resources: []mapping.Resource{{Message: "TnLease"}}},
		`OpentactAccount reads "name", which it`:   {Resources: []mapping.Resource{{Message: "OpentactAccount", Dropped: []mapping.Unmapped{{Members: []string{"name"}}}}}},
		`the key of "nothing"`:                     account(mapping.Field{Name: "level", KeyOf: "nothing"}),
		`which the table does not have`:            account(mapping.Field{Name: "level", KeyOf: "create_time"}),
		`the key of "name", which is not `:         account(mapping.Field{Name: "level", KeyOf: "name"}),
		`SipConnection cannot write clas`:          {Resources: []mapping.Resource{{Message: "SipConnection"}}},
		`has no call ListGetSipAppRequests`:        {Resources: []mapping.Resource{{Message: "GetSipAppRequest"}}},
		`PbxGroup has no key`:                      group(mapping.Resource{}),
		`is found by "bogus"`:                      group(mapping.Resource{Key: "group_id", Natural: []string{"bogus"}}),
		`PbxGroup reads "groupId" twice`:           group(mapping.Resource{Key: "group_id", Fields: []mapping.Field{{Name: "group_name", Vendor: []string{"groupId"}}}}),
		`PbxGroup reads "groupName", which it`:     group(mapping.Resource{Key: "group_id", Kept: []mapping.Unmapped{{Members: []string{"groupName"}}}}),
		`"groupPin" is named like a sec`:           group(mapping.Resource{Key: "group_id", Fields: []mapping.Field{{Name: "group_name", Vendor: []string{"groupPin"}}}}),
		`password is a secret, and has further na`: {CamelCase: true, Additional: "additional_fields", Resources: []mapping.Resource{{Message: "PbxUser", Key: "user_id", Fields: []mapping.Field{{Name: "password", Vendor: []string{"password", "passwd"}}}}}},
		`OpentactAccount has no additional_fields`: {Additional: "additional_fields", Resources: []mapping.Resource{{Message: "OpentactAccount"}}},
	} {
		_, err := newModel(dialect)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestResourceTable: a row has the resource's parent, and marks what only a create, only some
// generations or no answer has. What no call of the resource can write is left out.
func TestResourceTable(t *testing.T) {
	t.Parallel()
	var models []*model
	for _, dialect := range []mapping.Dialect{mapping.OpenTACT, mapping.Infinity} {
		completed, err := newModel(dialect)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, completed)
	}
	table := resourceTable(models...)
	for _, row := range []string{
		"| SipDomainᴮ | | `domain`¹ `sip_connection_uuid` `sip_app_uuid` `outbound_voice_profile_uuid` |",
		"| SipUserᴮ | `sip_domain` | `login` `first_name` `last_name` `email` `phone_number` `dob` `gender` `password`² `same_domain_calls_only` `active`ᶜ |",
		"| SipUserInvite | `sip_connection_uuid` | `name` `expire_time` `sip_domain`¹ᴮ |",
		"| PbxUserDevice | `user_id` | `pbx_device_id`¹ |",
		"| PbxDevice | `domain_id` | `pbx_device_name` `mac_address`¹ |",
	} {
		if !strings.Contains(table, "\n"+row+"\n") {
			t.Errorf("the table lacks %s", row)
		}
	}
}

// TestDocumentWithoutMarks: a document that has no place for the table is left as it is.
func TestDocumentWithoutMarks(t *testing.T) {
	t.Parallel()
	document := filepath.Join(t.TempDir(), "upstreams.md")
	if err := os.WriteFile(document, []byte("# Fields\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replacePart(document, openTACTMarks, ""); err == nil || !strings.Contains(err.Error(), "lacks the marks") {
		t.Errorf("got %v", err)
	}
}
