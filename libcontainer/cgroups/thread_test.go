package cgroups

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// asNobody calls fn on a thread without any rights.
func asNobody(fn func() error) error {
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The saved uid stays 0, for the way back.
	if err := unix.Setresuid(nobody, nobody, 0); err != nil {
		return err
	}
	err := fn()
	return first(unix.Setresuid(0, 0, 0), err)
}
