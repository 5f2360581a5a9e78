package rootfs

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// moveRoot makes the rootfs the root where pivot_root cannot (initial ramdisk).
// The old root stays in the mount table below the new one. So that nobody who
// finds a way there, or makes a user namespace, gets a procfs or sysfs without
// masks out of it, those are taken off first.
func (b *Builder) moveRoot() error {
	if err := b.hideKernelFS(); err != nil {
		return err
	}
	if err := sys.Fchdir(b.root); err != nil {
		return err
	}
	if err := sys.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return err
	}
	return b.chroot()
}

// hideKernelFS takes every procfs and sysfs outside the rootfs off.
func (b *Builder) hideKernelFS() error {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	defer f.Close()
	mounts, err := mountinfo.GetMountsFromReader(f, func(m *mountinfo.Info) (skip, stop bool) {
		whole := m.Root == "/" && (m.FSType == "proc" || m.FSType == "sysfs")
		inside := m.Mountpoint == b.on || strings.HasPrefix(m.Mountpoint, b.on+"/")
		return !whole || inside, false
	})
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(mounts) {
		if err := hide(m.Mountpoint); err != nil {
			return err
		}
	}
	return nil
}

// hide takes a mount off, or covers it if it is locked.
func hide(path string) error {
	if err := sys.Mount("", path, "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil && !errors.Is(err, unix.EINVAL) {
		return err
	}
	err := sys.Detach(path)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EPERM) {
		return sys.Mount("tmpfs", path, "tmpfs", unix.MS_RDONLY, "")
	}
	return err
}
