package sys

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Call names a group of system calls that old kernels and narrow sandboxes
// lack, and for which there is another way.
type Call uint

// The groups.
const (
	// CallOpenat2 is openat2(2), Linux 5.6.
	CallOpenat2 Call = 1 << iota
	// CallMountAPI is open_tree(2), move_mount(2), fsopen(2), fsconfig(2),
	// fsmount(2) (Linux 5.2) and mount_setattr(2) (Linux 5.12).
	CallMountAPI
	// CallStatxMount is the mount id of statx(2), Linux 5.8.
	CallStatxMount
)

// absent holds the calls that the wrappers claim not to exist.
var absent Call

// Pretend makes the wrappers answer ENOSYS to calls, so that a test can take
// the paths of older kernels, until restore is called. It is for tests only
// and not for several goroutines at once.
func Pretend(calls Call) (restore func()) {
	before := absent
	absent = calls
	return func() { absent = before }
}

// unless calls fn, or claims that the kernel lacks the call.
func unless(c Call, fn func() error) error {
	if absent&c != 0 {
		return unix.ENOSYS
	}
	return fn()
}

// Unavailable tells whether err may mean that a system call as such is not to
// be had: the kernel is too old (ENOSYS), or a seccomp filter around us says
// so by EPERM.
func Unavailable(err error) bool {
	return errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM)
}
