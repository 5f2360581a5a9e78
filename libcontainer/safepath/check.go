package safepath

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// MakeEntry opens the entry name of dir, or makes it as an empty file with
// mode. A symlink there is refused with ELOOP, not followed. dir is not closed.
func MakeEntry(dir *Place, name string, mode uint32) (*Place, error) {
	entry := &Place{Path: path.Join(dir.Path, name)}
	for range maxRaces {
		f, err := sys.Openat(dir.File, name, unix.O_PATH|unix.O_NOFOLLOW, 0)
		if err == nil {
			entry.File = f
			return entry, notSymlink(f)
		}
		if !errors.Is(err, unix.ENOENT) {
			return nil, err
		}
		const flags = unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_RDONLY
		f, err = sys.Openat(dir.File, name, flags, mode)
		if err == nil {
			entry.File, entry.Made = f, true
			return entry, nil
		}
		if !errors.Is(err, unix.EEXIST) {
			return nil, err
		}
	}
	return nil, &os.PathError{Op: "create", Path: entry.Path, Err: unix.EAGAIN}
}

// notSymlink closes f and returns ELOOP if it is a symlink.
func notSymlink(f *os.File) error {
	st, err := sys.Fstat(f)
	if err == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK {
		err = &os.PathError{Op: "open", Path: f.Name(), Err: unix.ELOOP}
	}
	if err != nil {
		f.Close()
	}
	return err
}

// IsDir tells whether f is a directory.
func IsDir(f *os.File) (bool, error) {
	st, err := sys.Fstat(f)
	return st.Mode&unix.S_IFMT == unix.S_IFDIR, err
}

// IsDevice tells whether f is the character device major:minor. The node's
// name says nothing: CVE-2025-31133 was a /dev/null that was something else.
func IsDevice(f *os.File, major, minor uint32) (bool, error) {
	st, err := sys.Fstat(f)
	return err == nil && sys.IsNode(&st, unix.S_IFCHR, major, minor), err
}

// IsProcfs tells whether f lies on a proc file system.
func IsProcfs(f *os.File) (bool, error) { return isOn(f, unix.PROC_SUPER_MAGIC) }

// IsDevpts tells whether f lies on a devpts file system.
func IsDevpts(f *os.File) (bool, error) { return isOn(f, unix.DEVPTS_SUPER_MAGIC) }

func isOn(f *os.File, magic int64) (bool, error) {
	st, err := sys.Fstatfs(f)
	return err == nil && int64(st.Type) == magic, err //nolint:unconvert // 32 bits on some machines
}
