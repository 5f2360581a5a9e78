package sys

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SetIdentity changes group list, gid and uid of the calling thread, in this
// order. A nil group list is kept (where setgroups(2) is denied).
//
// The functions of syscall and x/sys change all threads by a signal to each,
// while here only the calling one lives on, through exec. Under a seccomp filter,
// which holds for that one alone, libc aborts when the others get another answer.
// setuid(2) and setgid(2), for those are what profiles that were made for runc
// allow.
func SetIdentity(uid, gid uint32, groups []uint32) error {
	if groups != nil {
		_, _, errno := unix.RawSyscall(sysSetgroups, uintptr(len(groups)), uintptr(unsafe.Pointer(unsafe.SliceData(groups))), 0)
		runtime.KeepAlive(groups)
		if err := syscallError("setgroups", errno); err != nil {
			return err
		}
	}
	_, _, errno := unix.RawSyscall(sysSetgid, uintptr(gid), 0, 0)
	if err := syscallError("setgid", errno); err != nil {
		return err
	}
	_, _, errno = unix.RawSyscall(sysSetuid, uintptr(uid), 0, 0)
	return syscallError("setuid", errno)
}
