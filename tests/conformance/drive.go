package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// attempts is how often a program runs that looks worse with ours. Some send a
// signal as soon as the status says running, which may be before the container's
// shell has set its trap, or after its true has ended.
const attempts = 4

// limit bounds one program. The longest waits 14 seconds by itself.
const limit = 2 * time.Minute

// lanes is how many programs run at once: most of them wait.
const lanes = 4

// drive runs every program of bin with every runtime in the working directory,
// which holds what they want there: runtimetest and the root file system.
func drive(bin, out string, runtimes []pair) error {
	programs, err := os.ReadDir(bin)
	if err != nil {
		return err
	}
	queue := make(chan []string)
	errs := make(chan error, lanes)
	for range lanes {
		go func() { errs <- work(queue, bin, out, runtimes) }()
	}
	for _, batch := range batches(programs) {
		queue <- batch
	}
	close(queue)
	var all error
	for range lanes {
		all = errors.Join(all, <-errs)
	}
	return all
}

// batches are the programs, apart but for those that cannot run at once.
func batches(programs []os.DirEntry) [][]string {
	list := [][]string{nil}
	for _, p := range programs {
		if usesCgroups(p.Name()) {
			list[0] = append(list[0], p.Name())
		} else {
			list = append(list, []string{p.Name()})
		}
	}
	return list
}

// usesCgroups tells which programs cannot run at once: they share the cgroup
// /cgrouptest.
func usesCgroups(program string) bool {
	return strings.HasPrefix(program, "linux_cgroups") || strings.HasPrefix(program, "delete_") ||
		program == "config_updates_without_affect"
}

// work takes programs from queue until it is closed, and goes on after an error
// so that the queue does not block.
func work(queue <-chan []string, bin, out string, runtimes []pair) (errs error) {
	for programs := range queue {
		for _, program := range programs {
			errs = errors.Join(errs, both(bin, out, program, runtimes))
		}
	}
	return errs
}

// both runs a program with all runtimes.
func both(bin, out, program string, runtimes []pair) error {
	for range attempts {
		for _, r := range runtimes {
			if err := one(filepath.Join(bin, program), filepath.Join(out, program+"."+r.key), r.value); err != nil {
				return err
			}
		}
		findings, err := compare("", out, program, nil)
		if err != nil || number(findings, worse) == 0 {
			return err
		}
	}
	return nil
}

// one runs a program. Its stdout goes to record.tap, with a last line that says
// how it ended, and its stderr to record.err.
func one(program, record, runtime string) error {
	stdout, err := os.Create(record + ".tap")
	if err != nil {
		return err
	}
	defer stdout.Close()
	stderr, err := os.Create(record + ".err")
	if err != nil {
		return err
	}
	defer stderr.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), "RUNTIME="+runtime)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("still running after %v", limit)
	}
	end := "ended well"
	if err != nil {
		end = err.Error()
	}
	_, err = fmt.Fprintf(stdout, "\n%s%s\n", endMark, end)
	return err
}
