package cgroups

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/cgroups/fscommon"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// JoinAsync begins to move the process pid into the cgroup; the function
// returned waits for the end. Until then the Manager is not to be used, nor the
// process reaped: who gives up calls AwaitJoin first. A process that BornAsync has
// started is there, if it could enter what Tasks gave it.
func (m *Manager) JoinAsync(pid int, entered bool) (wait func() error) {
	switch {
	case m.born && entered:
		return func() error { return nil }
	case m.tight(), m.crowded():
		return func() error { return m.Join(pid) }
	}
	done := make(chan error, 1)
	m.joining.Go(func() { done <- m.Join(pid) })
	return func() error { return <-done }
}

// AwaitJoin waits for the end, whatever it is, of a move that is under way, if
// any, and begins none.
func (m *Manager) AwaitJoin() { m.joining.Wait() }

// tightMemory is the limit in bytes below which a process of ours joins as late
// as it can: memory is charged to the cgroup that a process is in when it takes
// it, and init takes more than a mebibyte before it is ready.
const tightMemory = 4 << 20

func (m *Manager) tight() bool {
	limit := m.cfg.Resources.Memory
	return limit > 0 && limit < tightMemory
}

// maxThreads is how many threads a process of ours has at most before it becomes the
// user's program.
const maxThreads = 16

// crowded tells whether the limit of processes is all but reached. It hinders what
// forks inside, but not what is moved there.
func (m *Manager) crowded() bool {
	dir, ok := m.paths["pids"]
	if !ok {
		dir, ok = m.paths[""]
	}
	if !ok || m.fresh {
		return false
	}
	limit, err1 := fscommon.GetCgroupParamUint(dir, "pids.max")
	have, err2 := fscommon.GetCgroupParamUint(dir, "pids.current")
	return err1 == nil && err2 == nil && have+maxThreads > limit
}

// Join moves the process pid into the cgroup. It may wait for a grace period
// of the kernel's (see BornAsync). For a new container under systemd this is what
// makes the cgroup.
func (m *Manager) Join(pid int) error {
	if m.fresh && m.cfg.Systemd {
		return m.joinSystemd(pid)
	}
	for _, dir := range m.dirs() {
		err := join(dir, pid)
		if errors.Is(err, unix.EBUSY) && dir == m.paths[""] && m.follow != 0 {
			if dir, err = m.followed(); err == nil {
				err = join(dir, pid)
			}
		}
		if m.mayIgnore(err) {
			m.forget(dir)
			continue
		}
		if err != nil {
			return explainJoin(dir, pid, err)
		}
	}
	return nil
}

// Follow lets BornAsync and Join put a process into the cgroup of the process pid,
// the container's first, where the container's own cannot take it: with cgroup
// v2 a cgroup that gives controllers to those below, as systemd does inside a
// container, can have no processes itself.
func (m *Manager) Follow(pid int) { m.follow = pid }

// followed returns the directory of the process to follow, which must be below
// the container's.
func (m *Manager) followed() (string, error) {
	file := fmt.Sprintf("/proc/%d/cgroup", m.follow)
	text, err := sys.ReadKernelFile(file)
	if err != nil {
		return "", err
	}
	mount := root
	if !m.v2 {
		mount = hybrid
	}
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); ok {
			dir := filepath.Join(mount, path)
			if strings.HasPrefix(dir, m.paths[""]+"/") {
				return dir, nil
			}
		}
	}
	return "", fmt.Errorf("%s: %w: the process has left the container's cgroup %s", file, unix.EBUSY, m.paths[""])
}

// joinTries bounds the repeats of a join that came too early.
const joinTries = 5

func join(dir string, pid int) error {
	for try := 1; ; try++ {
		err := write(dir, "cgroup.procs", strconv.Itoa(pid))
		// EINVAL: the process is so new that it was never scheduled.
		if !errors.Is(err, unix.EINVAL) || try == joinTries {
			return err
		}
		time.Sleep(time.Duration(try) * time.Millisecond)
	}
}

func explainJoin(dir string, pid int, err error) error {
	code, hint := fault.Cgroup, ""
	switch {
	case errors.Is(err, unix.EOPNOTSUPP):
		kind, _ := read(dir, "cgroup.type")
		code, hint = fault.CgroupThreaded, fmt.Sprintf("%s/cgroup.type is %q, which lets in threads only", dir, kind)
	case errors.Is(err, unix.EBUSY):
		code, hint = fault.CgroupBusy, fmt.Sprintf("%s/cgroup.subtree_control gives controllers to sub-cgroups, so processes must be in one of those", dir)
	case errors.Is(err, unix.ENOSPC):
		hint = fmt.Sprintf("%s/cpuset.cpus or cpuset.mems is empty", dir)
	case denied(err):
		code, hint = fault.CgroupDenied, "the runtime must be allowed to write to cgroup.procs of this cgroup and of a common ancestor"
	}
	return fault.New(code, fmt.Errorf("move pid %d into cgroup: %w", pid, err), hint)
}

// joinSystemd starts the scope with pid in it.
func (m *Manager) joinSystemd(pid int) error {
	lib, err := m.library()
	if err != nil {
		return err
	}
	if err := lib.Apply(pid); err != nil {
		return m.explainSystemd(fmt.Errorf("systemd: %w", err))
	}
	m.paths = lib.GetPaths()
	m.fresh = false
	return nil
}

// explainSystemd adds what most often is wrong with systemd as the driver: it
// is not there, or a user's session has no bus of its own.
func (m *Manager) explainSystemd(err error) error {
	hint := "is systemd running, and its bus reachable? or do without --systemd-cgroup"
	if m.cfg.Rootless {
		hint = "the bus of systemd --user must be reachable (DBUS_SESSION_BUS_ADDRESS, or bus in XDG_RUNTIME_DIR): loginctl enable-linger USER, or do without --systemd-cgroup"
	}
	return fault.New(fault.Systemd, err, hint)
}
