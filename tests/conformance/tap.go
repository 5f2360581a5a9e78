package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// endMark begins the line that tells how a program ended.
const endMark = "# conformance: "

// results are the points that a program reports: passed or not.
type results struct {
	passed map[string]bool
	// order is that in which they were reported.
	order []string
}

// theEnd is the point that every program has: that it ends with status 0, after
// a test plan, without an error that belongs to no other point. Some programs
// have this one only.
const theEnd = "the program ends without an error"

var (
	pointLine = regexp.MustCompile(`^(not )?ok( [0-9]+)?( - | )?(.*)$`)
	planLine  = regexp.MustCompile(`^1\.\.[0-9]+`)
	directive = regexp.MustCompile(`(?i)^# ?(skip|todo)|\s# ?(skip|todo)`)
	// What differs from run to run: ids, and names in /tmp.
	uuid   = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	bundle = regexp.MustCompile(`/\S*/ocitest[0-9]+`)
)

// parse reads TAP, as these programs write it: points, and YAML below some.
func parse(r io.Reader) (*results, error) {
	res := &results{passed: make(map[string]bool)}
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	ended, plan, alone := false, false, true
	for in.Scan() {
		line := in.Text()
		switch point := pointLine.FindStringSubmatch(line); {
		case point != nil:
			alone = false
			// A point that is skipped or still to do passes, with TAP.
			res.add(point[4], point[1] == "" || directive.MatchString(point[4]))
		case planLine.MatchString(line):
			plan = true
		case alone && strings.HasPrefix(strings.TrimSpace(line), `"error": "`):
			res.add(theEnd, false) // the programs for hooks report like this
		case strings.HasPrefix(line, endMark):
			ended = strings.TrimPrefix(line, endMark) == "ended well"
		}
	}
	if _, ok := res.passed[theEnd]; !ok {
		// A program that wants an error and gets it may end without a plan. To
		// end well after failing everything is no merit.
		passed, all := res.count()
		res.add(theEnd, ended && (alone || plan) && (passed > 0 || all == 0))
	}
	return res, in.Err()
}

// add keeps points of one name apart by a number.
func (r *results) add(name string, passed bool) {
	name = bundle.ReplaceAllString(uuid.ReplaceAllString(name, "ID"), "BUNDLE")
	unique := name
	for i := 2; ; i++ {
		if _, ok := r.passed[unique]; !ok {
			break
		}
		unique = fmt.Sprintf("%s (%d)", name, i)
	}
	r.passed[unique] = passed
	r.order = append(r.order, unique)
}

// count returns how many points passed, and how many there are.
func (r *results) count() (passed, all int) {
	for _, ok := range r.passed {
		if ok {
			passed++
		}
	}
	return passed, len(r.passed)
}
