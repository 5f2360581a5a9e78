package main

import (
	"fmt"
	"math"
	"strings"
)

// Measures of the plot, in pixels.
const (
	plotWidth  = 760
	labelWidth = 270 // for the name of the case
	nameWidth  = 48  // for that of the runtime
	figureRoom = 80  // for the figure behind a bar
	barHeight  = 13
	caseGap    = 12
	headHeight = 58
)

// colours of the bars; the floor is no rival.
var colours = map[string]string{nameFloor: "#b8bec6", nameOurs: "#1f77b4", nameCrun: "#e8a33d", nameRunc: "#c25e5e"}

// A bar is a line of the plot.
type bar struct {
	name  string
	value float64
}

// plot is results.svg: bars of the medians, cases one below the other. Each case
// has a scale of its own, for a list takes longer than a version.
func (r report) plot() string {
	var body strings.Builder
	y := headHeight
	for _, view := range r.Views {
		fmt.Fprintf(&body, `<text x="12" y="%d" class="view">cgroup %s</text>`+"\n", y+4, view.Name)
		y += 20
		for _, c := range view.Cases {
			bars := c.bars()
			if len(bars) < 2 {
				continue
			}
			drawCase(&body, c.title(), bars, y)
			y += len(bars)*barHeight + caseGap
		}
		y += caseGap
	}
	return plotHead(y, r.Machine) + body.String() + "</svg>\n"
}

// bars are the medians that there are.
func (c caseResult) bars() []bar {
	var bars []bar
	for _, name := range columns {
		if value := median(walls(c.Samples[name])); !math.IsNaN(value) {
			bars = append(bars, bar{name, value})
		}
	}
	return bars
}

func plotHead(height int, m machine) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">
<title>Wall time of container runtimes</title>
<style>
text { font: 12px sans-serif; fill: #222; }
.title { font-size: 16px; font-weight: bold; }
.view { font-weight: bold; }
.small { font-size: 11px; fill: #555; }
</style>
<rect width="100%%" height="100%%" fill="#fff"/>
<text x="12" y="22" class="title">Wall time in milliseconds, medians: shorter is better</text>
<text x="12" y="38" class="small">each case has a scale of its own; %s, %d cores, Linux %s</text>
`, plotWidth, height, escape(m.CPU), m.Cores, escape(m.Kernel))
}

func drawCase(b *strings.Builder, title string, bars []bar, y int) {
	longest := 0.0
	for _, bar := range bars {
		longest = max(longest, bar.value)
	}
	room := float64(plotWidth - labelWidth - nameWidth - figureRoom)
	fmt.Fprintf(b, `<text x="12" y="%d">%s</text>`+"\n", y+10, escape(title))
	for i, bar := range bars {
		top := y + i*barHeight
		length := bar.value / longest * room
		fmt.Fprintf(b, `<text x="%d" y="%d" class="small" text-anchor="end">%s</text>`, labelWidth+nameWidth-6, top+10, bar.name)
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, labelWidth+nameWidth, top+1, length, barHeight-2, colours[bar.name])
		fmt.Fprintf(b, `<text x="%.1f" y="%d" class="small">%s</text>`+"\n", labelWidth+nameWidth+length+5, top+10, figure(bar.value))
	}
}

// escape makes text fit for XML.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
