package main

import (
	"bufio"
	"os"
	"regexp"
	"slices"
	"strings"
)

// verdict is about one point of a program.
type verdict int

const (
	passed    verdict = iota // by both
	better                   // by ours alone
	explained                // by none, and docs/conformance.md says why
	worse                    // by the other alone
	silent                   // by none, and nobody says why
)

// finding is a point that is not passed by both.
type finding struct {
	view, program, point string
	verdict              verdict
}

// judge compares the points of a program. A point that one runtime does not
// come to, because the program gave up, is not passed by it.
func judge(view, program string, mine, theirs *results, why explanations) (list []finding) {
	points := slices.Clone(theirs.order)
	for _, p := range mine.order {
		if _, ok := theirs.passed[p]; !ok {
			points = append(points, p)
		}
	}
	for _, p := range points {
		if _, reported := mine.passed[p]; !reported && !theirs.passed[p] && mine.passed[theEnd] {
			continue // the other's own trouble
		}
		f := finding{view, program, p, passed}
		switch {
		case mine.passed[p] && theirs.passed[p]:
		case mine.passed[p]:
			f.verdict = better
		case theirs.passed[p]:
			f.verdict = worse
		case why.have(view, program, p):
			f.verdict = explained
		default:
			f.verdict = silent
		}
		list = append(list, f)
	}
	return list
}

// explanation is a row of the table in docs/conformance.md: the program, text
// that the point holds ("" for all), the views, the reason.
type explanation struct{ program, text, views, why string }

type explanations []explanation

var row = regexp.MustCompile("^\\| `([a-z_]+)`(?: `([^`]+)`)? \\| ([v12, ]+) \\| (.+) \\|$")

func readExplanations(doc string) (list explanations, err error) {
	f, err := os.Open(doc)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		if m := row.FindStringSubmatch(in.Text()); m != nil {
			list = append(list, explanation{m[1], m[2], m[3], m[4]})
		}
	}
	return list, in.Err()
}

func (e explanations) have(view, program, point string) bool {
	return slices.ContainsFunc(e, func(x explanation) bool {
		return x.program == program && strings.Contains(x.views, view) && strings.Contains(point, x.text)
	})
}
