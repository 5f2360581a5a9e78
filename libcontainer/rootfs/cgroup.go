package rootfs

import (
	"errors"
	"fmt"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// rootless tells whether the kernel may let the container's root write to
// cgroups that are not the container's, as these are the runtime's user's.
func (b *Builder) rootless() bool {
	return b.host.InUserNS || b.cfg.RootlessEUID || b.cfg.RootlessCgroups
}

// mountCgroup mounts a cgroup hierarchy in a cgroup namespace of the
// container's. Where that is denied, a bind of the own cgroup shows the same.
func (b *Builder) mountCgroup(op *Op) error {
	err := b.mountFS(op)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EACCES) {
		return b.bindOwn(op, err)
	}
	return err
}

// bindCgroup binds a hierarchy of the host's. A rootless container gets its own
// cgroup of it and nothing else, for its user may write in more than that
// (CVE-2023-25809).
func (b *Builder) bindCgroup(op *Op) error {
	if b.rootless() && op.Source != op.Own {
		return b.bindOwn(op, errors.New("the container has no cgroup"))
	}
	return b.bindFrom(op, op.Source)
}

// bindOwn binds the container's own cgroup. If there is none, a rootless
// container gets an empty directory, and any other the cause as an error.
func (b *Builder) bindOwn(op *Op, cause error) error {
	if op.Own != "" {
		err := b.bindFrom(op, op.Own)
		if !b.rootless() || !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EACCES) {
			return err
		}
	}
	if !b.rootless() {
		return fmt.Errorf("%w; give the container a cgroup namespace or a cgroup of its own", cause)
	}
	empty := *op
	empty.Kind, empty.Keep, empty.Mount = MountFS, false, nothing()
	return b.mountFS(&empty)
}

// nothing is an empty directory, for a want of cgroups to show.
func nothing() *configs.Mount {
	return &configs.Mount{
		Type: "tmpfs", Source: "tmpfs", Data: "mode=755",
		Flags: unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC,
	}
}

func (b *Builder) bindFrom(op *Op, source string) error {
	m := *op.Mount
	m.Type, m.Source, m.Data = "bind", source, ""
	m.Flags |= unix.MS_BIND | unix.MS_REC
	bound := *op
	bound.Mount, bound.Source = &m, source
	tree, err := b.door.take(nil, source, true)
	if err != nil {
		return fmt.Errorf("bind source: %w", err)
	}
	return b.bindTree(&bound, tree, true)
}

// guardCgroups makes the cgroups that a bind of /sys has brought along
// read-only for a rootless container (CVE-2023-25809). The kernel changes a
// mount within a tree only when that is attached. mount(2) cannot change all of
// a tree, so there they are covered.
func (b *Builder) guardCgroups(at *safepath.Place, mnt *os.File) error {
	if dir, err := safepath.IsDir(mnt); err != nil || !dir {
		return err
	}
	cgroups, err := findCgroups(mnt)
	if cgroups == nil || err != nil {
		return err
	}
	defer cgroups.Close()
	if _, old := b.door.(oldDoor); old {
		cgroups.Path = path.Join(at.Path, cgroups.Path)
		fs := newFilesystem(nothing())
		b.label(fs)
		cover, err := b.door.mount(fs, cgroups, nil)
		if err != nil {
			return err
		}
		return cover.Close()
	}
	return b.door.change(cgroups.File, sys.MountAttr{Set: unix.MOUNT_ATTR_RDONLY, Recursive: true})
}

// findCgroups finds where cgroups are mounted in a tree that has a sysfs at its
// root or at /sys; nil if nowhere.
func findCgroups(tree *os.File) (*safepath.Place, error) {
	for _, name := range [...]string{"/fs/cgroup", "/cgroup", "/sys/fs/cgroup"} {
		at, err := safepath.Find(tree, name)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		is, err := mountedOnSysfs(tree, at)
		if is && err == nil {
			return at, nil
		}
		at.Close()
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// mountedOnSysfs tells whether at is another file system than the directory
// that it lies in, and that a sysfs.
func mountedOnSysfs(tree *os.File, at *safepath.Place) (bool, error) {
	up, err := safepath.Find(tree, path.Dir(at.Path))
	if err != nil {
		return false, err
	}
	defer up.Close()
	sysfs, err := sys.Fstatfs(up.File)
	if err != nil {
		return false, err
	}
	here, err := sys.Fstatfs(at.File)
	return sysfs.Type == unix.SYSFS_MAGIC && here.Type != unix.SYSFS_MAGIC, err
}
