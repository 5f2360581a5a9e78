// Package configs holds what a container is: plain data, made by specconv from
// an OCI bundle, checked by validate, saved by state, sent to init by
// handshake. Nothing here acts; every other package may import it.
//
// All ids are ids inside the container unless a field says otherwise. All
// lists keep the order of config.json, so that a message can name an entry as
// the user wrote it ("mounts[3]").
package configs

import (
	"time"
)

// Config is the container as its first process must find it: namespaces, root
// file system, devices and kernel settings. Limits are not here: they belong
// to the cgroup, which init never touches (see package cgroups).
type Config struct {
	// OCIVersion is the version of the OCI runtime spec that the container's state
	// complies with: that of the runtime that made it (runtime.md, State).
	OCIVersion string
	// Bundle is the absolute host path of the bundle directory.
	Bundle string
	// Annotations are those of config.json, unchanged.
	Annotations map[string]string

	// Root is the root file system.
	Root Root
	// Hostname and Domainname are set in an own UTS namespace; empty: kept.
	Hostname, Domainname string

	// Namespaces lists the namespaces that differ from the runtime's own, at
	// most one of each type.
	Namespaces Namespaces
	// UIDMappings and GIDMappings are the maps of a new user namespace.
	UIDMappings, GIDMappings []IDMap
	// TimeOffsets are the clock offsets of a new time namespace.
	TimeOffsets map[string]TimeOffset

	// Mounts are made in this order.
	Mounts []Mount
	// Devices are the nodes made under /dev (the default ones included).
	Devices []Device
	// MaskPaths are made unreadable, ReadonlyPaths unwritable.
	MaskPaths, ReadonlyPaths []string
	// Sysctl maps kernel parameters ("net.ipv4.ip_forward") to values. The
	// parts of a key are separated by dots; a dot in a part is written as a
	// slash ("net.ipv4.conf.eth0/1.forwarding").
	Sysctl map[string]string

	// MountLabel is the SELinux label given to mounts.
	MountLabel string
	// Seccomp is the system call filter of every process of the container;
	// nil means none.
	Seccomp *Seccomp
	// Personality is the execution domain (personality(2)); nil: kept.
	Personality *Personality
	// MemoryPolicy is the NUMA policy of init (set_mempolicy(2)); nil: kept.
	MemoryPolicy *MemoryPolicy
	// IntelRdt assigns the container to a resctrl group; nil: none.
	IntelRdt *IntelRdt
	// NetDevices maps names of host network devices that are moved into the
	// container to their names there (empty: unchanged).
	NetDevices map[string]string

	// Hooks are the user's programs run at the points of life that the OCI
	// runtime spec names.
	Hooks Hooks

	// NoPivot replaces pivot_root(2) by MS_MOVE and chroot(2), for a root
	// file system on a ramdisk (--no-pivot).
	NoPivot bool
	// NoNewKeyring keeps the caller's session keyring (--no-new-keyring).
	NoNewKeyring bool
	// RootlessEUID says that the runtime runs without real root's identity.
	RootlessEUID bool
	// RootlessCgroups says that cgroup permission errors are ignored
	// (--rootless).
	RootlessCgroups bool
}

// WithoutSeccomp returns c without the filter, which is the bulk of it: for who
// has no use for it.
func (c *Config) WithoutSeccomp() *Config {
	rest := *c
	rest.Seccomp = nil
	return &rest
}

// Root is the root file system of a container.
type Root struct {
	// Path is the absolute host path, its symlinks resolved.
	Path string
	// Readonly makes the root mount read-only at the end of the set-up.
	Readonly bool
	// Propagation holds the MS_* propagation flags (with MS_REC) of the root
	// mount; 0 means the default, MS_SLAVE|MS_REC.
	Propagation uint64
}

// IDMap is a line of uid_map or gid_map (user_namespaces(7)).
type IDMap struct {
	// ContainerID and HostID are the first ids of the range inside and
	// outside, Size the number of ids.
	ContainerID, HostID, Size uint32
}

// TimeOffset is an offset of "monotonic" or "boottime" (time_namespaces(7)).
type TimeOffset struct {
	Secs     int64
	Nanosecs uint32
}

// Personality is an execution domain and its flags, as personality(2) takes
// them or-ed together.
type Personality struct {
	Domain uint32
	Flags  uint32
}

// MemoryPolicy holds the arguments of set_mempolicy(2).
type MemoryPolicy struct {
	Mode  uint32
	Flags uint32
	// Nodes lists NUMA node numbers.
	Nodes []int
}

// IntelRdt is the resctrl group of a container.
type IntelRdt struct {
	ClosID           string
	Schemata         []string
	L3CacheSchema    string
	MemBwSchema      string
	EnableMonitoring bool
}

// Seccomp is a system call filter as the OCI runtime spec words it. Package
// seccomp compiles it outside the container.
type Seccomp struct {
	DefaultAction    string
	DefaultErrnoRet  *uint
	Architectures    []string
	Flags            []string
	ListenerPath     string
	ListenerMetadata string
	Syscalls         []SyscallRule
}

// SyscallRule gives one action to several system calls.
type SyscallRule struct {
	Names    []string
	Action   string
	ErrnoRet *uint
	Args     []SyscallArg
}

// SyscallArg compares one argument of a system call.
type SyscallArg struct {
	Index    uint
	Value    uint64
	ValueTwo uint64
	Op       string
}

// Hooks are lists of programs for each point of life, run in order.
type Hooks struct {
	Prestart        []Hook
	CreateRuntime   []Hook
	CreateContainer []Hook
	StartContainer  []Hook
	Poststart       []Hook
	Poststop        []Hook
}

// Hook is a program of the user's that gets the container's state on stdin.
type Hook struct {
	// Path is the absolute path of the program, in the runtime's or in the
	// container's root according to the hook's point of life.
	Path string
	Args []string
	Env  []string
	// Timeout is how long the program may run; 0: without end.
	Timeout time.Duration
}
