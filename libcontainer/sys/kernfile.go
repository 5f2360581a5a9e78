package sys

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ReadKernelFile reads a file that the kernel makes up (cgroupfs, procfs). It
// is os.ReadFile without what that does for files which may block: a third of
// the calls.
func ReadKernelFile(path string) ([]byte, error) {
	fd, err := openRaw(path, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	data := make([]byte, 0, 512)
	for {
		n := 0
		err := Retry(func() (err error) {
			n, err = unix.Read(fd, data[len(data):cap(data)])
			return err
		})
		if err != nil {
			return nil, &os.PathError{Op: "read", Path: path, Err: err}
		}
		if n == 0 {
			return data, nil
		}
		data = data[:len(data)+n]
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// WriteKernelFile writes each of values by one write(2) to an existing file
// that the kernel makes up.
func WriteKernelFile(path string, values ...string) error {
	fd, err := openRaw(path, unix.O_WRONLY)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for _, v := range values {
		err := Retry(func() error {
			_, err := unix.Write(fd, []byte(v))
			return err
		})
		if err != nil {
			return &os.PathError{Op: "write " + v + " to", Path: path, Err: err}
		}
	}
	return nil
}

// OpenKernelFile opens an existing file that the kernel makes up, for writing.
func OpenKernelFile(path string) (*os.File, error) {
	fd, err := openRaw(path, unix.O_WRONLY)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}

func openRaw(path string, flags int) (fd int, err error) {
	err = Retry(func() (err error) {
		fd, err = unix.Open(path, flags|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return fd, nil
}

// FSType returns the magic number of the file system at path (statfs(2)); 0
// when path cannot be reached.
func FSType(path string) int64 {
	var st unix.Statfs_t
	if err := Retry(func() error { return unix.Statfs(path, &st) }); err != nil {
		return 0
	}
	return int64(st.Type)
}

// PollEvent waits until the kernel announces a change of f's content (POLLPRI:
// cgroup.events, memory.events, ...) since f was last read, for at most
// timeout.
func PollEvent(f *os.File, timeout time.Duration) error {
	return onFD("poll", f, func(fd int) error {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLPRI}}
		_, err := unix.Poll(fds, int((timeout+time.Millisecond-1)/time.Millisecond))
		return err
	})
}

// Gettid returns the number of the calling thread.
func Gettid() int { return unix.Gettid() }

// Rmdir removes an empty directory; unlike os.Remove it tries nothing else.
func Rmdir(path string) error {
	if err := Retry(func() error { return unix.Rmdir(path) }); err != nil {
		return &os.PathError{Op: "rmdir", Path: path, Err: err}
	}
	return nil
}

// Subdirs tells whether the directory path has directories in it, by its link
// count, and whether it is there at all.
func Subdirs(path string) (has, exists bool) {
	var st unix.Stat_t
	if err := Retry(func() error { return unix.Lstat(path, &st) }); err != nil {
		return false, false
	}
	return st.Nlink > 2, true
}
