package cgroups

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Born runs spawn such that the process it starts is in the cgroup from the
// beginning: nobody has to move it. spawn may be called twice. It must start
// the process from the thread that it is called on, pass birth on to clone3(2)
// (CLONE_INTO_CGROUP) unless it is nil, and open no device: the container's
// device rules hold for the thread.
//
// Moving a process, a write to cgroup.procs, waits for a grace period of the
// kernel's, 5 to 15 ms after an idle moment. With cgroup v2 clone3 avoids it. In
// cgroup v1 a thread that moves itself, a write to tasks, need not wait either
// (Linux 5.4: nobody else can then change what the lock protects), and what it
// forks is in its cgroups. So spawn runs on a thread that moves into the
// container's cgroups and ends afterwards.
//
// Where this cannot be had (an older kernel, systemd, a limit of processes that
// is reached, a frozen cgroup, little memory) the process is started in the runtime's cgroup,
// to be moved by Join.
func (m *Manager) Born(spawn func(birth *os.File) error) error {
	if len(m.paths) == 0 || m.fresh && m.cfg.Systemd || m.tight() {
		return spawn(nil)
	}
	// A thread that went in would stand still with the rest.
	if by, err := m.FrozenBy(); by != "" || err != nil {
		return spawn(nil)
	}
	err := m.spawnInside(spawn, m.paths[""])
	if errors.Is(err, unix.EBUSY) && m.follow != 0 {
		var dir string
		if dir, err = m.followed(); err == nil {
			err = m.spawnInside(spawn, dir)
		}
	}
	if err == nil {
		m.born = true
		return nil
	}
	if errors.Is(err, errNotInside) || notBorn(err) {
		return spawn(nil)
	}
	return err
}

// errNotInside says that spawn was not called, because the thread could not go
// to the cgroup.
var errNotInside = errors.New("cgroup cannot be entered")

// notBorn tells whether a clone into a cgroup failed for a reason that does not
// keep the process from being moved there afterwards.
func notBorn(err error) bool {
	for _, errno := range []error{
		unix.ENOSYS, unix.EINVAL, // no clone3, or none that knows the flag
		unix.EAGAIN,                 // pids.max, which moving does not heed
		unix.EBUSY, unix.EOPNOTSUPP, // sub-cgroups, threaded: Join explains it
		unix.EACCES, unix.EPERM, unix.ENODEV,
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// spawnInside calls spawn with dir, of cgroup v2, opened, on a thread that is
// in the cgroups of v1.
func (m *Manager) spawnInside(spawn func(birth *os.File) error, dir string) (err error) {
	var birth *os.File
	if dir != "" {
		if birth, err = sys.OpenDir(dir); err != nil {
			return fmt.Errorf("%w: %w", errNotInside, err)
		}
		defer birth.Close()
	}
	if m.v2 {
		return spawn(birth)
	}
	err = sys.Apart(func() error {
		m.guest = sys.Gettid()
		for _, dir := range m.dirs() {
			if dir == m.paths[""] {
				continue
			}
			if err := write(dir, "tasks", "0"); err != nil {
				return fmt.Errorf("%w: %w", errNotInside, err)
			}
		}
		return spawn(birth)
	})
	if err != nil {
		return first(m.settle(), err)
	}
	return nil
}

// settle waits until the thread that started a process has left the cgroup.
// It is on its way; this is not longer than its exit takes.
func (m *Manager) settle() error {
	if m.guest == 0 {
		return nil
	}
	path := "/proc/self/task/" + strconv.Itoa(m.guest)
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Microsecond) {
		if _, err := os.Lstat(path); gone(err) || errors.Is(err, unix.ESRCH) {
			m.guest = 0
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("cgroup: thread %d of the runtime stays in the container's cgroup after %v", m.guest, patience)
		}
	}
}
