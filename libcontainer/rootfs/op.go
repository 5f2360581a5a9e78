package rootfs

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// Stage says in which step of init an operation is done.
type Stage uint8

// The stages, in order.
const (
	StageMounts Stage = iota
	StageDevices
	StageEnter
	StageSeal
)

// Kind is what an operation does. Each has one door to the kernel.
type Kind uint8

// The kinds, roughly in the order in which a plan has them.
const (
	Propagate     Kind = iota // propagation of all mounts of the namespace
	ParentPrivate             // the mount that the rootfs lies on leaves its peers
	BindRoot                  // the rootfs on itself, to make it a mount
	UseRoot                   // the rootfs as it is, without a mount namespace
	DetachRoot                // a copy of its mount outside of every namespace, to carry mounts
	HoldNull                  // the host's /dev/null, for masks
	MountFS                   // a new file system
	Remount                   // other flags for what is mounted
	Bind                      // a file or tree of the host's
	MountCgroup               // a cgroup file system, or a bind of the own cgroup
	BindCgroup                // the host's hierarchy, or the own cgroup if rootless
	MakeReadonly              // a mount that was writable so far
	MakeLink                  // a symlink
	MakeNode                  // a device node
	Pivot                     // the rootfs becomes the root, the old one goes
	MoveRoot                  // the same on a ramdisk
	Chroot                    // the same without a mount namespace
	RootReadonly              // the root mount
	ReadonlyPath              // a path by itself
	MaskPath                  // a path that must not be read
	RootPropagate             // propagation of the root mount
)

var kindNames = [...]string{
	Propagate: "propagate", ParentPrivate: "parent-private", BindRoot: "bind-root", UseRoot: "use-root",
	DetachRoot: "detach-root",
	HoldNull:   "hold-null", MountFS: "mount", Remount: "remount", Bind: "bind", MountCgroup: "mount-cgroup",
	BindCgroup: "bind-cgroup", MakeReadonly: "make-readonly", MakeLink: "link", MakeNode: "node", Pivot: "pivot",
	MoveRoot: "move-root", Chroot: "chroot", RootReadonly: "root-readonly", ReadonlyPath: "readonly",
	MaskPath: "mask", RootPropagate: "root-propagate",
}

func (k Kind) String() string { return kindNames[k] }

// Op is one operation of a plan.
type Op struct {
	Kind  Kind
	Stage Stage
	// Index is the entry of the config's list that asks for it; -1: none.
	Index int
	// Path is what it is done to, a path in the container.
	Path string
	// Source is a host path, a file-system name or the text of a symlink.
	Source string
	// Own is the host path of the container's own cgroup; empty: none.
	Own string
	// Flags are MS_* propagation flags.
	Flags uint64
	// Mount is the mount to be made, Device the node.
	Mount  *configs.Mount
	Device *configs.Device
	// Keep keeps the new mount open for a later MakeReadonly of the same Index.
	Keep bool
	// Replace removes what is in the way of a symlink; IfExists makes it only
	// when that host path is there.
	Replace  bool
	IfExists string
}

// String prints the operation on one line.
func (o *Op) String() string {
	words := []string{o.Kind.String()}
	word := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if o.Index >= 0 {
		word("[%d]", o.Index)
	}
	if o.Mount != nil {
		word("%s", o.Mount.Type)
	}
	if o.Path != "" {
		word("%s", o.Path)
	}
	if o.Source != "" {
		word("source=%s", o.Source)
	}
	if o.Own != "" {
		word("own=%s", o.Own)
	}
	if o.Flags != 0 {
		word("%s", flagNames(o.Flags))
	}
	if d := o.Device; d != nil {
		word("%c %d:%d %04o %d:%d", d.Type, d.Major, d.Minor, d.FileMode, d.UID, d.GID)
	}
	words = append(words, mountWords(o.Mount)...)
	for _, has := range []struct {
		is   bool
		name string
	}{{o.Keep, "keep"}, {o.Replace, "replace"}, {o.IfExists != "", "if=" + o.IfExists}} {
		if has.is {
			word("%s", has.name)
		}
	}
	return strings.Join(words, " ")
}

func mountWords(m *configs.Mount) (words []string) {
	if m == nil {
		return nil
	}
	add := func(is bool, format string, args ...any) {
		if is {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(m.Flags&^unix.MS_BIND != 0, "set=%s", flagNames(m.Flags&^unix.MS_BIND))
	add(m.ClearFlags != 0, "clear=%s", flagNames(m.ClearFlags))
	add(m.RecSet|m.RecClear != 0, "rec=%#x/%#x", m.RecSet, m.RecClear)
	for _, p := range m.Propagation {
		add(true, "%s", flagNames(p))
	}
	add(m.Data != "", "data=%s", m.Data)
	add(m.TmpCopyUp, "copy-up")
	add(m.IDMapping != nil, "idmap")
	return words
}
