package configs

// Mount is one entry of mounts in config.json, its options already sorted into
// what the kernel takes.
type Mount struct {
	// Source is a device, a file-system name, or, for a bind mount, an
	// absolute host path.
	Source string
	// Destination is an absolute path inside the container.
	Destination string
	// Type is the file-system type; "bind" for every bind mount; "cgroup" for
	// both versions of cgroup file systems.
	Type string
	// Flags are MS_* flags to set, without propagation (mount(2)).
	Flags uint64
	// ClearFlags are MS_* flags that an option asked to be off ("rw", "exec").
	ClearFlags uint64
	// RecSet and RecClear are the MOUNT_ATTR_* bits of the recursive options
	// ("rro", "rexec"), for mount_setattr(2) with AT_RECURSIVE.
	RecSet, RecClear uint64
	// Propagation lists MS_* propagation flags, applied in order.
	Propagation []uint64
	// Data is the rest of the options, joined by commas, for the file system.
	Data string
	// TmpCopyUp copies what the image has at the destination into a new tmpfs.
	TmpCopyUp bool
	// IDMapping id-maps a bind mount; nil: not id-mapped.
	IDMapping *MountIDMapping
}

// IsBind tells whether m is a bind mount.
func (m *Mount) IsBind() bool { return m.Type == "bind" }

// MountIDMapping is the id map of a mount (mount_setattr(2),
// MOUNT_ATTR_IDMAP).
type MountIDMapping struct {
	// UIDMappings and GIDMappings are empty when the container's own user
	// namespace is to be used.
	UIDMappings, GIDMappings []IDMap
	// Recursive maps the mounts below as well ("ridmap").
	Recursive bool
}

// Device is a device node in the container.
type Device struct {
	// Path is absolute, inside the container.
	Path string
	// Type is 'c' (character), 'b' (block) or 'p' (FIFO).
	Type rune
	// Major and Minor are 0 for a FIFO.
	Major, Minor int64
	// FileMode holds the permission bits only.
	FileMode uint32
	UID, GID uint32
}

// CgroupView tells init where the host keeps the container's cgroups, so that
// it can show them inside without ever importing a cgroup package.
type CgroupView struct {
	// Unified says that /sys/fs/cgroup is a cgroup2 file system.
	Unified bool
	// Hierarchies lists those mounted on the host; a single one when Unified.
	Hierarchies []CgroupHierarchy
}

// CgroupHierarchy is one mounted cgroup hierarchy.
type CgroupHierarchy struct {
	// Name is the directory under /sys/fs/cgroup ("cpu,cpuacct", "systemd",
	// "unified"); empty when the hierarchy is mounted on /sys/fs/cgroup itself.
	Name string
	// Options are the data of its mount ("cpu,cpuacct", "name=systemd"); empty
	// for cgroup2.
	Options string
	// Version2 says that it is a cgroup2 file system.
	Version2 bool
	// Path is the absolute host path of the container's cgroup in it; empty
	// when the container has none there.
	Path string
	// Links are further names of the same hierarchy under /sys/fs/cgroup
	// ("cpu" for "cpu,cpuacct").
	Links []string
}
