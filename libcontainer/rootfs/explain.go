package rootfs

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
)

// explain names the entry of config.json that an operation failed for, and the
// mend where one is known.
func (b *Builder) explain(op *Op, err error) error {
	m := b.mend(op, err)
	return fault.New(m.code, fmt.Errorf("%s: %w", b.object(op), err), m.hint)
}

// object names what op is about.
func (b *Builder) object(op *Op) string {
	switch op.Kind {
	case Propagate, RootPropagate:
		return fmt.Sprintf("linux.rootfsPropagation (%s)", flagNames(op.Flags))
	case ParentPrivate, BindRoot, UseRoot, DetachRoot:
		return fmt.Sprintf("root.path (%s)", b.on)
	case RootReadonly:
		return "root.readonly"
	case ReadonlyPath:
		return fmt.Sprintf("linux.readonlyPaths[%d] (%s)", op.Index, op.Path)
	case MaskPath:
		return fmt.Sprintf("linux.maskedPaths[%d] (%s)", op.Index, op.Path)
	case MakeNode:
		return fmt.Sprintf("device %s", op.Path)
	case MakeLink:
		return fmt.Sprintf("link %s", op.Path)
	case Pivot, MoveRoot, Chroot:
		return fmt.Sprintf("enter root.path (%s)", b.on)
	case HoldNull:
		return "linux.maskedPaths"
	}
	return fmt.Sprintf("mounts[%d] (%s)", op.Index, op.Path)
}

// mend is what is known about a failure: its code, and the hint.
type mend struct {
	code fault.Code
	hint string
}

// mend returns what is known about a mistake.
func (b *Builder) mend(op *Op, err error) mend {
	switch {
	case !b.cfg.Namespaces.Has(configs.MountNamespace) && op.Kind != UseRoot:
		return mend{fault.MountDenied, `this needs Linux 6.15 and CAP_SYS_ADMIN on the host, or a mount namespace: add {"type": "mount"} to linux.namespaces`}
	case op.Kind == Propagate && errors.Is(err, unix.EINVAL):
		return mend{fault.Pivot, notMount}
	case op.Mount == nil:
		return mend{}
	case errors.As(err, new(*lockedError)):
		return mend{fault.MountLocked, "they were set outside the user namespace: drop the option that clears them"}
	case op.Kind == MountFS || op.Kind == MountCgroup:
		return b.mountMend(op, err)
	case op.Kind == Bind && errors.Is(err, unix.EINVAL) && b.host.InUserNS && op.Mount.Flags&unix.MS_REC == 0:
		return mend{fault.MountUncover, "a user namespace may not uncover what is mounted below the source: use rbind"}
	case op.Kind == Bind && errors.Is(err, unix.EINVAL) && op.Mount.IDMapping != nil:
		return mend{fault.MountIDMap, "the file system of the source, or this kernel, cannot be id-mapped"}
	}
	return mend{}
}

func (b *Builder) mountMend(op *Op, err error) mend {
	var fs *sys.FSError
	switch {
	case errors.Is(err, unix.ELOOP):
		return mend{fault.MountKind, fmt.Sprintf("filesystem %q must be mounted on ordinary directory, not through a symlink of the rootfs", op.Mount.Type)}
	case errors.Is(err, unix.ENODEV):
		return mend{fault.MountType, "this kernel has no file system of type " + op.Mount.Type}
	case errors.Is(err, unix.ENOTDIR):
		return mend{fault.MountKind, "the target in the rootfs must be a directory"}
	case errors.As(err, &fs) && fs.Key != "" && errors.Is(err, unix.EINVAL):
		return b.optionMend(fs)
	case errors.Is(err, unix.EINVAL) && op.Mount.Data != "" && (b.host.InUserNS || !userns.InInitial()):
		return mend{fault.MountUnmappedID, fmt.Sprintf("are the ids of its options (%s) mapped in the user namespace?", op.Mount.Data)}
	case errors.Is(err, unix.EINVAL) && op.Mount.Data != "":
		return mend{fault.MountOption, fmt.Sprintf("%s does not take one of the options %q", op.Mount.Type, op.Mount.Data)}
	case errors.Is(err, unix.EPERM):
		return b.deniedMend(op.Mount.Type)
	}
	return mend{}
}

// optionMend is about an option that the file system refused.
func (b *Builder) optionMend(fs *sys.FSError) mend {
	maps := b.cfg.UIDMappings
	switch fs.Key {
	case "gid":
		maps = b.cfg.GIDMappings
		fallthrough
	case "uid":
		if b.host.InUserNS {
			return mend{fault.MountUnmappedID, fmt.Sprintf("%s %s is not mapped in the user namespace (mapped: %s); map it or drop the option",
				fs.Key, fs.Value, ranges(maps))}
		}
	}
	if (fs.Key == "uid" || fs.Key == "gid") && !userns.InInitial() {
		return mend{fault.MountUnmappedID, fmt.Sprintf("%s %s is not mapped in the user namespace of the runtime; map it or drop the option", fs.Key, fs.Value)}
	}
	return mend{fault.MountOption, fmt.Sprintf("%s does not take the option %q", fs.FS, fs.Key)}
}

func ranges(maps []configs.IDMap) string {
	if len(maps) == 0 {
		return "unknown"
	}
	list := make([]string, len(maps))
	for i, m := range maps {
		list[i] = fmt.Sprintf("%d-%d", m.ContainerID, uint64(m.ContainerID)+uint64(m.Size)-1)
	}
	return strings.Join(list, ", ")
}

// deniedMend explains the EPERM of the kernel's own file systems.
func (b *Builder) deniedMend(fstype string) mend {
	needs := func(what string) mend {
		return mend{fault.MountDenied, "a user namespace may mount " + fstype + " only along with " + what + " of its own: add that, or bind the host's"}
	}
	ns := b.cfg.Namespaces
	switch {
	case fstype == "proc" && b.host.InUserNS && !ns.Has(configs.PIDNamespace):
		return needs("a pid namespace")
	case fstype == "sysfs" && b.host.InUserNS && !ns.Has(configs.NetworkNamespace):
		return needs("a network namespace")
	case fstype == "mqueue" && b.host.InUserNS && !ns.Has(configs.IPCNamespace):
		return needs("an ipc namespace")
	case fstype == "proc":
		return tooRevealing("/proc", "procfs")
	case fstype == "sysfs":
		return tooRevealing("/sys", "sysfs")
	}
	return mend{fault.MountDenied, ""}
}

// tooRevealing explains that the kernel keeps a user namespace from a new
// instance of a file system of which it sees only parts (mount_too_revealing in
// fs/namespace.c).
func tooRevealing(dir, name string) mend {
	covered := coveredBelow(dir)
	if len(covered) == 0 {
		return mend{fault.MountDenied, ""}
	}
	return mend{fault.MountTooReveal, fmt.Sprintf("a new %s is not allowed since %s out here has %d over-mounts (%s): run the outer container with systempaths=unconfined, or bind %s",
		name, dir, len(covered), strings.Join(covered[:min(len(covered), 4)], ", "), dir)}
}

// coveredBelow lists what is mounted below dir. It is for messages only.
func coveredBelow(dir string) (list []string) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	mounts, err := mountinfo.GetMountsFromReader(f, func(m *mountinfo.Info) (skip, stop bool) {
		return !strings.HasPrefix(m.Mountpoint, dir+"/"), false
	})
	if err != nil {
		return nil
	}
	for _, m := range mounts {
		list = append(list, m.Mountpoint)
	}
	return list
}
