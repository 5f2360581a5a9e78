package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Names of the runtimes in tables. The first is what ratios are taken for.
const (
	nameOurs  = "ours"
	nameCrun  = "crun"
	nameRunc  = "runc"
	nameFloor = "floor"
)

// A runtime is a program that runs containers. The floor is one as well, though
// it can only run.
type runtime struct {
	Name string
	Path string
}

// findRuntimes returns those that are measured. BENCH_RUNC and BENCH_CRUN name
// others than Debian's, BENCH_OURS another than ./runc.
func findRuntimes() ([]runtime, error) {
	ours, err := filepath.Abs(getenv("BENCH_OURS", "runc"))
	if err != nil {
		return nil, err
	}
	return []runtime{
		{nameOurs, ours},
		{nameCrun, getenv("BENCH_CRUN", "/usr/bin/crun")},
		{nameRunc, getenv("BENCH_RUNC", "/usr/sbin/runc")},
	}, nil
}

// keepOurs copies our binary, so that a build meanwhile changes nothing.
func keepOurs(o options) error {
	data, err := os.ReadFile(o.runtimes[0].Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // present tells that
	}
	if err != nil {
		return err
	}
	return os.WriteFile(keptOurs(o), data, 0o755)
}

func keptOurs(o options) string { return filepath.Join(o.work, "ours") }

// present leaves out the runtimes that are not installed, and says so.
func present(all []runtime) []runtime {
	var found []runtime
	for _, r := range all {
		if _, err := os.Stat(r.Path); err != nil {
			fmt.Printf("%s is left out: %v\n", r.Name, err)
			continue
		}
		found = append(found, r)
	}
	return found
}

// isFloor says whether r is the C program that knows no commands.
func (r runtime) isFloor() bool { return r.Name == nameFloor }

// command is a call of the runtime with a state root of its own.
func (l *lab) command(r runtime, args ...string) []string {
	return append([]string{r.Path, "--root", l.stateRoot(r)}, args...)
}

func (l *lab) stateRoot(r runtime) string { return filepath.Join(l.dir, "state-"+r.Name) }

// version is the first line of --version, and the library lines that matter.
func (r runtime) version() string {
	if r.isFloor() {
		return "bench/c/floor.c"
	}
	output, err := exec.Command(r.Path, "--version").Output()
	if err != nil {
		return "no version: " + err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	text := lines[0]
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, "go:") || strings.HasPrefix(line, "commit:") {
			text += ", " + strings.TrimSpace(line)
		}
	}
	return text
}
