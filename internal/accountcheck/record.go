package accountcheck

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/probe"
	"github.com/sipfacade/sipfacade/internal/record"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
	"github.com/sipfacade/sipfacade/internal/vendors"
)

// Recording says where ProbeAndRecord writes, and which version of the program does.
type Recording struct{ Directory, Version string }

// ProbeAndRecord does what Probe does and writes what the vendors answered into a directory,
// with all that may be secret or personal replaced. It returns how many files were written:
// none if no vendor answered.
func ProbeAndRecord(ctx context.Context, c config.Config, logger *slog.Logger, to Recording) (report *probe.Report, written int, err error) {
	if err := record.CheckDirectory(to.Directory); err != nil {
		return nil, 0, &config.UsageError{Text: "--record: " + err.Error()}
	}
	check, err := newCheck(c, logger)
	if err != nil {
		return nil, 0, err
	}
	raws := check.collect()
	report = check.run(ctx)
	exchanges := raws()
	if !slices.ContainsFunc(exchanges, func(raw record.Raw) bool { return raw.Status != 0 }) {
		return report, 0, nil
	}
	index, err := check.index(report, to.Version)
	if err != nil {
		return report, 0, err
	}
	written, err = record.New(index, exchanges, check.confidential).Write(to.Directory, check.confidential)
	return report, written, err
}

// collect makes the check keep its exchanges, which the function returns. A login may go on
// when the call that began it has ended.
func (c *check) collect() func() []record.Raw {
	var mu sync.Mutex
	var raws []record.Raw
	for _, target := range c.targets {
		target.Recording(func(raw record.Raw) {
			mu.Lock()
			defer mu.Unlock()
			raws = append(raws, raw)
		})
	}
	return func() []record.Raw {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(raws)
	}
}

// index says what a record holds.
func (c *check) index(report *probe.Report, version string) (index record.Index, err error) {
	index.Sipfacade = version
	paths := map[string]map[string]string{opentact.Vendor: c.overridden.OpenTACT.Paths, infinity.Vendor: c.overridden.Infinity.Paths}
	configured := map[string]int{}
	for _, target := range c.targets {
		configured[target.Vendor] = target.Generation
	}
	for _, found := range report.Vendors {
		if found.State == probe.NotConfigured {
			continue
		}
		vendor := record.Vendor{Vendor: found.Vendor, Paths: paths[found.Vendor]}
		if generation := configured[found.Vendor]; generation != 0 {
			vendor.Generation = &record.Generation{Configured: generation, Answering: []int{}}
		}
		if found.Generation != nil {
			vendor.Generation.Answering = found.Generation.Answering
		}
		index.Vendors = append(index.Vendors, vendor)
	}
	index.Report, err = json.Marshal(report)
	return index, err
}

// confidential returns what no record may hold: every secret of the configuration, and the names of
// the accounts.
func confidential(c config.Config, options vendors.Options) (values []record.Confidential) {
	for name, read := range map[string]func() string{
		"opentact_token": options.OpenTACT.Token, "opentact_password": options.OpenTACT.Password,
		"infinity_api_key": options.Infinity.APIKey, "infinity_password": options.Infinity.Password,
		"page_token_key": c.PageTokenKey.Reveal, "ledger_key": c.LedgerKey.Reveal,
	} {
		if read != nil {
			values = append(values, record.Confidential{Name: name, Value: read()})
		}
	}
	return append(values,
		record.Confidential{Name: "opentact_email", Value: options.OpenTACT.Email, Account: true},
		record.Confidential{Name: "infinity_username", Value: options.Infinity.Username, Account: true})
}
