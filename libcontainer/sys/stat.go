package sys

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// keepAlive is runtime.KeepAlive for a file that may be nil.
func keepAlive(f *os.File) { runtime.KeepAlive(f) }

// Fstat asks what an open file is (fstat(2)); O_PATH is enough.
func Fstat(f *os.File) (st unix.Stat_t, err error) {
	err = onFD("stat", f, func(fd int) error { return unix.Fstat(fd, &st) })
	return st, err
}

// Stat asks what path leads to (stat(2)).
func Stat(path string) (st unix.Stat_t, err error) {
	if err := Retry(func() error { return unix.Stat(path, &st) }); err != nil {
		return st, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return st, nil
}

// Fstatfs asks about the file system that f lies on (fstatfs(2)); O_PATH is
// enough.
func Fstatfs(f *os.File) (st unix.Statfs_t, err error) {
	err = onFD("statfs", f, func(fd int) error { return unix.Fstatfs(fd, &st) })
	return st, err
}

// Mount facts of an open file, from one statx(2).
type MountFacts struct {
	// ID is the mount id, as the first field of mountinfo.
	ID uint64
	// Root says that the file is the root of its mount.
	Root bool
}

// StatMount asks on which mount f lies. The error is ENOSYS before Linux 5.8,
// which cannot tell.
func StatMount(f *os.File) (MountFacts, error) {
	var st unix.Statx_t
	err := onFD("statx", f, func(fd int) error {
		return unless(CallStatxMount, func() error {
			return unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st)
		})
	})
	if err == nil && st.Mask&unix.STATX_MNT_ID == 0 {
		err = &os.PathError{Op: "statx", Path: f.Name(), Err: unix.ENOSYS}
	}
	return MountFacts{ID: st.Mnt_id, Root: st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0}, err
}
