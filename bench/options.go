package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// options come from the environment, which go run and make pass on as it is.
type options struct {
	rounds     int      // BENCH_N: rounds of each case back to back (15)
	idleRounds int      // BENCH_IDLE_N: rounds after an idle moment (a third of that)
	parallel   int      // BENCH_PARALLEL: containers in the parallel case (200)
	views      []string // BENCH_VIEWS: v1, v2 or both (v1 v2)
	cases      string   // BENCH_CASES: only cases whose name has this in it
	out        string   // BENCH_OUT: where results.md and results.svg go (bench)

	// What the outer process tells the one in the view.
	inside, result, work string

	runtimes []runtime
}

func readOptions() (options, error) {
	o := options{
		views:  strings.Fields(getenv("BENCH_VIEWS", "v1 v2")),
		cases:  os.Getenv("BENCH_CASES"),
		out:    getenv("BENCH_OUT", "bench"),
		inside: os.Getenv("BENCH_INSIDE"),
		result: os.Getenv("BENCH_RESULT"),
		work:   os.Getenv("BENCH_WORK"),
	}
	var err error
	if o.rounds, err = number("BENCH_N", 15); err != nil {
		return o, err
	}
	if o.idleRounds, err = number("BENCH_IDLE_N", max(3, o.rounds/3)); err != nil {
		return o, err
	}
	if o.parallel, err = number("BENCH_PARALLEL", 200); err != nil {
		return o, err
	}
	for _, view := range o.views {
		if viewScripts[view] == "" {
			return o, fmt.Errorf("BENCH_VIEWS: no view %q (v1, v2)", view)
		}
	}
	if os.Getuid() != 0 {
		return o, fmt.Errorf("root is needed, for containers with ids and cgroups of their own")
	}
	o.runtimes, err = findRuntimes()
	return o, err
}

func getenv(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func number(name string, fallback int) (int, error) {
	value := os.Getenv(name)
	if value == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s=%s: want a number from 1 on", name, value)
	}
	return n, nil
}
