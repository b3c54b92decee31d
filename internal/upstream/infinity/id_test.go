package infinity

import "testing"

func TestNewID(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row      Row
		location string
		want     uint32
		guessed  bool
	}{
		"nothing":                     {nil, "", 0, false},
		"its name":                    {Row{text("queueId", "5")}, "", 5, false},
		"a number":                    {Row{literal("queueId", "5")}, "", 5, false},
		"the largest":                 {Row{text("queueId", "4294967295")}, "", 1<<32 - 1, false},
		"too large":                   {Row{text("queueId", "4294967296")}, "", 0, false},
		"zero":                        {Row{text("queueId", "0")}, "", 0, false},
		"negative":                    {Row{text("queueId", "-5")}, "", 0, false},
		"empty, then the Location":    {Row{text("queueId", "")}, "/queues/5", 5, false},
		"beside others":               {Row{text("domainId", "1"), text("queueId", "5"), text("newId", "9")}, "", 5, false},
		"the only one":                {Row{text("sipQueueId", "5"), text("status", "ok")}, "", 5, true},
		"the only one that is new":    {Row{text("domainId", "1"), text("sipQueueId", "5")}, "", 5, true},
		"only an id":                  {Row{text("id", "5")}, "", 5, true},
		"the domain's":                {Row{text("domainId", "1")}, "", 0, false},
		"a parameter's":               {Row{text("groupId", "1"), text("ukPhoneId", "2")}, "", 0, false},
		"two":                         {Row{text("oneId", "1"), text("twoId", "2")}, "", 0, false},
		"two, then the Location":      {Row{text("oneId", "1"), text("twoId", "2")}, "/queues/5", 5, false},
		"the end of a word":           {Row{text("paid", "1")}, "", 0, false},
		"Location":                    {nil, "https://api.example/config/v2/sip/domains/1/queues/5", 5, false},
		"Location with a slash":       {nil, "/queues/5/", 5, false},
		"Location with a query":       {nil, "/queues/5?next=/a/9", 5, false},
		"Location with a fragment":    {nil, "/queues/5#6", 5, false},
		"Location, just the id":       {nil, "5", 0, false},
		"Location, another case":      {nil, "/Queue/5", 5, false},
		"Location of the domain":      {nil, "/config/v2/sip/domains/5", 0, false},
		"Location below the new row":  {nil, "/queues/5/members/6", 0, false},
		"Location without an id":      {nil, "/queues/new", 0, false},
		"Location, a version":         {nil, "/config/1.0", 0, false},
		"Location, a word for one":    {nil, "/queues/on", 0, false},
		"Location, too large":         {nil, "/queues/4294967296", 0, false},
		"Location that is no address": {nil, "%zz", 0, false},
	} {
		if got, guessed := queueRow.newID(c.row, c.location, "queues"); got != c.want || guessed != c.guessed {
			t.Errorf("%s: %d, guessed: %t, want %d", name, got, guessed, c.want)
		}
	}
	if got, _ := networkRow.newID(nil, "/trustedNetwork/6", "trustedNetworks"); got != 6 {
		t.Errorf("the path of the update: %d", got)
	}
	if got, guessed := networkRow.newID(Row{text("networkId", "6"), text("domainId", "1")}, "", "trustedNetworks"); got != 6 || guessed {
		t.Errorf("another of its names: %d", got)
	}
	for name, row := range map[string]Row{
		"both names":                     {text("networkId", "77"), text("trustedNetworkId", "6")},
		"the first states none":          {text("trustedNetworkId", "0"), text("networkId", "6")},
		"the first cannot be read":       {text("trustedNetworkId", "six"), text("networkId", "6")},
		"the first is there twice":       {text("networkId", "77"), text("trustedNetworkId", "0"), text("trustedNetworkId", "6")},
		"the first twice, with two ids ": {text("trustedNetworkId", "6"), text("trustedNetworkId", "7")},
	} {
		if got, guessed := networkRow.newID(row, "", "trustedNetworks"); got != 6 || guessed {
			t.Errorf("%s: %d, guessed: %t", name, got, guessed)
		}
	}
}
