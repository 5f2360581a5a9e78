package cgroups

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/moby/sys/mountinfo"
	occ "github.com/opencontainers/cgroups"
	"github.com/opencontainers/cgroups/manager"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// Config is the place and the limits of a cgroup. Either Path is set, absolute
// or relative to the runtime's own cgroup, or Parent and Name; Resources is not
// nil.
type Config = occ.Cgroup

// Resources are the limits.
type Resources = occ.Resources

// Manager is the cgroup of one container.
type Manager struct {
	cfg *Config
	// v2 says that the only hierarchy is cgroup v2.
	v2 bool
	// fresh says that the container is being made now: New, not Load.
	fresh bool
	// paths maps controllers to absolute directories; for v2, and for the v2
	// part of a hybrid host, the key is "". Empty: no cgroup at all.
	paths map[string]string
	// own maps controllers to the cgroup of the runtime itself, from the
	// hierarchy's root on; nil when not asked yet.
	own []membership
	// mounts are the cgroup v1 mounts; nil when not asked yet.
	mounts []*mountinfo.Info
	// lib is the library's manager; nil until it is needed.
	lib occ.Manager
	// devices delivers the compiled device rules; nil: not begun.
	devices chan loadedRules
	// follow is the process whose cgroup is good enough, see Follow.
	follow int
	// born says that the last process was started in the cgroup by BornAsync, as
	// far as that is v2.
	born bool
	// joining is the move that JoinAsync has begun.
	joining sync.WaitGroup
}

// New finds the place of the cgroup of a new container and refuses one that
// other processes are in.
func New(cfg *Config) (*Manager, error) {
	if cfg == nil || cfg.Resources == nil {
		return nil, errors.New("cgroup: no configuration")
	}
	m := &Manager{cfg: cfg, fresh: true, v2: sys.FSType(root) == unix.CGROUP2_SUPER_MAGIC}
	if !m.v2 && cfg.Resources.Unified != nil {
		return nil, fault.Worded(fault.CgroupController, errors.New("linux.resources.unified: invalid configuration: cannot use unified on cgroup v1, which this host has; use the named fields of linux.resources, or boot with systemd.unified_cgroup_hierarchy=1"))
	}
	if err := m.place(); err != nil {
		return nil, err
	}
	return m, m.refuseOccupied()
}

// Load returns the cgroup of an existing container, from the paths that Paths
// gave when it was made. It makes no system call.
func Load(cfg *Config, paths map[string]string) (*Manager, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	if cfg.Resources == nil {
		cfg.Resources = &Resources{}
	}
	for name, dir := range paths {
		if err := checkPath(dir); err != nil {
			return nil, fmt.Errorf("cgroup_paths[%q]: %w", name, err)
		}
	}
	_, v2 := paths[""]
	return &Manager{cfg: cfg, v2: v2 && len(paths) == 1, paths: maps.Clone(paths)}, nil
}

// Paths returns the directories to keep for Load, by controller; the key of
// cgroup v2 is "".
func (m *Manager) Paths() map[string]string { return maps.Clone(m.paths) }

// dirs returns the directories once each: controllers that are mounted
// together share one. cpuset is first, for it can refuse a process.
func (m *Manager) dirs() []string {
	dirs := make([]string, 0, len(m.paths))
	for _, name := range controllerOrder {
		if dir, ok := m.paths[name]; ok && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// controllerOrder lists the hierarchies that a container gets a cgroup in, as
// far as they are mounted. "" is cgroup v2.
var controllerOrder = [...]string{
	"cpuset", "devices", "memory", "cpu", "cpuacct", "pids", "blkio", "hugetlb", "net_cls", "net_prio",
	"perf_event", "freezer", "rdma", "name=systemd", "misc", "",
}

// procsDir returns the directory in which the processes are looked up, or "" when
// there is no cgroup.
func (m *Manager) procsDir() string {
	for _, name := range [...]string{"devices", "pids", "freezer", "", "memory"} {
		if dir, ok := m.paths[name]; ok {
			return dir
		}
	}
	for _, dir := range m.dirs() {
		return dir
	}
	return ""
}

// Exists tells whether the cgroup is there, in one hierarchy at least.
func (m *Manager) Exists() bool {
	return slices.ContainsFunc(m.dirs(), func(dir string) bool {
		_, err := os.Lstat(dir)
		return err == nil
	})
}

// OOMKills returns how many processes of the cgroup the kernel has killed for
// want of memory; 0 also where the memory controller is not enabled.
func (m *Manager) OOMKills() (uint64, error) {
	file := "memory.events"
	dir, ok := m.paths["memory"]
	if ok {
		file = "memory.oom_control"
	} else if dir, ok = m.paths[""]; !ok {
		return 0, nil
	}
	n, err := readKey(dir, file, "oom_kill")
	if gone(err) {
		return 0, nil
	}
	return n, err
}

// library returns the library's manager of the cgroup, with our code hooked in.
func (m *Manager) library() (occ.Manager, error) {
	if m.lib != nil {
		return m.lib, nil
	}
	m.hook()
	lib, err := manager.NewWithPaths(m.cfg, m.libraryPaths())
	if err != nil && m.cfg.Systemd {
		return nil, m.explainSystemd(fmt.Errorf("cgroup: %w", err))
	}
	if err != nil {
		return nil, fmt.Errorf("cgroup: %w", err)
	}
	m.lib = lib
	return lib, nil
}

// libraryPaths: nil makes the library find the paths itself, which is meant
// only for systemd.
func (m *Manager) libraryPaths() map[string]string {
	if len(m.paths) == 0 {
		return nil
	}
	return m.paths
}
