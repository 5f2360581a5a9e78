package sys

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dirFD is the number that stands for dir in a system call; nil is the working
// directory.
func dirFD(dir *os.File) int {
	if dir == nil {
		return unix.AT_FDCWD
	}
	return int(dir.Fd())
}

// under names path in dir for a message and for a new file.
func under(dir *os.File, path string) string {
	switch {
	case dir == nil || strings.HasPrefix(path, "/"):
		return path
	case path == "" || path == ".":
		return dir.Name()
	}
	return strings.TrimSuffix(dir.Name(), "/") + "/" + path
}

// at calls fn with the number of dir (nil: the working directory), which stays
// open meanwhile, and wraps the error with verb and path.
func at(verb string, dir *os.File, path string, fn func(dirfd int) error) error {
	err := Retry(func() error { return fn(dirFD(dir)) })
	keepAlive(dir)
	if err != nil {
		return &os.PathError{Op: verb, Path: under(dir, path), Err: err}
	}
	return nil
}

// openAt is at for a call that makes a descriptor.
func openAt(verb string, dir *os.File, path string, fn func(dirfd int) (int, error)) (*os.File, error) {
	f, err := retryFD(verb, under(dir, path), func() (int, error) { return fn(dirFD(dir)) })
	keepAlive(dir)
	return f, err
}

// Openat opens path in dir (openat(2)). Symlinks are followed unless flags has
// O_NOFOLLOW, which holds for the last component only: give one component.
func Openat(dir *os.File, path string, flags int, mode uint32) (*os.File, error) {
	return openAt("open", dir, path, func(dirfd int) (int, error) {
		return unix.Openat(dirfd, path, flags|unix.O_CLOEXEC, mode)
	})
}

// openat2Tries bounds how often openat2 is repeated. It answers EAGAIN when a
// rename or mount anywhere on the machine races with a path that has "..";
// that can go on for long under load, but never this long.
const openat2Tries = 128

// Openat2 opens path in dir under RESOLVE_* rules (openat2(2), Linux 5.6). The
// error may be EAGAIN, after many tries, and ENOSYS or EPERM where there is no
// such call.
func Openat2(dir *os.File, path string, flags int, resolve uint64) (*os.File, error) {
	how := unix.OpenHow{Flags: uint64(flags) | unix.O_CLOEXEC, Resolve: resolve}
	return openAt("open", dir, path, func(dirfd int) (fd int, err error) {
		for range openat2Tries {
			err = unless(CallOpenat2, func() error {
				fd, err = unix.Openat2(dirfd, path, &how)
				return err
			})
			if !errors.Is(err, unix.EAGAIN) {
				break
			}
		}
		return fd, err
	})
}

// Dup returns a second descriptor of the same open file.
func Dup(f *os.File) (*os.File, error) {
	return openAt("dup", f, "", func(fd int) (int, error) {
		return unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	})
}

// Mkdirat makes the directory name in dir; mode is subject to the umask.
func Mkdirat(dir *os.File, name string, mode uint32) error {
	return at("mkdir", dir, name, func(dirfd int) error { return unix.Mkdirat(dirfd, name, mode) })
}

// Symlinkat makes the symlink name in dir, which reads target.
func Symlinkat(target string, dir *os.File, name string) error {
	return at("symlink", dir, name, func(dirfd int) error { return unix.Symlinkat(target, dirfd, name) })
}

// Unlinkat removes the file or symlink name from dir.
func Unlinkat(dir *os.File, name string) error {
	return at("unlink", dir, name, func(dirfd int) error { return unix.Unlinkat(dirfd, name, 0) })
}

// Renameat gives the file old in dir the name new, in the place of what has it.
func Renameat(dir *os.File, old, new string) error {
	return at("rename", dir, old, func(dirfd int) error { return unix.Renameat(dirfd, old, dirfd, new) })
}

// Readlink returns the text of a symlink that is open by O_PATH|O_NOFOLLOW.
func Readlink(link *os.File) (string, error) {
	buf := make([]byte, unix.PathMax)
	n := 0
	err := onFD("readlink", link, func(fd int) (err error) {
		n, err = unix.Readlinkat(fd, "", buf)
		return err
	})
	return string(buf[:max(n, 0)]), err
}

// Chownat gives the file name in dir to uid and gid, not following a symlink.
// An empty name is dir itself, which may be open by O_PATH.
func Chownat(dir *os.File, name string, uid, gid int) error {
	return at("chown", dir, name, func(dirfd int) error {
		return unix.Fchownat(dirfd, name, uid, gid, unix.AT_SYMLINK_NOFOLLOW|unix.AT_EMPTY_PATH)
	})
}

// Fchmod sets the permission bits (with set-id and sticky) of an open file.
func Fchmod(f *os.File, mode uint32) error {
	return onFD("chmod", f, func(fd int) error { return unix.Fchmod(fd, mode) })
}

// SwapUmask sets the file mode creation mask and returns the former one.
func SwapUmask(mask uint32) (before uint32) { return uint32(unix.Umask(int(mask))) }
