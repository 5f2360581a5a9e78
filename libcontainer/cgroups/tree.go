package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// procs returns the processes of the cgroup dir itself.
func procs(dir string) ([]int, error) {
	text, err := read(dir, "cgroup.procs")
	threaded := errors.Is(err, unix.EOPNOTSUPP) // of v2
	if threaded {
		text, err = read(dir, "cgroup.threads")
	}
	if err != nil {
		return nil, err
	}
	var pids []int
	for word := range strings.FieldsSeq(text) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("%s/cgroup.procs: %w", dir, err)
		}
		if threaded {
			if pid, err = sys.Leader(pid); err != nil {
				continue // it has ended
			}
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// allProcs returns the processes of dir and of all cgroups below it, each once,
// though its threads may be in several. Cgroups that vanish meanwhile have none.
func allProcs(dir string) ([]int, error) {
	pids, err := procsBelow(dir)
	slices.Sort(pids)
	return slices.Compact(pids), err
}

func procsBelow(dir string) ([]int, error) {
	dir, done := reach(dir)
	defer done()
	pids, err := procs(dir)
	if err != nil {
		return nil, err
	}
	below, err := children(dir)
	if err != nil {
		return nil, err
	}
	for _, child := range below {
		more, err := procsBelow(child)
		if err != nil && !gone(err) {
			return nil, err
		}
		pids = append(pids, more...)
	}
	return pids, nil
}

// children returns the cgroups directly below dir.
func children(dir string) ([]string, error) {
	if has, _ := sys.Subdirs(dir); !has {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, filepath.Join(dir, e.Name()))
		}
	}
	return dirs, nil
}

// longPath is the length from which on names could make a path longer than the
// kernel takes (PATH_MAX).
const longPath = 3 << 10

// reach returns a short path of dir, good until done is called: a container
// nests cgroups as deep as it likes.
func reach(dir string) (path string, done func()) {
	if len(dir) > longPath {
		if f, err := sys.OpenDir(dir); err == nil {
			return sys.FDPath(f) + "/.", func() { f.Close() }
		}
	}
	return dir, func() {}
}
