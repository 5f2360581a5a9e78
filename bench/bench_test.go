package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestPercentile(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	for _, c := range []struct{ p, want float64 }{{0, 1}, {50, 2.5}, {100, 4}} {
		if got := percentile(values, c.p); got != c.want {
			t.Errorf("percentile %v: %v, want %v", c.p, got, c.want)
		}
	}
	if !math.IsNaN(median(nil)) {
		t.Error("the median of nothing is something")
	}
}

func TestPairedRatioLeavesOutFailedRounds(t *testing.T) {
	ours := []sample{{WallNS: 1e6}, {}, {WallNS: 9e6}, {WallNS: 2e6}}
	other := []sample{{WallNS: 2e6}, {WallNS: 1e6}, {}, {WallNS: 4e6}}
	if got := pairedRatio(ours, other, walls); got != 0.5 {
		t.Errorf("ratio %v, want 0.5", got)
	}
}

func TestParseSpawn(t *testing.T) {
	s, err := parseSpawn(strings.NewReader("done 0\ndone 0\ntotal 5000000 3000 2048\n"))
	if want := (sample{5e6, 3000, 2048}); err != nil || s != want {
		t.Errorf("got %v, %v, want %v", s, err, want)
	}
	for _, text := range []string{"", "done 0\n", "done 0\ndone 3\ntotal 1 2 3\n"} {
		if _, err := parseSpawn(strings.NewReader(text)); err == nil {
			t.Errorf("%q is taken as a success", text)
		}
	}
}

func TestWithIdle(t *testing.T) {
	got := strings.Join(withIdle([]string{"a", "1", "--", "b", "++", "c"}, 300), " ")
	if want := "~300 a 1 -- ~300 b ++ ~300 c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The report must cope with a runtime that could not do a case.
func TestReport(t *testing.T) {
	r := report{
		Machine: machine{CPU: `A & "B" <C>`},
		Views: []measuredView{{Name: "v1", Cases: []caseResult{{
			Name:  "run true",
			Order: []string{nameFloor, nameOurs},
			Samples: map[string][]sample{
				nameFloor: {{WallNS: 2e6, CPUUS: 1000, MaxRSSKB: 1024}},
				nameOurs:  {{WallNS: 4e6, CPUUS: 3000, MaxRSSKB: 2048}},
			},
			Notes: []string{"crun can't: no reason"},
		}}}},
	}
	text := r.markdown()
	for _, want := range []string{"| run true | 2.00 | 4.00 |  |  | 2.00 |  |  |", "crun can't: no reason", "| ours | 1 | 4.00 | 4.00 | 4.00 | 3.00 | 2.00 | 1.00 | 1.00 |"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(r.plot()))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the plot is no XML: %v", err)
		}
	}
}
