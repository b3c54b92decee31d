package main

import (
	"math"
	"slices"
)

// axis maps values to pixels.
type axis struct {
	low, high     float64 // in units of the scale
	start, length float64 // in pixels
	scale         func(float64) float64
	ticks         []float64
}

// position returns the pixel of a value.
func (a axis) position(value float64) float64 {
	return a.start + a.length*(a.scale(value)-a.low)/(a.high-a.low)
}

// logarithmic returns an axis of the powers of ten, with a margin at both ends. An axis
// of less than two decades also has ticks between them.
func logarithmic(values []float64, start, length float64) axis {
	const share, short = 0.04, 2
	low, high := math.Log10(slices.Min(values)), math.Log10(slices.Max(values))
	margin := max((high-low)*share, 0.02)
	a := axis{low: low - margin, high: high + margin, start: start, length: length, scale: math.Log10}
	steps := []float64{1}
	if high-low < short {
		steps = []float64{1, 2, 5}
	}
	for exponent := math.Floor(a.low); exponent <= a.high; exponent++ {
		for _, step := range steps {
			value := step * math.Pow(10, exponent)
			if at := math.Log10(value); at >= a.low && at <= a.high {
				a.ticks = append(a.ticks, value)
			}
		}
	}
	return a
}

// linear returns an axis from zero, with four to eight ticks at round values.
func linear(values []float64, start, length float64) axis {
	most := slices.Max(values) * 1.05
	step := math.Pow(10, math.Floor(math.Log10(most)))
	switch {
	case most/step < 2:
		step /= 5
	case most/step < 4:
		step /= 2
	}
	a := axis{high: most, start: start, length: length, scale: func(value float64) float64 { return value }}
	for tick := 0.0; tick <= most; tick += step {
		a.ticks = append(a.ticks, tick)
	}
	return a
}
