package sys

import (
	"errors"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Memfd makes an anonymous file that can be sealed and executed
// (memfd_create(2)). It is EACCES when vm.memfd_noexec forbids the latter.
func Memfd(name string) (*os.File, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	f, err := retryFD("memfd_create", name, func() (int, error) {
		return unix.MemfdCreate(name, flags|unix.MFD_EXEC)
	})
	if !errors.Is(err, unix.EINVAL) {
		return f, err
	}
	// Before Linux 6.3 there was no MFD_EXEC and every memfd could be executed.
	return retryFD("memfd_create", name, func() (int, error) { return unix.MemfdCreate(name, flags) })
}

// AddSeals adds F_SEAL_* bits to a memfd.
func AddSeals(f *os.File, seals int) error {
	return onFD("seal", f, func(fd int) error {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals)
		return err
	})
}

// Seals returns the F_SEAL_* bits of f. It is EINVAL when f is no memfd.
func Seals(f *os.File) (seals int, err error) {
	err = onFD("get seals", f, func(fd int) (err error) {
		seals, err = unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
		return err
	})
	return seals, err
}

// SendFile copies the rest of from to the position of to, in the kernel
// (sendfile(2)), and returns the number of bytes.
func SendFile(to, from *os.File) (total int64, err error) {
	defer runtime.KeepAlive(from)
	for {
		n := 0
		err := onFD("sendfile", to, func(fd int) (err error) {
			n, err = unix.Sendfile(fd, int(from.Fd()), nil, 1<<30)
			return err
		})
		if err != nil {
			return total, err
		}
		if n == 0 {
			return total, nil
		}
		total += int64(n)
	}
}

// CloneFile returns a descriptor (O_PATH) of the file at path on a new,
// detached mount that holds nothing else and has the given MOUNT_ATTR_* bits
// (open_tree(2), mount_setattr(2)). The mount lives as long as the descriptor.
// EPERM without CAP_SYS_ADMIN over the mount namespace; EINVAL when the file is
// on a mount of another one.
func CloneFile(path string, attrs uint64) (*os.File, error) {
	f, err := retryFD("open_tree", path, func() (int, error) {
		return unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	})
	if err != nil {
		return nil, err
	}
	err = onFD("mount_setattr", f, func(fd int) error {
		return unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH, &unix.MountAttr{Attr_set: attrs})
	})
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// MountFlags returns the ST_* flags of the mount that path lies on (statfs(2)).
func MountFlags(path string) (int64, error) {
	var st unix.Statfs_t
	if err := Retry(func() error { return unix.Statfs(path, &st) }); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: path, Err: err}
	}
	return int64(st.Flags), nil
}
