package rootfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// mask is what covers masked paths. The first one gets the tree itself, the
// others copies of it: one mount is enough to copy from on every kernel.
type mask struct {
	tree *os.File
	used bool
}

// nullAttr keeps the container from changing mode or owner of a /dev/null that
// is the host's. Writing into a device is not forbidden by it.
var nullAttr = sys.MountAttr{
	Set:         unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NOEXEC,
	Propagation: unix.MS_PRIVATE,
}

// holdNull takes the host's /dev/null for masks: the one in the container is
// whatever the image or a mount makes of it (CVE-2025-31133). mount(2) cannot
// carry it through the change of root; then the container's is taken, if it is
// what it should be.
func (b *Builder) holdNull() error {
	tree, err := b.door.take(nil, "/dev/null", false)
	if unavailable(err) {
		b.door = oldDoor{b}
		return nil
	}
	if err == nil {
		err = b.useNull(tree)
	}
	if err != nil {
		return fmt.Errorf("the host's /dev/null, which is to cover linux.maskedPaths: %w", err)
	}
	return nil
}

// useNull makes tree the mask if it is character device 1:3.
func (b *Builder) useNull(tree *os.File) error {
	is, err := safepath.IsDevice(tree, 1, 3)
	if err == nil && !is {
		err = errors.New("it is not the character device 1:3")
	}
	if err != nil {
		tree.Close()
		return err
	}
	b.null = mask{tree: tree}
	return nil
}

// maskPath makes a path unreadable: a file looks like /dev/null, a directory
// is empty. A path that does not exist needs no mask.
func (b *Builder) maskPath(op *Op) error {
	at, err := b.find(op.Path)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer at.Close()
	dir, err := safepath.IsDir(at.File)
	if err != nil {
		return err
	}
	if dir {
		return b.coverDir(at)
	}
	return b.coverFile(at)
}

func isMissing(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR)
}

func (b *Builder) coverFile(at *safepath.Place) error {
	if b.null.tree == nil {
		null, err := safepath.Open(b.root, "/dev/null", unix.O_PATH)
		if err == nil {
			err = b.useNull(null)
		}
		if err != nil {
			return fmt.Errorf("/dev/null of the container, which is to cover it: %w", err)
		}
	}
	return b.null.cover(b.door, at, change{MountAttr: nullAttr})
}

// coverDir mounts one empty file system of a single, unwritable directory.
func (b *Builder) coverDir(at *safepath.Place) error {
	if b.empty.tree == nil {
		mnt, err := b.mountEmpty(at)
		b.empty = mask{tree: mnt, used: true}
		return err
	}
	return b.empty.cover(b.door, at)
}

func (b *Builder) mountEmpty(at *safepath.Place) (*os.File, error) {
	const flags = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	var mnt *os.File
	var err error
	// Before Linux 5.8 the root directory was not counted out of nr_inodes.
	for _, inodes := range [...]string{"1", "2"} {
		fs := newFilesystem(&configs.Mount{
			Type: "tmpfs", Source: "tmpfs", Flags: flags,
			Data: "mode=0555,nr_blocks=1,nr_inodes=" + inodes,
		})
		b.label(fs)
		if mnt, err = b.door.mount(fs, at, nil); err == nil {
			return mnt, nil
		}
	}
	return nil, fmt.Errorf("mount tmpfs: %w", err)
}

// cover puts the mask, or a copy of it, on a place.
func (m *mask) cover(d door, at *safepath.Place, changes ...change) error {
	tree := m.tree
	_, old := d.(oldDoor)
	if m.used && !old {
		changes = nil // a copy has them already
	}
	if m.used || old {
		var err error
		if tree, err = d.take(m.tree, "", false); err != nil {
			return err
		}
	}
	mnt, err := d.bind(tree, at, false, changes)
	if err != nil {
		if tree == m.tree {
			m.tree = nil
		}
		return err
	}
	if mnt != m.tree {
		mnt.Close()
	}
	m.used = true
	return nil
}

// readonlyPath makes a path read-only by a bind mount of it on itself.
func (b *Builder) readonlyPath(op *Op) error {
	at, err := b.find(op.Path)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer at.Close()
	tree, err := b.door.take(at.File, "", true)
	if err != nil {
		return err
	}
	mnt, err := b.door.bind(tree, at, true, []change{{MountAttr: readonly}})
	if err != nil {
		return err
	}
	return mnt.Close()
}
