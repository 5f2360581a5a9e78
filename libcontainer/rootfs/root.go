package rootfs

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// proc returns the trusted procfs.
func (b *Builder) proc() (*safepath.Proc, error) {
	if b.host.Proc == nil {
		p, err := safepath.OpenProc()
		if err != nil {
			return nil, err
		}
		b.host.Proc, b.ownProc = p, true
	}
	return b.host.Proc, nil
}

// parentPrivate takes the mount that the rootfs lies on out of its peer group:
// pivot_root refuses a shared one, and what is mounted on it would appear on
// the host. Which directory its root is only trying tells.
func (b *Builder) parentPrivate() error {
	for p := b.on; ; p = filepath.Dir(p) {
		err := sys.Mount("", p, "", unix.MS_PRIVATE, "")
		if err == nil || p == "/" || !errors.Is(err, unix.EINVAL) {
			return err
		}
	}
}

func (b *Builder) useRoot() (err error) {
	b.root, err = sys.Openat(nil, b.on, unix.O_PATH|unix.O_DIRECTORY, 0)
	return err
}

// detachRoot makes a copy of the mount of the rootfs that is in no mount
// namespace, and ends with the last process in it. What is mounted on it (Linux
// 6.15) is seen by this container only, though it shares the host's mount
// namespace. Private, or it would reach the peers of the host's mount.
func (b *Builder) detachRoot() (err error) {
	dir, err := sys.Openat(nil, b.on, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	if b.root, err = sys.OpenTree(dir, "", true); err != nil {
		return err
	}
	return b.door.change(b.root, sys.MountAttr{Propagation: unix.MS_PRIVATE, Recursive: true})
}

// bindRoot mounts the rootfs on itself. Nothing in it reaches the host; what
// the host mounts there later reaches it where the config says slave, or nothing.
// It is the first use of the mount API and decides whether there is one.
func (b *Builder) bindRoot() error {
	dir, err := sys.Openat(nil, b.on, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	c := change{}
	c.Propagation = unix.MS_PRIVATE
	if flags := b.cfg.Root.Propagation; flags == 0 || flags&unix.MS_SLAVE != 0 {
		c.Propagation = unix.MS_SLAVE
	}
	at := &safepath.Place{File: dir, Path: "/"}
	b.root, err = b.bindRootBy(b.door, at, c)
	if unavailable(err) {
		b.door = oldDoor{b}
		b.root, err = b.bindRootBy(b.door, at, c)
	}
	return err
}

// unavailable tells whether the mount API is not to be had: the kernel is old,
// a seccomp filter around us knows no more, or an AppArmor profile around us
// allows mount(2) only.
func unavailable(err error) bool { return sys.Unavailable(err) || errors.Is(err, unix.EACCES) }

func (b *Builder) bindRootBy(d door, at *safepath.Place, c change) (*os.File, error) {
	tree, err := d.take(at.File, "", true)
	if err != nil {
		return nil, err
	}
	return d.bind(tree, at, true, []change{c})
}

// pivot makes the rootfs the root of the mount namespace. Both arguments of
// pivot_root may be the same directory: the old root comes to lie on top and is
// taken off (pivot_root(2), NOTES).
func (b *Builder) pivot() error {
	old, err := sys.Openat(nil, "/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	if err := sys.Fchdir(b.root); err != nil {
		return err
	}
	if err := sys.PivotRoot(".", "."); err != nil {
		return fault.New(fault.Pivot, err, pivotHint(old, err))
	}
	if err := b.detachOld(old); err != nil {
		return err
	}
	return os.Chdir("/")
}

// detachOld takes the old root off. If it is shared, the host must not notice.
func (b *Builder) detachOld(old *os.File) error {
	if flags := b.cfg.Root.Propagation; flags != 0 && !leavesPeers(flags) {
		if err := sys.Fchdir(old); err != nil {
			return err
		}
		if err := sys.Mount("", ".", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
			return err
		}
	}
	return sys.Detach(".")
}

// notMount is what is wrong in a chroot.
const notMount = "the root of the runtime itself is no mount of its own, as in a chroot: bind it onto itself first"

// pivotHint explains the EINVAL of a root that is on the initial ramdisk.
func pivotHint(old *os.File, err error) string {
	st, statErr := sys.Fstatfs(old)
	if statErr != nil || !errors.Is(err, unix.EINVAL) {
		return ""
	}
	switch int64(st.Type) { //nolint:unconvert // 32 bits on some machines
	case unix.RAMFS_MAGIC, unix.TMPFS_MAGIC:
		return "the root is on an initial ramdisk, which pivot_root cannot move: use --no-pivot"
	}
	return notMount
}

func (b *Builder) chroot() error {
	if err := sys.Fchdir(b.root); err != nil {
		return err
	}
	if err := sys.Chroot("."); err != nil {
		return err
	}
	return os.Chdir("/")
}

// rootPropagate sets the propagation that the container wants for its root. It
// has no peers so far, so those that it gets are its own.
func (b *Builder) rootPropagate(op *Op) error {
	a := sys.MountAttr{Propagation: op.Flags &^ unix.MS_REC, Recursive: op.Flags&unix.MS_REC != 0}
	return b.door.change(b.root, a)
}
