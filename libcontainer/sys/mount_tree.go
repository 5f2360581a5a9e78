package sys

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// OpenTree returns a detached copy of the mount at path in dir (nil: the
// working directory; an empty path: dir itself), beginning at that file or
// directory, with the mounts below if recursive (open_tree(2),
// OPEN_TREE_CLONE). The copy is gone with its descriptor unless MoveMount
// attaches it.
func OpenTree(dir *os.File, path string, recursive bool) (*os.File, error) {
	flags := uint(unix.OPEN_TREE_CLONE | unix.OPEN_TREE_CLOEXEC)
	if recursive {
		flags |= unix.AT_RECURSIVE
	}
	if path == "" {
		flags |= unix.AT_EMPTY_PATH
	}
	return openAt("open_tree", dir, path, func(dirfd int) (fd int, err error) {
		err = unless(CallMountAPI, func() error {
			fd, err = unix.OpenTree(dirfd, path, flags)
			return err
		})
		return fd, err
	})
}

// MoveMount attaches the mount whose root tree is at the very file target, on
// top of what is mounted there already (move_mount(2)). No path is resolved.
// tree stays a handle of the mount.
func MoveMount(tree, target *os.File) error {
	const flags = unix.MOVE_MOUNT_F_EMPTY_PATH | unix.MOVE_MOUNT_T_EMPTY_PATH
	err := Retry(func() error {
		return unless(CallMountAPI, func() error {
			return unix.MoveMount(int(tree.Fd()), "", int(target.Fd()), "", flags)
		})
	})
	runtime.KeepAlive(tree)
	runtime.KeepAlive(target)
	if err != nil {
		return &os.LinkError{Op: "move_mount", Old: tree.Name(), New: target.Name(), Err: err}
	}
	return nil
}

// MountAttr is a change of a mount (mount_setattr(2)).
type MountAttr struct {
	// Set and Clear are MOUNT_ATTR_* bits. Whoever sets one of
	// MOUNT_ATTR__ATIME must clear all of them.
	Set, Clear uint64
	// Propagation is one MS_* propagation flag without MS_REC; 0: kept.
	Propagation uint64
	// UserNS is the user namespace of MOUNT_ATTR_IDMAP, which it sets; nil:
	// none.
	UserNS *os.File
	// Recursive includes the mounts below.
	Recursive bool
}

// MountSetattr changes the mount whose root is mnt (mount_setattr(2), Linux
// 5.12). EINVAL when mnt is not the root of a mount; EPERM when a flag is
// locked by another user namespace (mount_namespaces(7)).
func MountSetattr(mnt *os.File, a MountAttr) error {
	attr := unix.MountAttr{Attr_set: a.Set, Attr_clr: a.Clear, Propagation: a.Propagation}
	if a.UserNS != nil {
		attr.Attr_set |= unix.MOUNT_ATTR_IDMAP
		attr.Userns_fd = uint64(a.UserNS.Fd())
	}
	flags := uint(unix.AT_EMPTY_PATH)
	if a.Recursive {
		flags |= unix.AT_RECURSIVE
	}
	defer runtime.KeepAlive(a.UserNS)
	return onFD("mount_setattr", mnt, func(fd int) error {
		return unless(CallMountAPI, func() error { return unix.MountSetattr(fd, "", flags, &attr) })
	})
}
