package cgroups

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// BornAsync begins to run spawn such that the process it starts is in the cgroup
// (v2) from the beginning: nobody has to move it. The function returned waits for
// the end. spawn may be called twice. It must pass birth on to clone3(2)
// (CLONE_INTO_CGROUP) unless it is nil.
//
// Moving a process, a write to cgroup.procs, waits for a grace period of the
// kernel's, 5 to 15 ms after an idle moment. With cgroup v2 clone3 avoids it; for
// v1 see Tasks.
//
// Where this cannot be had (an older kernel, systemd, a limit of processes that
// is reached, a frozen cgroup, little memory) the process is started in the
// runtime's cgroup, to be moved by Join.
func (m *Manager) BornAsync(spawn func(birth *os.File) error) (wait func() error) {
	birth, err := m.birthplace()
	m.born = err == nil
	done := make(chan error, 1)
	go func() { done <- spawn(birth) }()
	return func() error {
		err := <-done
		if birth == nil {
			return err
		}
		birth.Close()
		if errors.Is(err, unix.EBUSY) && m.follow != 0 {
			err = m.bornAfter(spawn)
		}
		if err != nil && notBorn(err) {
			m.born = false
			err = spawn(nil)
		}
		return err
	}
}

// errMovesLater says that a process that is made now must be moved.
var errMovesLater = errors.New("to be moved into the cgroup")

// birthplace opens the directory to be born in; nil, if there is none of v2: then
// it is for Tasks to say whether the process is to be moved.
func (m *Manager) birthplace() (*os.File, error) {
	dir := m.paths[""]
	switch {
	case len(m.paths) == 0:
		return nil, errMovesLater
	case dir == "":
		return nil, nil
	case m.movesLater():
		return nil, errMovesLater
	}
	return sys.OpenDir(dir)
}

// movesLater tells whether a process must join the cgroup late: systemd is to make
// it, it is too small or full, or what goes in stands still.
func (m *Manager) movesLater() bool {
	if m.fresh && m.cfg.Systemd || m.tight() || m.crowded() {
		return true
	}
	by, err := m.FrozenBy()
	return by != "" || err != nil
}

// bornAfter lets a process be born where the one to follow is.
func (m *Manager) bornAfter(spawn func(birth *os.File) error) error {
	dir, err := m.followed()
	if err != nil {
		return err
	}
	birth, err := sys.OpenDir(dir)
	if err != nil {
		return err
	}
	defer birth.Close()
	return spawn(birth)
}

// Tasks opens the lists of threads of the cgroups of v1, for the process that
// BornAsync has started to enter them by itself: a thread that moves itself, a write
// of 0, need not wait for a grace period (Linux 5.4: nobody else can then change
// what the lock protects), and what it forks is inside. None if there is no v1, or
// the process is to be moved.
func (m *Manager) Tasks() (tasks []*os.File) {
	dirs := slices.DeleteFunc(m.dirs(), func(dir string) bool { return dir == m.paths[""] })
	if !m.born || len(dirs) == 0 {
		return nil
	}
	if m.movesLater() {
		m.born = false
		return nil
	}
	for _, dir := range dirs {
		f, err := sys.OpenKernelFile(filepath.Join(dir, "tasks"))
		if err != nil {
			sys.CloseAll(tasks)
			m.born = false // Join finds the words
			return nil
		}
		tasks = append(tasks, f)
	}
	return tasks
}

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
