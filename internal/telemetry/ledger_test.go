package telemetry

import (
	"strings"
	"testing"
)

func TestLedgerMetric(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v1.2.3")
	count := m.Ledger()
	count("claim", "fresh")
	count("claim", "fresh")
	want := `sipfacade_ledger_operations_total{operation="claim",outcome="fresh"} 2`
	if scraped := scrape(t, m); !strings.Contains(scraped, want) {
		t.Errorf("%s is missing in\n%s", want, scraped)
	}
}
