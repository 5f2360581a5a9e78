// Command conformance runs the validation programs of
// github.com/opencontainers/runtime-tools against several runtimes and compares
// what they report. run.sh calls it, once in each view of cgroups and then for
// the report; docs/conformance.md tells what it is for.
//
//	conformance drive BIN OUT NAME=RUNTIME...    run the programs of BIN, keep what they say in OUT
//	conformance report DOC VIEW=OUT...           compare ours with the other, print, judge
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// The names under which run.sh drives the two runtimes.
const ours, other = "ours", "other"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) >= 4 && args[0] == "drive":
		return drive(args[1], args[2], pairs(args[3:]))
	case len(args) >= 3 && args[0] == "report":
		return report(args[1], pairs(args[2:]))
	}
	return errors.New("see the comment in tests/conformance/main.go")
}

// pair is an argument KEY=VALUE.
type pair struct{ key, value string }

func pairs(args []string) []pair {
	list := make([]pair, 0, len(args))
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		list = append(list, pair{key, value})
	}
	return list
}
