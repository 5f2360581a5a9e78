// Command bench measures this runtime beside Debian's runc and crun, and beside a
// C program that does the kernel's share alone. It is built by `go run ./bench`,
// which is what `make bench` does; docs/performance.md tells how to read it.
//
// All runtimes take turns at each case, so that whatever else the machine does
// meets all of them. Nothing here fails because something was slow.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures each view in a process of its own, then writes the report. That
// process, in the mount namespace of the view, comes here again.
func run(ctx context.Context) error {
	options, err := readOptions()
	if err != nil {
		return err
	}
	if options.inside != "" {
		return measureView(ctx, options)
	}
	if err := installPackages(options.runtimes); err != nil {
		return err
	}
	if options.work, err = os.MkdirTemp("", "runc-bench."); err != nil {
		return err
	}
	defer os.RemoveAll(options.work)
	if err := compileHelpers(options); err != nil {
		return err
	}
	if err := keepOurs(options); err != nil {
		return err
	}
	report := report{Options: options, Machine: describeMachine()}
	for _, view := range options.views {
		measured, err := inView(ctx, options, view)
		if err != nil {
			return err
		}
		report.Views = append(report.Views, measured)
	}
	report.Machine.LoadAfter = loadAverage()
	return report.write(options.out)
}

// viewScripts set up /sys/fs/cgroup in a mount namespace of their own.
var viewScripts = map[string]string{
	"v1": `if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi; exec "$0"`,
	"v2": `umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; exec "$0"`,
}

// inView runs this program again with the cgroup view, and returns what it found.
func inView(ctx context.Context, options options, view string) (measuredView, error) {
	result := filepath.Join(options.work, view+".json")
	self, err := os.Executable()
	if err != nil {
		return measuredView{}, err
	}
	cmd := exec.CommandContext(ctx, "unshare", "--mount", "sh", "-ec", viewScripts[view], self)
	cmd.Env = append(os.Environ(), "BENCH_INSIDE="+view, "BENCH_RESULT="+result, "BENCH_WORK="+options.work, "BENCH_OURS="+keptOurs(options))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Run(); err != nil {
		return measuredView{}, fmt.Errorf("view %s: %w", view, err)
	}
	var measured measuredView
	data, err := os.ReadFile(result)
	if err != nil {
		return measuredView{}, err
	}
	return measured, json.Unmarshal(data, &measured)
}

// measureView measures all cases of the view we are in.
func measureView(ctx context.Context, options options) error {
	lab, err := newLab(ctx, options)
	if err != nil {
		return err
	}
	defer lab.close()
	measured := measuredView{Name: options.inside}
	measured.Cases = lab.measureCases()
	measured.Parallel = lab.measureParallel()
	if options.inside == "v1" {
		measured.Memory = lab.measureMemoryLimits()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	data, err := json.Marshal(measured)
	if err != nil {
		return err
	}
	return os.WriteFile(options.result, data, 0o600)
}
