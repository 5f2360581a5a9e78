package rootfs

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"

	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// oldDoor makes mounts by mount(2), which takes paths. The only paths it gets
// are decimal numbers, with /proc/thread-self/fd of the trusted procfs as the
// working directory: they stand for what is open, whatever became of its name.
// A new mount has to be looked up, since mount(2) returns no handle; what is
// found must be that mount and no other.
type oldDoor struct{ b *Builder }

func (d oldDoor) take(dir *os.File, path string, _ bool) (*os.File, error) {
	if path == "" {
		return sys.Dup(dir)
	}
	return sys.Openat(dir, path, unix.O_PATH, 0)
}

func (d oldDoor) bind(tree *os.File, at *safepath.Place, recursive bool, changes []change) (*os.File, error) {
	defer tree.Close()
	flags := uintptr(unix.MS_BIND)
	if recursive {
		flags |= unix.MS_REC
	}
	if err := d.mount2(number(tree), at.File, "", flags, ""); err != nil {
		return nil, err
	}
	mnt, err := d.reopen(at)
	if err != nil {
		return nil, err
	}
	want, err := sys.Fstat(tree)
	if err == nil {
		err = d.expect(mnt, func(got *unix.Stat_t, _ *unix.Statfs_t) bool {
			return got.Dev == want.Dev && got.Ino == want.Ino
		})
	}
	return d.finish(mnt, err, changes)
}

func (d oldDoor) mount(fs *filesystem, at *safepath.Place, changes []change) (*os.File, error) {
	if err := d.mount2(fs.source, at.File, fs.fstype, flagsOf(fs.attrs)|uintptr(fs.super), fs.data()); err != nil {
		return nil, err
	}
	mnt, err := d.reopen(at)
	if err != nil {
		return nil, err
	}
	err = d.expect(mnt, func(_ *unix.Stat_t, got *unix.Statfs_t) bool {
		magic := magicOf(fs.fstype)
		return magic == 0 || int64(got.Type) == magic //nolint:unconvert // 32 bits on some machines
	})
	return d.finish(mnt, err, changes)
}

func (d oldDoor) finish(mnt *os.File, err error, changes []change) (*os.File, error) {
	if err == nil {
		err = makeChanges(d, mnt, changes)
	}
	if err != nil {
		mnt.Close()
		return nil, err
	}
	return mnt, nil
}

func (d oldDoor) change(mnt *os.File, a sys.MountAttr) error {
	if a.Propagation != 0 {
		flags := uintptr(a.Propagation)
		if a.Recursive {
			flags |= unix.MS_REC
		}
		if err := d.mount2("", mnt, "", flags, ""); err != nil {
			return err
		}
	}
	if a.Set|a.Clear == 0 {
		return nil
	}
	if a.Recursive {
		return errors.New("recursive mount options need mount_setattr(2) (Linux 5.12)")
	}
	return d.remountBind(mnt, a)
}

// remountBind changes the flags of a mount and makes sure that they hold.
func (d oldDoor) remountBind(mnt *os.File, a sys.MountAttr) error {
	st, err := sys.Fstatfs(mnt)
	if err != nil {
		return err
	}
	attrs := attrsOfStatfs(int64(st.Flags))&^a.Clear | a.Set //nolint:unconvert // 32 bits on some machines
	if err := d.mount2("", mnt, "", unix.MS_REMOUNT|unix.MS_BIND|flagsOf(attrs), ""); err != nil {
		return err
	}
	if st, err = sys.Fstatfs(mnt); err != nil {
		return err
	}
	got := attrsOfStatfs(int64(st.Flags)) //nolint:unconvert // 32 bits on some machines
	if missing := a.Set &^ got &^ atimeAttr; missing != 0 {
		return fmt.Errorf("flags %s did not take effect", attrNames(missing))
	}
	return nil
}

// mount2 calls mount(2) on an open file. source may be the number of one.
func (d oldDoor) mount2(source string, target *os.File, fstype string, flags uintptr, data string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	proc, err := d.b.proc()
	if err != nil {
		return err
	}
	dir, err := proc.FDDir()
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := sys.Fchdir(dir); err != nil {
		return err
	}
	err = sys.Mount(source, number(target), fstype, flags, data)
	runtime.KeepAlive(target)
	var e *os.PathError
	if errors.As(err, &e) {
		e.Path = target.Name()
	}
	return errors.Join(err, os.Chdir("/"))
}

func number(f *os.File) string { return strconv.Itoa(int(f.Fd())) }

// reopen finds what was mounted at a place: no symlink leads there and another
// mount than before is on it.
func (d oldDoor) reopen(at *safepath.Place) (*os.File, error) {
	mnt, err := d.lookUp(at.Path)
	if err != nil {
		return nil, err
	}
	proc, err := d.b.proc()
	if err != nil {
		mnt.Close()
		return nil, err
	}
	before, err := proc.MountID(at.File)
	after, err2 := proc.MountID(mnt)
	if err = errors.Join(err, err2); err == nil && before == after {
		err = errSwapped(at.Path)
	}
	if err != nil {
		mnt.Close()
		return nil, err
	}
	return mnt, nil
}

func (d oldDoor) lookUp(path string) (*os.File, error) {
	if path == "/" {
		// A mount over the root: the root that we hold is below it.
		return sys.Openat(nil, d.b.on, unix.O_PATH|unix.O_NOFOLLOW, 0)
	}
	place, err := safepath.Find(d.b.root, path)
	if err != nil {
		return nil, err
	}
	if place.Path != path {
		place.Close()
		return nil, errSwapped(path)
	}
	return place.File, nil
}

// expect makes sure that mnt is the mount that was made.
func (d oldDoor) expect(mnt *os.File, is func(*unix.Stat_t, *unix.Statfs_t) bool) error {
	st, err := sys.Fstat(mnt)
	if err != nil {
		return err
	}
	fs, err := sys.Fstatfs(mnt)
	if err == nil && !is(&st, &fs) {
		err = errSwapped(mnt.Name())
	}
	return err
}

func errSwapped(path string) error {
	return fmt.Errorf("%s was exchanged while it was mounted (possible attack)", path)
}
