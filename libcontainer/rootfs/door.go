package rootfs

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// door is a way to make mounts: the mount API by descriptors (Linux 5.2 and
// 5.12), or mount(2).
type door interface {
	// take returns the file or tree at path in dir (nil: the working
	// directory; an empty path: dir itself) for bind.
	take(dir *os.File, path string, recursive bool) (*os.File, error)
	// bind attaches a tree at a place and makes the changes. It takes the tree
	// over and returns a handle of the mount.
	bind(tree *os.File, at *safepath.Place, recursive bool, changes []change) (*os.File, error)
	// mount attaches a new file system, complete with changes, and returns a
	// handle of the mount.
	mount(fs *filesystem, at *safepath.Place, changes []change) (*os.File, error)
	// change changes the mount whose root is mnt.
	change(mnt *os.File, a sys.MountAttr) error
}

var readonly = sys.MountAttr{Set: unix.MOUNT_ATTR_RDONLY}

// newDoor changes a detached mount first and attaches it then.
type newDoor struct{ old oldDoor }

func (newDoor) take(dir *os.File, path string, recursive bool) (*os.File, error) {
	return sys.OpenTree(dir, path, recursive)
}

func (d newDoor) bind(tree *os.File, at *safepath.Place, _ bool, changes []change) (*os.File, error) {
	return d.attach(tree, at, changes)
}

func (d newDoor) mount(fs *filesystem, at *safepath.Place, changes []change) (*os.File, error) {
	if fs.needsMount2() {
		return d.old.mount(fs, at, changes)
	}
	ctx, err := sys.Fsopen(fs.fstype)
	if unavailable(err) {
		return d.old.mount(fs, at, changes)
	}
	if err != nil {
		return nil, err
	}
	defer ctx.Close()
	if err := fs.configure(ctx); err != nil {
		return nil, err
	}
	mnt, err := ctx.Mount(at.Path, fs.attrs)
	if err != nil {
		return nil, err
	}
	return d.attach(mnt, at, changes)
}

func (d newDoor) attach(mnt *os.File, at *safepath.Place, changes []change) (*os.File, error) {
	err := makeChanges(d, mnt, changes)
	if err == nil {
		err = sys.MoveMount(mnt, at.File)
	}
	if err != nil {
		mnt.Close()
		return nil, err
	}
	return mnt, nil
}

func (newDoor) change(mnt *os.File, a sys.MountAttr) error { return sys.MountSetattr(mnt, a) }

// makeChanges makes the changes in order.
func makeChanges(d door, mnt *os.File, changes []change) error {
	for i := range changes {
		c := &changes[i]
		err := d.change(mnt, c.MountAttr)
		if errors.Is(err, unix.EPERM) && c.wish != nil {
			err = changeUnlocked(d, mnt, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// changeUnlocked makes a change on a mount whose flags are locked since they
// were set in a more privileged mount namespace (mount_namespaces(7)). What is
// locked stays, unless the config says explicitly that it must go.
func changeUnlocked(d door, mnt *os.File, c *change) error {
	st, err := sys.Fstatfs(mnt)
	if err != nil {
		return err
	}
	locked := attrsOfStatfs(int64(st.Flags)) & allAttrs &^ atimeAttr //nolint:unconvert // 32 bits on some machines
	if clash := locked & attrsOf(c.wish.ClearFlags); clash != 0 {
		return &lockedError{attrNames(clash)}
	}
	a := c.MountAttr
	a.Set, a.Clear = a.Set|locked, a.Clear&unix.MOUNT_ATTR__ATIME
	return d.change(mnt, a)
}

// lockedError says which flags could not be cleared.
type lockedError struct{ flags string }

func (e *lockedError) Error() string {
	return "cannot clear locked flags " + e.flags + ": operation not permitted"
}

func (e *lockedError) Unwrap() error { return unix.EPERM }
