package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	occ "github.com/opencontainers/cgroups"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// membership is a line of /proc/self/cgroup (cgroups(7)).
type membership struct {
	// controllers as the line has them: "cpu,cpuacct", "name=systemd"; empty
	// for cgroup v2.
	controllers string
	// path is the runtime's own cgroup, from the root of its cgroup namespace.
	path string
}

// ownCgroups reads /proc/self/cgroup, once.
func (m *Manager) ownCgroups() ([]membership, error) {
	if m.own != nil {
		return m.own, nil
	}
	text, err := sys.ReadKernelFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		_, rest, ok1 := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		controllers, path, ok2 := strings.Cut(rest, ":")
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("/proc/self/cgroup: line %q not understood", line)
		}
		m.own = append(m.own, membership{controllers, path})
	}
	return m.own, nil
}

// place fills in the paths.
func (m *Manager) place() error {
	if m.cfg.Systemd {
		return m.placeSystemd()
	}
	inner, err := inner(m.cfg)
	if err != nil {
		return err
	}
	if m.v2 {
		return m.placeV2(inner)
	}
	return m.placeV1(inner)
}

// placeSystemd leaves it to the library to word the unit's cgroup.
func (m *Manager) placeSystemd() error {
	lib, err := m.library()
	if err != nil {
		return err
	}
	m.paths = lib.GetPaths()
	return nil
}

// inner is the cgroup's path below the root (absolute) or below the runtime's
// own cgroup. ".." is taken away; it cannot lead out.
func inner(cfg *Config) (string, error) {
	if cfg.Path != "" && (cfg.Name != "" || cfg.Parent != "") {
		return "", errors.New("cgroup: either a path or a parent and a name, not both")
	}
	if path := clean(cfg.Path); path != "" {
		return path, nil
	}
	path := filepath.Join(clean(cfg.Parent), clean(cfg.Name))
	if path == "" {
		return "", errors.New("cgroup: neither a path nor a name")
	}
	return path, nil
}

func clean(path string) string {
	switch {
	case path == "":
		return ""
	case filepath.IsAbs(path):
		return filepath.Clean(path)
	}
	return filepath.Clean("/" + path)[1:]
}

// placeV2: a relative path is below the parent of the runtime's own cgroup,
// since that one has processes and cannot give controllers to children.
func (m *Manager) placeV2(inner string) error {
	dir := filepath.Join(root, inner)
	if !filepath.IsAbs(inner) {
		own, err := m.ownCgroups()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(own, func(o membership) bool { return o.controllers == "" })
		if i < 0 {
			return errors.New("cgroup: /proc/self/cgroup has no line for cgroup v2")
		}
		dir = filepath.Join(root, filepath.Dir(own[i].path), inner)
	}
	if dir == root {
		return errRootCgroup
	}
	m.paths = map[string]string{"": dir}
	return nil
}

var errRootCgroup error = &fault.Error{
	Code: fault.Cgroup, Hint: "name a cgroup of its own",
	Err: errors.New("linux.cgroupsPath: the container cannot be in the root cgroup"),
}

// hybrid is where systemd mounts cgroup v2 beside v1.
const hybrid = root + "/unified"

// placeV1 takes every hierarchy that is mounted.
func (m *Manager) placeV1(inner string) error {
	own, err := m.ownCgroups()
	if err != nil {
		return err
	}
	m.paths = make(map[string]string, len(controllerOrder))
	for _, o := range own {
		if err := m.placeHierarchy(o, inner); err != nil {
			return err
		}
	}
	if sys.FSType(hybrid) == unix.CGROUP2_SUPER_MAGIC {
		m.paths[""] = filepath.Join(hybrid, inner)
	}
	if m.paths["devices"] == "" && !m.cfg.SkipDevices && !m.cfg.Rootless {
		mend := "mount -t cgroup -o devices devices " + root + "/devices"
		if len(own) == 1 { // that of v2: the kernel has v1 in no use
			mend = "mount -t cgroup2 cgroup2 " + root
		}
		return fault.Worded(fault.CgroupController, fmt.Errorf("cgroup: no hierarchy with the controller devices is mounted below %s, so devices could not be forbidden; mount it: %s", root, mend))
	}
	return nil
}

// placeHierarchy adds the controllers of one hierarchy to the paths.
func (m *Manager) placeHierarchy(o membership, inner string) error {
	if o.controllers == "" {
		return nil
	}
	mount := mountOf(o.controllers)
	for name := range strings.SplitSeq(o.controllers, ",") {
		if !slices.Contains(controllerOrder[:], name) {
			continue
		}
		dir, err := dirV1(mount, name, o.path, inner)
		switch {
		case occ.IsNotFound(err):
		case err != nil:
			return err
		case dir == mount || filepath.Dir(dir) == root:
			return errRootCgroup
		default:
			m.paths[name] = dir
		}
	}
	return nil
}

// mountOf returns the directory of a hierarchy in its usual place; "" when it
// is not there.
func mountOf(controllers string) string {
	name := strings.TrimPrefix(controllers, "name=")
	if dir := filepath.Join(root, name); sys.FSType(dir) == unix.CGROUP_SUPER_MAGIC {
		return dir
	}
	first, _, several := strings.Cut(name, ",")
	if !several {
		return ""
	}
	// Named in another order: the links know ("cpu" for "cpuacct,cpu").
	dir, err := filepath.EvalSymlinks(filepath.Join(root, first))
	if err != nil || sys.FSType(dir) != unix.CGROUP_SUPER_MAGIC {
		return ""
	}
	return dir
}

// dirV1 is the container's directory for a controller. Where the usual place
// does not do, in a container without a cgroup namespace or on an unusual host,
// the library looks into mountinfo.
func dirV1(mount, controller, own, inner string) (string, error) {
	if filepath.IsAbs(inner) {
		if mount == "" {
			var err error
			if mount, err = occ.FindCgroupMountpoint("", controller); err != nil {
				return "", err
			}
		}
		return filepath.Join(mount, inner), nil
	}
	parent := filepath.Join(mount, own)
	if _, err := os.Lstat(parent); mount == "" || err != nil {
		var err error
		if parent, err = occ.GetOwnCgroupPath(controller); err != nil {
			return "", err
		}
	}
	return filepath.Join(parent, inner), nil
}
