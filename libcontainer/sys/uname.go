package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// KernelVersion names the running kernel and its build (uname(2)).
func KernelVersion() (string, error) {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "", os.NewSyscallError("uname", err)
	}
	return unix.ByteSliceToString(u.Release[:]) + " " + unix.ByteSliceToString(u.Version[:]) + " " + unix.ByteSliceToString(u.Machine[:]), nil
}
