package rootfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// bind mounts a file or tree of the host's.
func (b *Builder) bind(op *Op) error {
	recursive := op.Mount.Flags&unix.MS_REC != 0
	tree, err := b.source(op, recursive)
	if errors.Is(err, unix.ENOENT) {
		return fault.New(fault.MountSource, fmt.Errorf("bind source: %w", err), "make the source, or correct its path")
	}
	if err != nil {
		return fmt.Errorf("bind source: %w", err)
	}
	return b.bindTree(op, tree, recursive)
}

// bindTree mounts tree, which it takes over, at the destination of op.
func (b *Builder) bindTree(op *Op, tree *os.File, recursive bool) error {
	st, err := sys.Fstat(tree)
	if err != nil {
		tree.Close()
		return err
	}
	on, err := safepath.IsProcfs(tree)
	if err != nil {
		tree.Close()
		return err
	}
	at, err := b.targetFor(op, &st, on && isProcRoot(tree))
	if err != nil {
		tree.Close()
		return err
	}
	defer at.Close()
	mnt, err := b.door.bind(tree, at, recursive, bindChanges(op.Mount))
	if err != nil {
		return fmt.Errorf("bind %s: %w", op.Source, err)
	}
	if recursive && b.rootless() {
		if err := b.guardCgroups(at, mnt); err != nil {
			mnt.Close()
			return err
		}
	}
	return b.done(op, at, mnt)
}

// source opens the source of a bind mount. What we may not reach from inside a
// user namespace the parent opens for us, and it alone can id-map.
func (b *Builder) source(op *Op, recursive bool) (*os.File, error) {
	if op.Mount.IDMapping == nil {
		tree, err := b.door.take(nil, op.Source, recursive)
		denied := errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM)
		if !denied || b.host.Source == nil {
			return tree, err
		}
	}
	if b.host.Source == nil {
		return nil, errors.New("an id-mapped mount must be made by the runtime outside the container")
	}
	return b.host.Source(op.Index)
}
