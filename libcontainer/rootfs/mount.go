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

// mountFS mounts a new file system.
func (b *Builder) mountFS(op *Op) error {
	at, err := b.target(op)
	if err != nil {
		return err
	}
	defer at.Close()
	m := op.Mount
	fs := newFilesystem(m)
	b.label(fs)
	if m.Type == "tmpfs" && !at.Made {
		if err := likeTarget(fs, at); err != nil {
			return err
		}
	}
	mnt, err := b.door.mount(fs, at, laterChanges(m))
	if err != nil {
		return fmt.Errorf("mount %s: %w", m.Type, err)
	}
	if m.TmpCopyUp && !at.Made {
		err = copyUp(at.File, mnt)
	}
	if err == nil && (m.Type == "proc" || m.Type == "sysfs") {
		err = b.isOn(at, mnt)
	}
	if err != nil {
		mnt.Close()
		return err
	}
	return b.done(op, at, mnt)
}

// done keeps or closes the handle of a mount. A mount on "/" is the rootfs from
// now on.
func (b *Builder) done(op *Op, at *safepath.Place, mnt *os.File) error {
	switch {
	case at.Path == "/":
		b.root.Close()
		b.root = mnt
		b.forgetKernelFS()
		return nil
	case at.Path == procDir || at.Path == sysDir:
		if err := b.holdKernelFS(at.Path, mnt); err != nil {
			mnt.Close()
			return err
		}
	}
	if !op.Keep {
		return mnt.Close()
	}
	if b.kept == nil {
		b.kept = map[int]*os.File{}
	}
	b.kept[op.Index] = mnt
	return nil
}

// isOn makes sure that the path of a place leads to mnt now: its directory may
// have been moved between the opening and the mount (CVE-2019-19921).
func (b *Builder) isOn(at *safepath.Place, mnt *os.File) error {
	now, err := safepath.Find(b.root, at.Path)
	if err != nil {
		return err
	}
	defer now.Close()
	want, err := sys.Fstat(mnt)
	if err != nil {
		return err
	}
	got, err := sys.Fstat(now.File)
	if err == nil && (got.Dev != want.Dev || got.Ino != want.Ino || now.Path != at.Path) {
		err = errSwapped(at.Path)
	}
	return err
}

// label adds the SELinux context to a file system that can have one.
func (b *Builder) label(fs *filesystem) {
	switch fs.fstype {
	case "proc", "sysfs", "mqueue", "cgroup", "cgroup2":
		return // the kernel labels these itself
	}
	if label := b.cfg.MountLabel; label != "" && !fs.has("context") {
		fs.set("context", label)
	}
}

// likeTarget gives a tmpfs the mode and the owner of the directory that it
// covers, unless the options say otherwise.
func likeTarget(fs *filesystem, at *safepath.Place) error {
	st, err := sys.Fstat(at.File)
	if err != nil {
		return err
	}
	if fs.has("mode") {
		return nil
	}
	fs.set("mode", fmt.Sprintf("%04o", st.Mode&0o7777))
	for _, owner := range [...]struct {
		key string
		id  uint32
	}{{"uid", st.Uid}, {"gid", st.Gid}} {
		if owner.id != 0 && owner.id != overflowID && !fs.has(owner.key) {
			fs.set(owner.key, fmt.Sprint(owner.id))
		}
	}
	return nil
}

// overflowID is what an id looks like that is not mapped in the user namespace;
// to set it may be refused.
const overflowID = 65534

// remount changes the flags and options of what is mounted at the destination.
func (b *Builder) remount(op *Op) error {
	at, err := safepath.Find(b.root, op.Path)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	defer at.Close()
	// The parts of a mount that are not its own only mount(2) changes by path
	// alone.
	m := op.Mount
	if err := (oldDoor{b}).mount2(m.Source, at.File, m.Type, uintptr(m.Flags), m.Data); err != nil {
		return err
	}
	return makeChanges(b.door, at.File, laterChanges(m))
}

func (b *Builder) makeReadonly(op *Op) error {
	mnt := b.kept[op.Index]
	if mnt == nil {
		return errors.New("the mount was not kept")
	}
	delete(b.kept, op.Index)
	defer mnt.Close()
	if !b.cfg.Namespaces.Has(configs.MountNamespace) {
		return sys.MakeReadonlyFS(mnt) // see needsAttached
	}
	return b.door.change(mnt, readonly)
}

// makeLink makes a symlink. One that is there stays, unless it is to be
// replaced.
func (b *Builder) makeLink(op *Op) error {
	if op.IfExists != "" {
		if _, err := os.Lstat(op.IfExists); err != nil {
			return nil
		}
	}
	dir, name, err := b.parent(op.Path)
	if err != nil {
		return err
	}
	err = sys.Symlinkat(op.Source, dir.File, name)
	if !errors.Is(err, unix.EEXIST) {
		return err
	}
	if !op.Replace {
		return nil
	}
	if err := sys.Unlinkat(dir.File, name); err != nil {
		return err
	}
	return sys.Symlinkat(op.Source, dir.File, name)
}
