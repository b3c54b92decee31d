package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/sipfacade/sipfacade/test/cost"
)

// colours tell the servers apart, also for readers who do not see red and green as
// different.
var colours = map[string]string{
	cost.OverGRPC: "#0b62c4", cost.OverJSON: "#b35900", cost.DecodeProxy: "#6e40aa", cost.Proxy: "#59636e",
}

// rowsPlot shows how a list costs more with its length.
func rowsPlot(results *cost.Results) []byte {
	length := func(r cost.Row) float64 { return float64(r.Length) }
	return draw(chart{
		title: "A page of invites: CPU time by the rows that the vendor answers", xTitle: "rows", yTitle: "CPU time of one call",
		xLabel: number, yLabel: duration,
		lines: linesOf(results.Rows, length, func(r cost.Row) float64 { return r.CPUMicros }),
	})
}

// callersPlot shows how a call costs more when many call at once.
func callersPlot(results *cost.Results) []byte {
	callers := func(r cost.Row) float64 { return float64(r.Callers) }
	return draw(chart{
		title: "SipApp: CPU time by the callers that call at once", xTitle: "callers", yTitle: "CPU time of one call",
		xLabel: number, yLabel: duration, fromZero: true,
		lines: linesOf(results.Callers, callers, func(r cost.Row) float64 { return r.CPUMicros }),
	}, chart{
		title: "SipApp: latency by the callers that call at once", xTitle: "callers", yTitle: "99th percentile",
		xLabel: number, yLabel: duration,
		lines: linesOf(results.Callers, callers, func(r cost.Row) float64 { return r.P99Micros }),
	})
}

// linesOf makes a line for each server.
func linesOf(rows []cost.Row, x, y func(cost.Row) float64) (lines []line) {
	places := map[string]int{}
	for _, row := range rows {
		place, ok := places[row.Server]
		if !ok {
			place = len(lines)
			places[row.Server] = place
			lines = append(lines, line{name: row.Server, colour: colours[row.Server]})
		}
		lines[place].points = append(lines[place].points, point{x(row), y(row)})
	}
	return lines
}

// number writes a count, with commas between thousands.
func number(value float64) string {
	if value < 1000 {
		return fmt.Sprintf("%.0f", value)
	}
	return fmt.Sprintf("%d,%03d", int(value)/1000, int(value)%1000)
}

// duration writes µs with three digits, in the unit that fits.
func duration(micros float64) string {
	if micros == 0 {
		return "0"
	}
	unit := math.Pow(10, math.Floor(math.Log10(micros))-2)
	rounded := math.Round(micros/unit) * unit
	switch {
	case rounded < 1000:
		return digits(rounded) + " µs"
	case rounded < 1_000_000:
		return digits(rounded/1000) + " ms"
	default:
		return digits(rounded/1_000_000) + " s"
	}
}

// digits writes a number of three digits without an exponent.
func digits(value float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", value), "0"), ".")
}
