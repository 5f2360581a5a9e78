package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	occ "github.com/opencontainers/cgroups"
	fsv1 "github.com/opencontainers/cgroups/fs"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// freezer returns the directory that freezes the container and the file in it
// that says whether it is told to: cgroup v1's or, where that is not mounted,
// v2's. "" when there is none.
func (m *Manager) freezer() (dir, file string) {
	if dir, ok := m.paths["freezer"]; ok {
		return dir, "freezer.self_freezing"
	}
	return m.paths[""], "cgroup.freeze"
}

// FreezerDir is the directory of the container's freezer, "" when there is none,
// and whether it is that of cgroup v2.
func (m *Manager) FreezerDir() (dir string, v2 bool) {
	dir, _ = m.freezer()
	return dir, dir == m.paths[""]
}

// Frozen tells whether the container itself was told to freeze, even if some
// process has not come to a stop yet. It does not wait. For a container that
// stands still because of an ancestor see FrozenBy.
func (m *Manager) Frozen() (bool, error) {
	dir, file := m.freezer()
	if dir == "" {
		return false, nil
	}
	return told(dir, file)
}

func told(dir, file string) (bool, error) {
	text, err := read(dir, file)
	if gone(err) {
		return false, nil
	}
	return text == "1\n", err
}

// FrozenBy returns the cgroup that keeps the processes of the container, or
// new ones, from running: its own or an ancestor; "" when there is none.
func (m *Manager) FrozenBy() (string, error) {
	dir, file := m.freezer()
	if dir == "" || !standsStill(dir, file) {
		return "", nil
	}
	for d := dir; d != "/"; d = filepath.Dir(d) {
		if frozen, err := told(d, file); frozen || err != nil {
			return d, err
		}
	}
	return "", nil
}

// standsStill is one read that covers all ancestors.
func standsStill(dir, file string) bool {
	if file == "cgroup.freeze" {
		n, err := readKey(dir, "cgroup.events", "frozen")
		// Told, but not yet still, counts as well.
		if frozen, _ := told(dir, file); frozen {
			return true
		}
		return err == nil && n == 1
	}
	state, err := read(dir, "freezer.state")
	return err == nil && state != "THAWED\n"
}

// refuseFrozen refuses a cgroup whose first process would never get to run.
func (m *Manager) refuseFrozen() error {
	by, err := m.FrozenBy()
	if err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	if by != "" {
		return fault.Worded(fault.CgroupFrozen, fmt.Errorf("container's cgroup unexpectedly frozen: by %s; thaw it first", by))
	}
	return nil
}

// patience bounds every wait for the kernel, or for processes in it.
const patience = 10 * time.Second

// Freeze stops all processes of the container and waits until they stand
// still. When they do not in time it thaws them again.
func (m *Manager) Freeze() error {
	dir, file := m.freezer()
	if dir == "" {
		return errors.New("freeze: the container has no cgroup that could do it")
	}
	if file != "cgroup.freeze" {
		if err := freezeV1(dir); err != nil {
			return fmt.Errorf("freeze %s: %w%s", dir, err, stuck(dir))
		}
		return nil
	}
	err := write(dir, "cgroup.freeze", "1")
	if err == nil {
		err = awaitEvent(dir, "frozen", 1, patience)
	}
	if err != nil {
		err = fmt.Errorf("freeze: %w%s", err, stuck(dir))
		_ = m.Thaw() // the first error says more
		return err
	}
	return nil
}

// freezeV1 asks again for some time: a process in the middle of an exec waits for
// its other threads to end, which frozen ones do not. The library thaws by itself
// on failure.
func freezeV1(dir string) (err error) {
	for deadline := time.Now().Add(patience / 5); ; {
		err = (&fsv1.FreezerGroup{}).Set(dir, &occ.Resources{Freezer: occ.Frozen})
		if err == nil || gone(err) || time.Now().After(deadline) {
			return err
		}
	}
}

// Thaw lets the processes run again, as far as no ancestor is frozen.
func (m *Manager) Thaw() error {
	dir, file := m.freezer()
	if dir == "" {
		return nil
	}
	var err error
	if file == "cgroup.freeze" {
		err = write(dir, "cgroup.freeze", "0")
	} else {
		err = write(dir, "freezer.state", "THAWED")
	}
	if err != nil && !gone(err) {
		return fmt.Errorf("thaw: %w", err)
	}
	return nil
}

// ThawAll lets processes die that were killed: with cgroup v1 they do not as long as
// they are frozen, be it by a cgroup below, which may be the container's own work.
func (m *Manager) ThawAll() error {
	dir, ok := m.paths["freezer"]
	if !ok {
		return nil
	}
	if err := thawTree(dir); err != nil {
		return fmt.Errorf("thaw: %w", err)
	}
	return nil
}

func thawTree(dir string) error {
	dir, done := reach(dir)
	defer done()
	err := write(dir, "freezer.state", "THAWED")
	if gone(err) {
		return nil
	}
	below, listErr := children(dir)
	if !gone(listErr) {
		err = first(err, listErr)
	}
	for _, child := range below {
		err = first(err, thawTree(child))
	}
	return err
}

// errTimeout is wrapped by awaitEvent.
var errTimeout = errors.New("timeout")

// awaitEvent waits until key in cgroup.events (cgroup v2) has the value want.
// The kernel announces every change. A cgroup that is gone has them all.
func awaitEvent(dir, key string, want uint64, timeout time.Duration) error {
	events, err := os.Open(dir + "/cgroup.events")
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer events.Close()
	for deadline := time.Now().Add(timeout); ; {
		got, err := readEvent(events, key)
		if gone(err) || err == nil && got == want {
			return nil
		}
		if err != nil {
			return err
		}
		left := time.Until(deadline)
		if left <= 0 {
			return fmt.Errorf("%w after %v waiting for %q to be %d in %s", errTimeout, timeout, key, want, events.Name())
		}
		if err := sys.PollEvent(events, left); err != nil {
			return err
		}
	}
}
