package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Pids returns the processes of the cgroup itself, AllPids also those of
// cgroups below. A cgroup that is gone has none.
func (m *Manager) Pids() ([]int, error) { return m.list(procs) }

// AllPids returns the processes of the cgroup and of all below it.
func (m *Manager) AllPids() ([]int, error) { return m.list(allProcs) }

func (m *Manager) list(fn func(dir string) ([]int, error)) ([]int, error) {
	dir := m.procsDir()
	if dir == "" {
		return nil, nil
	}
	pids, err := fn(dir)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cgroup: %w", err)
	}
	return pids, nil
}

// killRounds bounds how often the processes are looked up again: each round
// stops all that can fork, so only what was starting meanwhile is left.
const killRounds = 16

// Signal sends sig to every process of the cgroup and of those below it.
// SIGKILL reaches those as well that are being forked meanwhile, and frozen
// ones are thawed so that they can die. It does not wait for their end; Destroy
// does. The root cgroup, and one that this process is in, is refused.
func (m *Manager) Signal(sig unix.Signal) error {
	pids, err := m.AllPids()
	if err != nil || len(pids) == 0 {
		return err
	}
	if err := m.refuseShared(pids); err != nil {
		return err
	}
	if sig != unix.SIGKILL {
		return SignalAll(sig, pids, m.AllPids)
	}
	return m.killAll(pids)
}

// refuseShared protects what is not the container's own.
func (m *Manager) refuseShared(pids []int) error {
	dir := m.procsDir()
	if _, err := os.Lstat(filepath.Dir(dir) + "/cgroup.procs"); err != nil {
		return fmt.Errorf("will not kill the processes of %s: it is the root of a hierarchy, not the container's own", dir)
	}
	if slices.Contains(pids, os.Getpid()) {
		return fmt.Errorf("will not kill the processes of %s: this runtime is one of them", dir)
	}
	return nil
}

// killAll uses cgroup.kill (Linux 5.14), also of the v2 part of a hybrid host,
// and deals with processes that are in cgroup v1 only one by one.
func (m *Manager) killAll(pids []int) error {
	if dir, ok := m.paths[""]; ok {
		if err := write(dir, "cgroup.kill", "1"); err == nil && m.v2 {
			return nil
		}
	}
	var known []int
	for range killRounds {
		if err := m.killRound(pids); err != nil {
			return err
		}
		known = append(known, pids...)
		all, err := m.AllPids()
		if err != nil {
			return err
		}
		if pids = missing(all, known); len(pids) == 0 {
			return nil
		}
	}
	return fmt.Errorf("new processes keep coming into %s: %s", m.procsDir(), describe(pids))
}

// missing returns those of all that are not known yet.
func missing(all, known []int) []int {
	return slices.DeleteFunc(all, func(pid int) bool { return slices.Contains(known, pid) })
}

// killRound freezes, without waiting for it, so that nothing forks from here
// on; kills; and thaws, upon which they die.
func (m *Manager) killRound(pids []int) error {
	if dir, ok := m.paths["freezer"]; ok && len(pids) > 1 {
		_ = write(dir, "freezer.state", "FROZEN") // the next round gets the rest
	}
	return first(SignalAll(unix.SIGKILL, pids, m.AllPids), m.ThawAll())
}

// heldAtOnce is of how many processes to be signalled a pidfd is held at a time:
// there may be more of them than we may have descriptors.
const heldAtOnce = 64

// SignalAll signals each process by a pidfd, all that it can, and ignores those
// that are gone. list, called once they are held, returns those that are the
// container's still: a number that now means another process is left alone.
func SignalAll(sig unix.Signal, pids []int, list func() ([]int, error)) (err error) {
	for some := range slices.Chunk(pids, heldAtOnce) {
		err = first(err, signalSome(sig, some, list))
	}
	return err
}

func signalSome(sig unix.Signal, pids []int, list func() ([]int, error)) error {
	var errs []error
	held := make([]*sys.Process, 0, len(pids))
	for _, pid := range pids {
		p, err := sys.FindProcess(pid)
		switch {
		case err == nil:
			held = append(held, p)
		case !errors.Is(err, unix.ESRCH):
			errs = append(errs, fmt.Errorf("signal %d (%s): %w", pid, command(pid), err))
		}
	}
	still, err := list()
	errs = append(errs, err)
	for _, p := range held {
		if slices.Contains(still, p.PID) {
			if err := p.Signal(sig); err != nil && !errors.Is(err, unix.ESRCH) {
				errs = append(errs, fmt.Errorf("signal %d (%s): %w", p.PID, command(p.PID), err))
			}
		}
		p.Release()
	}
	return first(errs...)
}

// first returns the first error there is: one line is all that gets through to
// the user.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
