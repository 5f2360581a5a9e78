package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// report prints a row for each program, then every point that fails, then the
// counts. Its error is that there are such points, or nothing at all.
func report(doc string, views []pair) error {
	why, err := readExplanations(doc)
	if err != nil {
		return err
	}
	var all []finding
	for _, v := range views {
		list, err := reportView(v.key, v.value, why)
		if err != nil {
			return err
		}
		all = append(all, list...)
	}
	printFailures(all)
	return closing(all)
}

// printFailures names each point that fails, but not all of a program that
// gave up.
func printFailures(all []finding) {
	shown := make(map[[2]string]int)
	for _, f := range all {
		why := map[verdict]string{worse: "the other passes", silent: "not explained"}[f.verdict]
		if why == "" {
			continue
		}
		key := [2]string{f.view, f.program}
		if shown[key]++; shown[key] <= 10 {
			fmt.Printf("FAILED %s (%s; %s): %s\n", f.program, f.view, why, f.point)
		}
	}
}

// reportView is a row for each program of a view.
func reportView(view, out string, why explanations) (all []finding, err error) {
	records, err := filepath.Glob(filepath.Join(out, "*."+ours+".tap"))
	if err != nil || len(records) == 0 {
		return nil, errors.Join(err, fmt.Errorf("%s: no records", out))
	}
	for _, record := range records {
		program := strings.TrimSuffix(filepath.Base(record), "."+ours+".tap")
		list, err := compare(view, out, program, why)
		if err != nil {
			return nil, err
		}
		both := number(list, passed)
		fmt.Printf("%-32s %s  of %3d points ours passes %3d, the other %3d  %s\n", program, view,
			len(list), both+number(list, better), both+number(list, worse), words(list))
		all = append(all, list...)
	}
	return all, nil
}

// compare judges the records of a program.
func compare(view, out, program string, why explanations) ([]finding, error) {
	mine, err := read(filepath.Join(out, program+"."+ours+".tap"))
	if err != nil {
		return nil, err
	}
	theirs, err := read(filepath.Join(out, program+"."+other+".tap"))
	if err != nil {
		return nil, err
	}
	return judge(view, program, mine, theirs, why), nil
}

func read(record string) (*results, error) {
	f, err := os.Open(record)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parse(f)
}

// words says what of a program's points is not plainly passed.
func words(list []finding) string {
	var parts []string
	for _, w := range [...]struct {
		verdict verdict
		word    string
	}{{worse, "WORSE"}, {silent, "NOT EXPLAINED"}, {explained, "explained"}, {better, "better"}} {
		if n := number(list, w.verdict); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, w.word))
		}
	}
	return strings.Join(parts, ", ")
}

func number(list []finding, v verdict) int {
	return len(list) - len(slices.DeleteFunc(slices.Clone(list), func(f finding) bool { return f.verdict == v }))
}

// closing prints the counts.
func closing(all []finding) error {
	good := number(all, passed) + number(all, better)
	bad := number(all, worse) + number(all, silent)
	fmt.Printf("\nconformance: %d passed (%d that the other fails), %d failed, %d explained\n", good, number(all, better), bad, number(all, explained))
	if bad > 0 || good == 0 {
		return fmt.Errorf("%d points failed", bad)
	}
	return nil
}
