//go:build 386 || arm

package sys

import "golang.org/x/sys/unix"

// The calls of the older names take ids of 16 bits here.
const (
	sysSetgroups = unix.SYS_SETGROUPS32
	sysSetgid    = unix.SYS_SETGID32
	sysSetuid    = unix.SYS_SETUID32
)
