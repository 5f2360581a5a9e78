package rootfs

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// Foresee tells, and mounts nothing, which mounts of cfg would be refused, as
// far as that can be known out here. inUserNS: where the container will be, or
// the runtime is, is not the initial user namespace.
func Foresee(cfg *configs.Config, inUserNS bool) (list []error) {
	b, err := New(cfg, Host{InUserNS: inUserNS})
	if err != nil {
		return []error{err}
	}
	for i := range b.plan {
		op := &b.plan[i]
		if op.Kind != MountFS {
			continue
		}
		if err := b.foresee(op); err != nil {
			list = append(list, fault.At("mounts", b.explain(op, err)))
		}
	}
	return list
}

// ForeseePivot tells whether the root that the runtime has could not be left, by
// pivot_root(2) or, with noPivot, otherwise.
func ForeseePivot(noPivot bool) error {
	is, known := sys.IsMountRoot("/")
	if known && is && (noPivot || !onInitramfs()) {
		return nil
	}
	root, err := os.Open("/")
	if err != nil || !known {
		return nil
	}
	defer root.Close()
	return fault.At("root", fault.New(fault.Pivot, fmt.Errorf("pivot_root: %w", unix.EINVAL), pivotHint(root, unix.EINVAL)))
}

// onInitramfs tells whether the root is the kernel's first mount.
func onInitramfs() bool {
	mounts, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) { return m.Mountpoint != "/", false })
	return err == nil && len(mounts) > 0 && mounts[len(mounts)-1].FSType == "rootfs"
}

// foresee tries what leaves no trace: a file system is configured, not made.
func (b *Builder) foresee(op *Op) error {
	if t := op.Mount.Type; t == "proc" || t == "sysfs" {
		if at, err := os.Lstat(cfgPath(b.cfg, op.Path)); err == nil && at.Mode()&os.ModeSymlink != 0 {
			return &os.PathError{Op: "open", Path: op.Path, Err: unix.ELOOP}
		}
	}
	if b.host.InUserNS && b.wouldDeny(op.Mount.Type) {
		return &os.PathError{Op: "mount", Path: op.Mount.Type, Err: unix.EPERM}
	}
	ctx, err := sys.Fsopen(op.Mount.Type)
	if unavailable(err) {
		return nil // nobody can know
	}
	if err != nil {
		return err
	}
	defer ctx.Close()
	for _, o := range newFilesystem(op.Mount).options {
		var refused *sys.FSError
		if err := o.configure(ctx); errors.As(err, &refused) && !b.host.InUserNS {
			return err
		}
	}
	return nil
}

// emptyDirs are directories that the kernel keeps empty for others to mount on:
// what covers them hides nothing (is_empty_dir_inode).
func emptyDirs() []string {
	return []string{
		"/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd", "/sys/fs/cgroup", "/sys/fs/bpf", "/sys/fs/fuse/connections",
		"/sys/fs/pstore", "/sys/fs/resctrl", "/sys/fs/selinux", "/sys/firmware/efi/efivars", "/sys/kernel/config",
		"/sys/kernel/debug", "/sys/kernel/security", "/sys/kernel/tracing",
	}
}

// hidesParts tells whether something is mounted below dir that makes the kernel
// refuse a new instance to a user namespace.
func hidesParts(dir string) bool {
	return slices.ContainsFunc(coveredBelow(dir), func(at string) bool {
		return !slices.ContainsFunc(emptyDirs(), func(empty string) bool {
			return at == empty || strings.HasPrefix(at, empty+"/")
		})
	})
}

func cfgPath(cfg *configs.Config, p string) string { return cfg.Root.Path + p }

// wouldDeny tells whether the kernel keeps a user namespace from a file system.
func (b *Builder) wouldDeny(fstype string) bool {
	ns := b.cfg.Namespaces
	switch fstype {
	case "proc":
		return !ns.Has(configs.PIDNamespace) || hidesParts("/proc")
	case "sysfs":
		return !ns.Has(configs.NetworkNamespace) || hidesParts("/sys")
	case "mqueue":
		return !ns.Has(configs.IPCNamespace)
	}
	return false
}
