package cgroups

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// Destroy removes the cgroup and those below it. It kills nothing, but waits,
// with an end, for processes that are dying. When some stay, the error names
// them.
func (m *Manager) Destroy() error {
	return m.destroyWithin(patience)
}

func (m *Manager) destroyWithin(timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	if m.cfg.Systemd && len(m.paths) > 0 {
		return m.destroySystemd(deadline)
	}
	for _, dir := range m.dirs() {
		if err := removeTree(dir, deadline); err != nil {
			return err // the same processes keep the other hierarchies busy
		}
	}
	return nil
}

// destroySystemd stops the unit, after its processes have gone: systemd would
// send them signals of its own.
func (m *Manager) destroySystemd(deadline time.Time) error {
	dir := m.procsDir()
	if err := awaitEmpty(dir, deadline); err != nil {
		return fmt.Errorf("remove cgroup: %w", err)
	}
	for _, dir := range m.dirs() { // systemd and the library go by path, which may be too long
		if err := removeBelow(dir, deadline); err != nil {
			return err
		}
	}
	lib, err := m.library()
	if err != nil {
		return err
	}
	if err := lib.Destroy(); err != nil {
		return fault.New(fault.Systemd, fmt.Errorf("remove cgroup %s: systemd: %w", dir, err), "")
	}
	return nil
}

// removeTree removes dir, which most often is one call. If it is in use, the
// cgroups below go first, then it waits for the processes.
func removeTree(dir string, deadline time.Time) error {
	err := rmdir(dir)
	if err == nil {
		return nil
	}
	if err := removeBelow(dir, deadline); err != nil {
		return err
	}
	for errors.Is(err, unix.EBUSY) || errors.Is(err, unix.ENOTEMPTY) {
		if err := awaitEmpty(dir, deadline); err != nil {
			return fmt.Errorf("remove cgroup: %w", err)
		}
		if err = rmdir(dir); err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			break
		}
		// Empty and still busy: the kernel is about to let go of the last
		// process, and nothing announces that.
		time.Sleep(200 * time.Microsecond)
	}
	return fmt.Errorf("remove cgroup: %w", err)
}

func removeBelow(dir string, deadline time.Time) error {
	dir, done := reach(dir)
	defer done()
	below, err := children(dir)
	if err != nil && !gone(err) {
		return fmt.Errorf("remove cgroup: %w", err)
	}
	for _, child := range below {
		if err := removeTree(child, deadline); err != nil {
			return err
		}
	}
	return nil
}

// rmdir takes a directory that is not there for removed. A read-only mount
// answers EROFS even then.
func rmdir(dir string) error {
	err := sys.Rmdir(dir)
	if gone(err) {
		return nil
	}
	if err != nil && denied(err) {
		if _, statErr := os.Lstat(dir); gone(statErr) {
			return nil
		}
	}
	return err
}

// awaitEmpty waits until no process is in dir or below. cgroup v2 announces
// that; in v1 each process is waited for.
func awaitEmpty(dir string, deadline time.Time) error {
	err := awaitEvent(dir, "populated", 0, time.Until(deadline))
	if err == nil && !hasEvents(dir) {
		err = awaitEnds(dir, deadline)
	}
	if err == nil || !errors.Is(err, errTimeout) {
		return err
	}
	pids, _ := allProcs(dir)
	return fault.New(fault.CgroupBusy, fmt.Errorf("%s: %w: %d process(es) left: %s", dir, unix.EBUSY, len(pids), describe(pids)),
		"end them, or see why the kernel does not, then delete again")
}

func hasEvents(dir string) bool {
	_, err := os.Lstat(dir + "/cgroup.events")
	return err == nil
}

// awaitEnds waits for the processes of dir one after the other; new ones may
// come meanwhile.
func awaitEnds(dir string, deadline time.Time) error {
	for {
		pids, err := allProcs(dir)
		if gone(err) || err == nil && len(pids) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		p, err := sys.FindProcess(pids[0])
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return err
		}
		ended, err := p.Ended(max(0, time.Until(deadline)))
		p.Release()
		if err != nil {
			return err
		}
		if !ended {
			return errTimeout
		}
	}
}
