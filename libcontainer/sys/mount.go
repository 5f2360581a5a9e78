package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// Mount is mount(2). Paths are resolved by the kernel as they are: give only
// what cannot be led astray ("." or a number in /proc/thread-self/fd).
func Mount(source, target, fstype string, flags uintptr, data string) error {
	err := Retry(func() error { return unix.Mount(source, target, fstype, flags, data) })
	if err != nil {
		return &os.PathError{Op: "mount", Path: target, Err: err}
	}
	return nil
}

// Detach takes the mount at path out of the mount table at once
// (umount2(2), MNT_DETACH). A symlink at path is not followed.
func Detach(path string) error {
	err := Retry(func() error { return unix.Unmount(path, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW) })
	if err != nil {
		return &os.PathError{Op: "umount", Path: path, Err: err}
	}
	return nil
}

// PivotRoot makes newRoot the root of the mount namespace and puts the former
// root at putOld (pivot_root(2)).
func PivotRoot(newRoot, putOld string) error {
	return os.NewSyscallError("pivot_root", unix.PivotRoot(newRoot, putOld))
}

// Chroot makes path the root directory of the process.
func Chroot(path string) error {
	if err := unix.Chroot(path); err != nil {
		return &os.PathError{Op: "chroot", Path: path, Err: err}
	}
	return nil
}

// Fchdir makes dir the working directory; O_PATH is enough.
func Fchdir(dir *os.File) error { return onFD("chdir", dir, unix.Fchdir) }
