package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	fsv1 "github.com/opencontainers/cgroups/fs"
	"golang.org/x/sys/unix"

	"runc/libcontainer/cleanup"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// refuseOccupied refuses a cgroup in which there are processes: they would get
// the container's limits and be killed with it.
func (m *Manager) refuseOccupied() error {
	dir := m.procsDir()
	if dir == "" {
		return nil
	}
	return refuseProcs(dir)
}

func refuseProcs(dir string) error {
	pids, err := allProcs(dir)
	if gone(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cgroup %s: %w", dir, err)
	}
	if len(pids) > 0 {
		return fault.New(fault.CgroupOccupied, fmt.Errorf("container's cgroup is not empty: %d process(es) found in %s (%s)",
			len(pids), dir, describe(pids)), "end them or change linux.cgroupsPath")
	}
	return nil
}

// Create makes the directories. As soon as that is there which a process can be
// born in, it calls begin, which may call BornAsync and returns its undo, and goes
// on; nil: nothing is begun. On failure nothing is left. A cgroup that exists is
// taken if it is empty and not frozen. systemd makes the cgroup with its first
// process (see Join).
//
// Without permission and rights to it a rootless container gets no cgroup,
// unless a path or limits were asked for.
func (m *Manager) Create(begin func() (undo func())) error {
	undo := cleanup.New()
	defer undo.Clean()
	dirs := m.dirs()
	if m.cfg.Systemd {
		dirs = nil
	}
	if i := slices.Index(dirs, m.paths[""]); i >= 0 {
		if err := m.createOrForget(dirs[i], undo); err != nil {
			return err
		}
		dirs = slices.Delete(dirs, i, i+1)
	}
	if begin != nil {
		undo.Add(begin())
	}
	for _, dir := range dirs {
		if err := m.createOrForget(dir, undo); err != nil {
			return err
		}
	}
	if err := m.refuseFrozen(); err != nil {
		return err
	}
	if !m.cfg.Systemd {
		if err := m.checkControllers(m.cfg.Resources); err != nil {
			return err
		}
		m.beginDevices()
	}
	undo.Release()
	return nil
}

func (m *Manager) createOrForget(dir string, undo *cleanup.Stack) error {
	err := m.createDir(dir, undo)
	if m.mayIgnore(err) {
		m.forget(dir)
		return nil
	}
	return err
}

// mayIgnore tells whether a rootless container can do without the hierarchy
// that err was met in. Limits that were asked for are missed by Set.
func (m *Manager) mayIgnore(err error) bool {
	return err != nil && m.cfg.Rootless && m.cfg.Path == "" && denied(err)
}

// forget drops a hierarchy.
func (m *Manager) forget(dir string) {
	for name, d := range m.paths {
		if d == dir {
			delete(m.paths, name)
		}
	}
}

// createDir makes dir with its missing ancestors and readies it for processes.
func (m *Manager) createDir(dir string, undo *cleanup.Stack) error {
	made, err := mkdirs(dir, undo)
	if err != nil {
		return explainMkdir(dir, err)
	}
	if !made {
		if err := refuseProcs(dir); err != nil {
			return err
		}
	}
	switch dir {
	case m.paths[""]:
		return m.readyV2(dir)
	case m.paths["cpuset"]:
		return m.readyCpuset(dir)
	case m.paths["cpu"]:
		return m.readyCPU(dir)
	}
	return nil
}

// mkdirs makes dir, and first its ancestors as far as they are missing; undo
// removes them. made is false if dir was there.
func mkdirs(dir string, undo *cleanup.Stack) (made bool, err error) {
	err = os.Mkdir(dir, 0o755)
	if errors.Is(err, unix.ENOENT) {
		if _, err = mkdirs(filepath.Dir(dir), undo); err != nil {
			return false, err
		}
		err = os.Mkdir(dir, 0o755)
	}
	if errors.Is(err, unix.EEXIST) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	undo.Add(func() { _ = sys.Rmdir(dir) }) // not empty: someone else uses it
	return true, nil
}

// explainMkdir adds what is known about a host that has run out of cgroups.
func explainMkdir(dir string, err error) error {
	code, hint := fault.Cgroup, ""
	switch {
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.ENOMEM):
		code, hint = fault.CgroupFull, memoryCgroups()
	case errors.Is(err, unix.EAGAIN):
		code, hint = fault.CgroupFull, "an ancestor's cgroup.max.descendants or cgroup.max.depth is reached: raise it or remove cgroups"
	case errors.Is(err, unix.EROFS):
		code, hint = fault.CgroupDenied, "the cgroup file system is mounted read-only: mount it read-write, or run with --rootless and without limits"
	case denied(err):
		code, hint = fault.CgroupDenied, "let systemd delegate a cgroup to this user (Delegate=yes), or run as root"
	}
	return fault.New(code, fmt.Errorf("create cgroup %s: %w", dir, err), hint)
}

// memoryCgroups tells how many memory cgroups there are, and how many of those
// are removed and stay because memory is charged to them.
func memoryCgroups() string {
	text, _ := sys.ReadKernelFile("/proc/cgroups")
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 4 || f[0] != "memory" {
			continue
		}
		tree := root
		if sys.FSType(root) != unix.CGROUP2_SUPER_MAGIC {
			tree = root + "/memory"
		}
		all, _ := strconv.Atoi(f[2])
		return fmt.Sprintf("%d memory cgroups exist, the kernel's limit is 65535; %d of them are removed and stay while memory is charged to them: drop caches",
			all, max(0, all-countDirs(tree)))
	}
	return ""
}

func countDirs(dir string) int {
	n := 1
	below, _ := children(dir)
	for _, child := range below {
		n += countDirs(child)
	}
	return n
}

// readyCpuset gives the directory its cpus and memory nodes: without any,
// cgroup v1 lets no process in.
func (m *Manager) readyCpuset(dir string) error {
	r := m.cfg.Resources
	if err := fillCpuset(dir, "cpuset.cpus", r.CpusetCpus); err != nil {
		return fmt.Errorf("linux.resources.cpu.cpus: %w", err)
	}
	if err := fillCpuset(dir, "cpuset.mems", r.CpusetMems); err != nil {
		return fmt.Errorf("linux.resources.cpu.mems: %w", err)
	}
	return nil
}

// fillCpuset writes value or, if there is none and the file is empty, what the
// parent has, after filling that in turn.
func fillCpuset(dir, file, value string) error {
	if value != "" {
		return write(dir, file, value)
	}
	if have, err := read(dir, file); err != nil || strings.TrimSpace(have) != "" {
		return err
	}
	parent := filepath.Dir(dir)
	have, err := read(parent, file)
	if err == nil && strings.TrimSpace(have) == "" {
		if err = fillCpuset(parent, file, ""); err == nil {
			have, err = read(parent, file)
		}
	}
	if err != nil {
		return err
	}
	return write(dir, file, have)
}

// readyCPU sets the realtime budget, without which a process under a realtime
// policy could not come in.
func (m *Manager) readyCPU(dir string) error {
	if err := (&fsv1.CpuGroup{}).SetRtSched(dir, m.cfg.Resources); err != nil {
		return fmt.Errorf("linux.resources.cpu: realtimeRuntime, realtimePeriod: %w", err)
	}
	return nil
}
