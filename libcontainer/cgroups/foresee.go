package cgroups

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Foresee tells, and makes nothing, what Create and Set would refuse as far as
// that can be known now. Nothing is known of what systemd would do.
func (m *Manager) Foresee() error {
	if m.cfg.Systemd || len(m.paths) == 0 {
		return nil
	}
	// What is there of the way to the cgroup.
	there := &Manager{cfg: m.cfg, v2: m.v2, fresh: true, paths: map[string]string{}}
	for name, dir := range m.paths {
		there.paths[name] = nearest(dir)
	}
	if err := there.refuseFrozen(); err != nil {
		return err
	}
	for _, dir := range m.dirs() {
		err := mayMake(dir)
		if err != nil && !m.mayIgnore(err) {
			return explainMkdir(dir, err)
		}
	}
	// Those that the nearest ancestor has it can give on.
	have, err := there.controllers()
	if err != nil {
		return err
	}
	return m.refuseLacking(wants(m.cfg.Resources, m.v2), have)
}

// nearest returns dir, or the nearest ancestor that is there.
func nearest(dir string) string {
	for dir != root && strings.HasPrefix(dir, root+"/") {
		if _, err := os.Lstat(dir); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

// mayMake tells whether a cgroup can be made, or used, at dir.
func mayMake(dir string) error {
	at := nearest(dir)
	if at == dir {
		return sys.Allowed(dir+"/cgroup.procs", unix.W_OK)
	}
	if limit, err := read(at, "cgroup.max.descendants"); err == nil && limit == "0\n" {
		return &os.PathError{Op: "mkdir", Path: dir, Err: unix.EAGAIN}
	}
	return sys.Allowed(at, unix.W_OK)
}

// Survey is what the host offers to a container that has no path or limit of its
// own.
type Survey struct {
	// Version is "v1", "v2" or "v1 and v2".
	Version string
	// Controllers are those that it could have limits from.
	Controllers []string
	// Missing are those that the runtime knows, but not this host.
	Missing []string
	// Err says why it would get no cgroup; nil: it would.
	Err error
}

// Look surveys the host.
func Look(rootless bool) (s Survey) {
	s.Version = "v1"
	if sys.FSType(root) == unix.CGROUP2_SUPER_MAGIC {
		s.Version = "v2"
	} else if sys.FSType(hybrid) == unix.CGROUP2_SUPER_MAGIC {
		s.Version = "v1 and v2"
	}
	m, err := New(&Config{Name: "runc-doctor", Rootless: rootless, Resources: &Resources{SkipDevices: true}})
	if err != nil {
		s.Err = err
		return s
	}
	if err := m.Foresee(); err != nil {
		s.Err = err
	}
	for _, dir := range m.dirs() {
		if s.Err == nil && rootless {
			s.Err = explainDenied(dir)
		}
	}
	s.Controllers, s.Missing = m.split()
	return s
}

// explainDenied is for a rootless container, which does without a cgroup.
func explainDenied(dir string) error {
	if err := mayMake(dir); err != nil {
		return explainMkdir(dir, err)
	}
	return nil
}

// split divides the controllers that have limits into those that a cgroup of m
// could have and the others.
func (m *Manager) split() (have, missing []string) {
	there := &Manager{cfg: m.cfg, v2: m.v2, paths: map[string]string{}}
	for name, dir := range m.paths {
		there.paths[name] = nearest(dir)
	}
	list, err := there.controllers()
	if err != nil {
		return nil, nil
	}
	known := []string{"blkio", "cpu", "cpuset", "devices", "freezer", "hugetlb", "memory", "net_cls", "net_prio", "pids", "rdma"}
	if m.v2 {
		known = []string{"cpu", "cpuset", "hugetlb", "io", "memory", "pids", "rdma"}
	}
	for _, name := range known {
		if lacks(strings.Join(list, " "), name) == "" {
			have = append(have, name)
		} else {
			missing = append(missing, name)
		}
	}
	return have, missing
}

// TryDevices tells whether device rules could be put in force.
func TryDevices() error {
	if sys.FSType(root) != unix.CGROUP2_SUPER_MAGIC {
		return nil
	}
	var p program
	p.exit(true)
	prog, err := sys.BPFLoadDevice(p)
	if err != nil {
		return explainDevices(err)
	}
	return prog.Close()
}
