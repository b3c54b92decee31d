package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"slices"
)

// chart is one plot. The x axis is logarithmic.
type chart struct {
	title, xTitle, yTitle string
	xLabel, yLabel        func(float64) string
	// fromZero makes the y axis linear, from zero, rather than logarithmic.
	fromZero bool
	lines    []line
}

// line is one series, named at its last point.
type line struct {
	name   string
	colour string
	points []point
}

type point struct{ x, y float64 }

// The measures of a chart in pixels: the plot area has margins for labels.
const (
	chartWidth, chartHeight = 760, 400
	left, right, top, foot  = 76, 150, 44, 56
	plotWidth               = chartWidth - left - right
	plotHeight              = chartHeight - top - foot
	labelHeight             = 15
)

// draw returns an SVG with charts below each other.
func draw(charts ...chart) []byte {
	var svg bytes.Buffer
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`+"\n",
		chartWidth, chartHeight*len(charts))
	fmt.Fprintf(&svg, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", chartWidth, chartHeight*len(charts))
	for i, c := range charts {
		fmt.Fprintf(&svg, `<g transform="translate(0 %d)">`+"\n", i*chartHeight)
		c.write(&svg)
		svg.WriteString("</g>\n")
	}
	svg.WriteString("</svg>\n")
	return svg.Bytes()
}

// write writes the chart.
func (c chart) write(svg *bytes.Buffer) {
	var xs, ys []float64
	for _, l := range c.lines {
		for _, p := range l.points {
			xs, ys = append(xs, p.x), append(ys, p.y)
		}
	}
	x, y := logarithmic(xs, left, plotWidth), logarithmic(ys, top+plotHeight, -plotHeight)
	if c.fromZero {
		y = linear(ys, top+plotHeight, -plotHeight)
	}
	text(svg, left, 22, `font-size="14" font-weight="600" fill="#1f2328"`, c.title)
	text(svg, left+plotWidth/2, chartHeight-14, `text-anchor="middle" fill="#59636e"`, c.xTitle)
	text(svg, left, top-8, `fill="#59636e"`, c.yTitle)
	for _, tick := range x.ticks {
		at := x.position(tick)
		rule(svg, at, top, at, top+plotHeight)
		text(svg, at, top+plotHeight+18, `text-anchor="middle" fill="#59636e"`, c.xLabel(tick))
	}
	for _, tick := range y.ticks {
		at := y.position(tick)
		rule(svg, left, at, left+plotWidth, at)
		text(svg, left-8, at+4, `text-anchor="end" fill="#59636e"`, c.yLabel(tick))
	}
	for _, l := range c.lines {
		l.write(svg, x, y)
	}
	c.writeNames(svg, y)
}

// write writes the line and its points.
func (l line) write(svg *bytes.Buffer, x, y axis) {
	fmt.Fprintf(svg, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, l.colour)
	for _, p := range l.points {
		fmt.Fprintf(svg, "%.1f,%.1f ", x.position(p.x), y.position(p.y))
	}
	svg.WriteString("\"/>\n")
	for _, p := range l.points {
		fmt.Fprintf(svg, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`+"\n", x.position(p.x), y.position(p.y), l.colour)
	}
}

// writeNames writes the names beside the last points, far enough from each other.
func (c chart) writeNames(svg *bytes.Buffer, y axis) {
	last := func(l line) float64 { return y.position(l.points[len(l.points)-1].y) }
	sorted := slices.SortedFunc(slices.Values(c.lines), func(a, b line) int { return int(math.Copysign(1, last(a)-last(b))) })
	free := 0.0
	for _, l := range sorted {
		at := max(last(l), free)
		free = at + labelHeight
		text(svg, left+plotWidth+12, at+4, fmt.Sprintf(`font-weight="600" fill="%s"`, l.colour), l.name)
	}
}

func text(svg *bytes.Buffer, x, y float64, attributes, content string) {
	fmt.Fprintf(svg, `<text x="%.1f" y="%.1f" %s>%s</text>`+"\n", x, y, attributes, html.EscapeString(content))
}

func rule(svg *bytes.Buffer, x1, y1, x2, y2 float64) {
	fmt.Fprintf(svg, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#e4e8ec"/>`+"\n", x1, y1, x2, y2)
}
