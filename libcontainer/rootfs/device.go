package rootfs

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// makeNode makes a device node, or binds the host's where nodes cannot be made:
// in a user namespace, or without CAP_MKNOD.
func (b *Builder) makeNode(op *Op) error {
	dir, name, err := b.parent(op.Path)
	if err != nil {
		return err
	}
	d := op.Device
	kind, err := nodeKind(d.Type)
	if err != nil {
		return err
	}
	major, minor := uint32(d.Major), uint32(d.Minor)
	if b.host.InUserNS && kind != unix.S_IFIFO {
		return b.bindNode(d, dir, name, kind)
	}
	err = sys.Mknodat(dir.File, name, kind|d.FileMode&0o7777, major, minor)
	switch {
	case errors.Is(err, unix.EPERM):
		return b.bindNode(d, dir, name, kind)
	case errors.Is(err, unix.EEXIST):
		return b.keepNode(d, dir, name, kind)
	case err != nil || d.UID == 0 && d.GID == 0:
		return err
	}
	return b.chownNode(d, dir, name, kind)
}

func nodeKind(t rune) (uint32, error) {
	switch t {
	case 'c', 'u':
		return unix.S_IFCHR, nil
	case 'b':
		return unix.S_IFBLK, nil
	case 'p':
		return unix.S_IFIFO, nil
	}
	return 0, fmt.Errorf("%q is no device type; it is one of c, b, p", string(t))
}

// keepNode uses what the image has under the name, if it is the right node. A
// plain file, as a bind of an earlier start leaves it, is covered.
func (b *Builder) keepNode(d *configs.Device, dir *safepath.Place, name string, kind uint32) error {
	at, err := safepath.MakeEntry(dir, name, 0o600)
	if err != nil {
		return notAnEntry(err)
	}
	defer at.Close()
	st, err := sys.Fstat(at.File)
	switch {
	case err != nil:
		return err
	case sys.IsNode(&st, kind, uint32(d.Major), uint32(d.Minor)):
		return nil
	case st.Mode&unix.S_IFMT == unix.S_IFREG:
		return b.bindNodeAt(d, at, kind)
	}
	return fmt.Errorf("the rootfs has a %s of that name; remove it, or mount a tmpfs on /dev", kindOf(st.Mode))
}

// chownNode gives the new node to its owner: that very node and nothing that
// took its name.
func (b *Builder) chownNode(d *configs.Device, dir *safepath.Place, name string, kind uint32) error {
	at, err := safepath.MakeEntry(dir, name, 0o600)
	if err != nil {
		return notAnEntry(err)
	}
	defer at.Close()
	st, err := sys.Fstat(at.File)
	if err != nil {
		return err
	}
	if !sys.IsNode(&st, kind, uint32(d.Major), uint32(d.Minor)) {
		return errSwapped(at.Path)
	}
	return sys.Chownat(at.File, "", int(d.UID), int(d.GID))
}

// bindNode binds the host's node of the same path.
func (b *Builder) bindNode(d *configs.Device, dir *safepath.Place, name string, kind uint32) error {
	at, err := safepath.MakeEntry(dir, name, 0o600)
	if err != nil {
		return notAnEntry(err)
	}
	defer at.Close()
	return b.bindNodeAt(d, at, kind)
}

func (b *Builder) bindNodeAt(d *configs.Device, at *safepath.Place, kind uint32) error {
	if !b.cfg.Namespaces.Has(configs.MountNamespace) {
		return errors.New("the node cannot be made here, and to bind the host's takes a mount namespace; add {\"type\": \"mount\"} to linux.namespaces")
	}
	node, err := b.door.take(nil, d.Path, false)
	if err != nil {
		return fmt.Errorf("bind the host's node: %w", err)
	}
	st, err := sys.Fstat(node)
	if err == nil && !sys.IsNode(&st, kind, uint32(d.Major), uint32(d.Minor)) {
		err = fmt.Errorf("the host's %s is not device %c %d:%d", d.Path, d.Type, d.Major, d.Minor)
	}
	if err != nil {
		node.Close()
		return err
	}
	mnt, err := b.door.bind(node, at, false, nil)
	if err != nil {
		return fmt.Errorf("bind the host's node: %w", err)
	}
	return mnt.Close()
}

// notAnEntry explains the ELOOP of a symlink in place of a node.
func notAnEntry(err error) error {
	if errors.Is(err, unix.ELOOP) {
		return fmt.Errorf("the rootfs has a symlink of that name: %w; remove it, or mount a tmpfs on /dev", err)
	}
	return err
}
