package configs

import "golang.org/x/sys/unix"

// NamespaceType names a kind of namespace as the OCI runtime spec does.
type NamespaceType string

// The eight kinds (namespaces(7)).
const (
	PIDNamespace     NamespaceType = "pid"
	NetworkNamespace NamespaceType = "network"
	MountNamespace   NamespaceType = "mount"
	IPCNamespace     NamespaceType = "ipc"
	UTSNamespace     NamespaceType = "uts"
	UserNamespace    NamespaceType = "user"
	CgroupNamespace  NamespaceType = "cgroup"
	TimeNamespace    NamespaceType = "time"
)

// NamespaceKind is what the kernel calls a kind of namespace.
type NamespaceKind struct {
	Type NamespaceType
	// Flag is the CLONE_NEW* bit.
	Flag uintptr
	// File is its name under /proc/PID/ns.
	File string
}

// NamespaceKinds lists all kinds. The order is that of joining: the kinds that
// need no privilege of another come first (setns(2)).
var NamespaceKinds = [...]NamespaceKind{
	{UserNamespace, unix.CLONE_NEWUSER, "user"},
	{CgroupNamespace, unix.CLONE_NEWCGROUP, "cgroup"},
	{IPCNamespace, unix.CLONE_NEWIPC, "ipc"},
	{UTSNamespace, unix.CLONE_NEWUTS, "uts"},
	{NetworkNamespace, unix.CLONE_NEWNET, "net"},
	{PIDNamespace, unix.CLONE_NEWPID, "pid"},
	{TimeNamespace, unix.CLONE_NEWTIME, "time"},
	{MountNamespace, unix.CLONE_NEWNS, "mnt"},
}

// KindOf returns the kernel's words for t; ok is false for an unknown type.
func KindOf(t NamespaceType) (kind NamespaceKind, ok bool) {
	for _, k := range NamespaceKinds {
		if k.Type == t {
			return k, true
		}
	}
	return NamespaceKind{}, false
}

// Namespace is a namespace that the container gets.
type Namespace struct {
	Type NamespaceType
	// Path is an absolute host path of an existing namespace to join; empty
	// means a new one.
	Path string
}

// Namespaces is a set of namespaces, at most one of each type.
type Namespaces []Namespace

// Get returns the entry of type t, or nil if the container shares the
// runtime's.
func (ns Namespaces) Get(t NamespaceType) *Namespace {
	for i := range ns {
		if ns[i].Type == t {
			return &ns[i]
		}
	}
	return nil
}

// Has tells whether the container has a namespace of type t that is not the
// runtime's, new or joined.
func (ns Namespaces) Has(t NamespaceType) bool { return ns.Get(t) != nil }

// New tells whether a new namespace of type t is made for the container.
func (ns Namespaces) New(t NamespaceType) bool {
	n := ns.Get(t)
	return n != nil && n.Path == ""
}
