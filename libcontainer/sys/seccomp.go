package sys

import (
	"errors"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sockFilterSize is the size of struct sock_filter in bytes.
const sockFilterSize = 8

// SeccompLoad puts a filter on the current thread (seccomp(2)). program is an
// array of struct sock_filter, flags are SECCOMP_FILTER_FLAG_*. With
// NEW_LISTENER among them it returns the number of the listener, close-on-exec,
// else -1: only a number, as os.NewFile makes a system call.
//
// From its return on the thread can make only the calls that the filter allows,
// and the Go runtime makes some unasked: do nothing but exec after it.
func SeccompLoad(program []byte, flags uint32) (listener int, err error) {
	fd, err := seccompLoad(program, flags)
	if err != nil || flags&unix.SECCOMP_FILTER_FLAG_NEW_LISTENER == 0 {
		return -1, err
	}
	return fd, nil
}

func seccompLoad(program []byte, flags uint32) (fd int, err error) {
	n := len(program) / sockFilterSize
	if n == 0 || n > 0xffff || len(program)%sockFilterSize != 0 {
		return -1, os.NewSyscallError("seccomp", unix.EINVAL)
	}
	prog := unix.SockFprog{Len: uint16(n), Filter: (*unix.SockFilter)(unsafe.Pointer(&program[0]))}
	// No Retry: a second attempt might add a second filter.
	r, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, uintptr(flags), uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(program)
	if errno != 0 {
		return -1, os.NewSyscallError("seccomp", errno)
	}
	return int(r), nil
}

// SeccompFlagsKnown tells whether the kernel knows all of the given
// SECCOMP_FILTER_FLAG_* and takes them together.
func SeccompFlagsKnown(flags uint32) bool {
	// With a null program the flags are checked before the address.
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, uintptr(flags), 0)
	return errors.Is(errno, unix.EFAULT)
}

// SeccompActionKnown tells whether the kernel knows a SECCOMP_RET_* action. It
// takes an unknown one for the killing of the process.
func SeccompActionKnown(action uint32) bool {
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action)))
	return errno == 0
}
