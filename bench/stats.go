package main

import (
	"math"
	"slices"
)

// walls returns the wall times in milliseconds of the samples that did not fail.
func walls(samples []sample) []float64 {
	return pick(samples, func(s sample) float64 { return float64(s.WallNS) / 1e6 })
}

// cpus returns CPU times in milliseconds.
func cpus(samples []sample) []float64 {
	return pick(samples, func(s sample) float64 { return float64(s.CPUUS) / 1e3 })
}

// peaks returns the memory of the largest process in MiB.
func peaks(samples []sample) []float64 {
	return pick(samples, func(s sample) float64 { return float64(s.MaxRSSKB) / 1024 })
}

func pick(samples []sample, value func(sample) float64) []float64 {
	var values []float64
	for _, s := range samples {
		if s.WallNS > 0 {
			values = append(values, value(s))
		}
	}
	return values
}

// median returns NaN for nothing.
func median(values []float64) float64 { return percentile(values, 50) }

// percentile interpolates between the two nearest ranks.
func percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := p / 100 * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// smallest returns NaN for nothing.
func smallest(values []float64) float64 { return percentile(values, 0) }

// pairedRatio is the median of a/b over the rounds in which both did it. What
// slows the machine for a while slows both sides of a pair.
func pairedRatio(a, b []sample, value func([]sample) []float64) float64 {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		x, y := value(a[i:i+1]), value(b[i:i+1])
		if len(x) == 1 && len(y) == 1 && y[0] > 0 {
			ratios = append(ratios, x[0]/y[0])
		}
	}
	return median(ratios)
}
