package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/test/cost"
)

// tables returns the part of the document that shows the results.
func tables(results *cost.Results) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s, %s, %d cores of an %s, %s.\n%s\n\n", results.Date.Format("2 January 2006"), results.Machine.Kernel,
		results.Machine.Cores, results.Machine.CPU, results.Version, busyness(results.Machine))
	out.WriteString("### One call\n\n")
	callsTable(&out, results.Calls)
	met, all := gatesMet(results.Calls)
	fmt.Fprintf(&out, "\nOf %d gates, %d are met and %d are missed.\n", all, met, all-met)
	out.WriteString("\n### Growth\n\n![CPU time by rows](performance-rows.svg)\n\n![CPU time and latency by callers](performance-callers.svg)\n\n")
	out.WriteString("### Request ids\n\n")
	ledgersTable(&out, results.Ledgers)
	out.WriteString("\n### Start and memory\n\n")
	memoryTable(&out, results.Memory)
	out.WriteString("\n### Many calls at once\n\n")
	crowdsTable(&out, results.Crowds)
	out.WriteString("\n### Where the time goes\n\n")
	componentsTable(&out, results.Components)
	return out.Bytes()
}

// busyness says how far the machine was left alone.
func busyness(machine cost.Machine) string {
	const little = 0.1 // cores
	if machine.Others < little {
		return "Nothing else ran on the machine."
	}
	return fmt.Sprintf("The machine was shared: other processes kept %.1f of its cores busy meanwhile.", machine.Others)
}

// gate is how many times the yardstick each protocol may take at most.
type gate struct {
	decoded bool // the yardstick is the proxy that decodes
	most    map[string]float64
}

// gateOf returns the gate for a kind of call.
func gateOf(work string) gate {
	switch {
	case strings.HasSuffix(work, "invites"):
		return gate{true, map[string]float64{cost.OverGRPC: 0.40, cost.OverJSON: 0.55}}
	case strings.HasSuffix(work, "users"):
		return gate{true, map[string]float64{cost.OverGRPC: 0.40, cost.OverJSON: 0.40}}
	default:
		return gate{false, map[string]float64{cost.OverGRPC: 1.30, cost.OverJSON: 1.45}}
	}
}

// callsTable writes what each kind of call costs.
func callsTable(out *bytes.Buffer, rows []cost.Row) {
	out.WriteString("| call | callers | server | CPU | to the proxy | to proxy + decode | gate | allocations | p50 | p99 |\n" +
		"| --- | ---: | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |\n")
	for _, row := range rows {
		fmt.Fprintf(out, "| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s |\n", row.Work, row.Callers, row.Server,
			duration(row.CPUMicros), ratio(row.ToProxy), ratio(row.ToDecode), verdict(row), allocations(row.Allocations),
			duration(row.P50Micros), duration(row.P99Micros))
	}
}

// ratio writes a ratio with the range of its middle half.
func ratio(of *cost.Ratio) string {
	if of == nil {
		return ""
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", of.Median, of.Low, of.High)
}

// check holds a row against its gate. It is not ok if the row has none.
func check(row cost.Row) (most float64, met, ok bool) {
	gate := gateOf(row.Work)
	measured := row.ToProxy
	if gate.decoded {
		measured = row.ToDecode
	}
	most, ok = gate.most[row.Server]
	if !ok || measured == nil {
		return 0, false, false
	}
	return most, measured.Median <= most, true
}

// verdict says whether the gate is met.
func verdict(row cost.Row) string {
	switch most, met, ok := check(row); {
	case !ok:
		return ""
	case met:
		return fmt.Sprintf("%.2f, met", most)
	default:
		return fmt.Sprintf("%.2f, **missed**", most)
	}
}

// gatesMet counts the gates, and those that are met.
func gatesMet(rows []cost.Row) (met, all int) {
	for _, row := range rows {
		_, isMet, ok := check(row)
		if ok {
			all++
		}
		if isMet {
			met++
		}
	}
	return met, all
}

func allocations(count float64) string {
	if count == 0 {
		return ""
	}
	return number(count)
}

// ledgersTable writes what a create with a request id costs with each ledger.
func ledgersTable(out *bytes.Buffer, rows []cost.LedgerRow) {
	out.WriteString("| ledger | callers | CPU of a create | to one without a request id | p50 | p99 |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, row := range rows {
		fmt.Fprintf(out, "| %s | %d | %s | %s | %s | %s |\n", row.Ledger, row.Callers,
			duration(row.CPUMicros), ratio(row.ToNone), duration(row.P50Micros), duration(row.P99Micros))
	}
}

// memoryTable writes the figures of the start and the memory.
func memoryTable(out *bytes.Buffer, figures []cost.Figure) {
	out.WriteString("| what | measured | target | |\n| --- | ---: | ---: | --- |\n")
	for _, f := range figures {
		met := "met"
		if f.Value > f.Target {
			met = "**missed**"
		}
		fmt.Fprintf(out, "| %s | %.0f %s | %.0f %s | %s |\n", f.Name, f.Value, f.Unit, f.Target, f.Unit, met)
	}
}

// crowdsTable writes what became of many calls at once.
func crowdsTable(out *bytes.Buffer, crowds []cost.Crowd) {
	out.WriteString("| what | calls | answered | failed | took | p50 | p99 |\n| --- | ---: | ---: | --- | ---: | ---: | ---: |\n")
	for _, c := range crowds {
		fmt.Fprintf(out, "| %s | %s | %s | %s | %.1f s | %s | %s |\n", c.Name, number(float64(c.Calls)), number(float64(c.Answered)),
			failures(c.Failures), c.Seconds, duration(c.P50*1e6), duration(c.P99*1e6))
	}
}

func failures(counts map[string]int) string {
	if len(counts) == 0 {
		return "0"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
	}
	return strings.Join(parts, ", ")
}

// componentsTable writes the shares of the CPU time.
func componentsTable(out *bytes.Buffer, runs []cost.Breakdown) {
	out.WriteString("| component |")
	for _, run := range runs {
		fmt.Fprintf(out, " %s, %s |", run.Work, run.Server)
	}
	out.WriteString("\n| --- |" + strings.Repeat(" ---: |", len(runs)) + "\n")
	for _, name := range append(cost.ComponentNames(), cost.Allocation) {
		fmt.Fprintf(out, "| %s |", name)
		for _, run := range runs {
			fmt.Fprintf(out, " %.1f %% |", 100*run.Shares[name])
		}
		out.WriteString("\n")
	}
}
