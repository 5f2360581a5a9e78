package specconv

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// convertCgroup makes the cgroup: where it is and what it limits.
func convertCgroup(spec *specs.Spec, o Options) (*cgroups.Cgroup, error) {
	cg := &cgroups.Cgroup{Systemd: o.SystemdCgroup, Rootless: o.RootlessCgroups}
	var err error
	if o.SystemdCgroup {
		if err = systemdPath(cg, linux(spec).CgroupsPath, o); err != nil {
			return nil, err
		}
		if cg.SystemdProps, err = systemdProperties(spec.Annotations); err != nil {
			return nil, err
		}
	} else {
		plainPath(cg, linux(spec).CgroupsPath, o)
	}
	cg.Resources, err = convertResources(spec)
	return cg, err
}

// plainPath sets the path below the mount point of cgroups: by default the
// container's id. ".." cannot lead out of it.
func plainPath(cg *cgroups.Cgroup, path string, o Options) {
	switch {
	case path == "":
		cg.Name = o.ID
	case filepath.IsAbs(path):
		cg.Path = filepath.Clean(path)
	default:
		cg.Path = strings.TrimPrefix(filepath.Join("/", path), "/")
	}
}

// systemdPath reads "slice:prefix:name".
func systemdPath(cg *cgroups.Cgroup, path string, o Options) error {
	if path == "" {
		path = ":runc:" + o.ID
	}
	parts := strings.Split(path, ":")
	if len(parts) != 3 {
		return fmt.Errorf("linux.cgroupsPath: expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got %q instead", path)
	}
	cg.Parent, cg.ScopePrefix, cg.Name = parts[0], escapeUnit(parts[1]), escapeUnit(parts[2])
	if cg.Parent == "" {
		cg.Parent = defaultSlice(o)
	}
	if cg.Name == "" || strings.Contains(path, "/") {
		return fmt.Errorf("linux.cgroupsPath: %q names no systemd unit; write \"slice:prefix:name\" with a name and without slashes", path)
	}
	return nil
}

// escapeUnit writes what systemd takes in no name of a unit, as the '+' of an id,
// in its own way (systemd.unit(5), "String escaping for inclusion in unit names").
// What may be there stays: the name may be escaped already.
func escapeUnit(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(`:-_.\@`, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}

// defaultSlice is where systemd puts the scope of who names no slice. The
// system's own manager serves the real root, the user's all others.
func defaultSlice(o Options) string {
	if o.RootlessCgroups {
		return "user.slice"
	}
	return "system.slice"
}

// cgroupOwner returns the host uid that is to own the container's cgroup, or
// nil: the user of its process, if the container sees that cgroup as its root
// and may write to it.
func cgroupOwner(c *configs.Config, p *configs.Process) *int {
	if !c.Namespaces.New(configs.CgroupNamespace) {
		return nil
	}
	for i := range c.Mounts {
		m := &c.Mounts[i]
		if m.Type == "cgroup" && m.Destination == "/sys/fs/cgroup" && m.Flags&unix.MS_RDONLY == 0 {
			return hostUID(c, p.User.UID)
		}
	}
	return nil
}

// hostUID translates an id of the container; nil if it is not mapped, which
// validate reports.
func hostUID(c *configs.Config, id uint32) *int {
	if !c.Namespaces.Has(configs.UserNamespace) {
		host := int(id)
		return &host
	}
	for _, m := range c.UIDMappings {
		if id >= m.ContainerID && id-m.ContainerID < m.Size {
			host := int(m.HostID) + int(id-m.ContainerID)
			return &host
		}
	}
	return nil
}
