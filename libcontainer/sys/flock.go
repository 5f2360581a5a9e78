package sys

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// OpenDir opens a directory for reading; a symbolic link in the last place of
// path is an error (ENOTDIR).
func OpenDir(path string) (*os.File, error) {
	return retryFD("open", path, func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
}

// TryFlock takes an advisory lock on an open file (flock(2)), exclusive or
// shared, without waiting; ok is false when another process holds one that
// excludes it. The lock lives until Unflock, or until every copy of the
// descriptor is closed.
func TryFlock(f *os.File, exclusive bool) (ok bool, err error) {
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	err = onFD("flock", f, func(fd int) error { return unix.Flock(fd, how|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// Unflock gives up the lock, also for copies of the descriptor in children.
func Unflock(f *os.File) error {
	return onFD("flock", f, func(fd int) error { return unix.Flock(fd, unix.LOCK_UN) })
}

// RenameNoReplace renames a file; EEXIST when newPath exists (renameat2(2),
// RENAME_NOREPLACE).
func RenameNoReplace(oldPath, newPath string) error {
	err := unix.Renameat2(unix.AT_FDCWD, oldPath, unix.AT_FDCWD, newPath, unix.RENAME_NOREPLACE)
	if err != nil {
		return &os.LinkError{Op: "rename", Old: oldPath, New: newPath, Err: err}
	}
	return nil
}

// Mkfifo makes a FIFO whose permission bits are mode whatever the umask is.
func Mkfifo(path string, mode uint32) error {
	if err := unix.Mkfifo(path, 0); err != nil {
		return &os.PathError{Op: "mkfifo", Path: path, Err: err}
	}
	return os.Chmod(path, os.FileMode(mode))
}
