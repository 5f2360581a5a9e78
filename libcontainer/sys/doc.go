// Package sys is the one place that speaks to the kernel: one wrapper a system
// call. Every wrapper forces O_CLOEXEC, repeats on EINTR, takes and returns
// *os.File rather than numbers, and wraps an error with its verb and path (an
// *os.PathError or *os.SyscallError), so that errors.Is(err, unix.ENOENT) and a
// readable message both hold. It decides nothing.
package sys

import (
	"errors"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Retry calls fn until it returns something else than EINTR.
func Retry(fn func() error) error {
	for {
		if err := fn(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// retryFD is Retry for a call that makes a descriptor; it wraps the error with
// verb and path, and the descriptor as a file of that name.
func retryFD(verb, path string, fn func() (int, error)) (*os.File, error) {
	for {
		fd, err := fn()
		switch {
		case err == nil:
			return os.NewFile(uintptr(fd), path), nil
		case !errors.Is(err, unix.EINTR):
			return nil, &os.PathError{Op: verb, Path: path, Err: err}
		}
	}
}

// onFD calls fn with the number of f's descriptor, which stays open meanwhile,
// and wraps the error with verb and f's name.
func onFD(verb string, f *os.File, fn func(fd int) error) error {
	defer runtime.KeepAlive(f)
	if err := Retry(func() error { return fn(int(f.Fd())) }); err != nil {
		return &os.PathError{Op: verb, Path: f.Name(), Err: err}
	}
	return nil
}
