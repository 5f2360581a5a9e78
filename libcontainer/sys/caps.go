package sys

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// CapSets are the three sets that capget(2) reads, as bit masks.
type CapSets struct {
	Effective, Permitted, Inheritable uint64
}

// Capget returns the capability sets of the current thread.
func Capget() (CapSets, error) {
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var d [2]unix.CapUserData
	if err := unix.Capget(&hdr, &d[0]); err != nil {
		return CapSets{}, os.NewSyscallError("capget", err)
	}
	join := func(low, high uint32) uint64 { return uint64(high)<<32 | uint64(low) }
	return CapSets{
		Effective:   join(d[0].Effective, d[1].Effective),
		Permitted:   join(d[0].Permitted, d[1].Permitted),
		Inheritable: join(d[0].Inheritable, d[1].Inheritable),
	}, nil
}

// CapBounding tells whether capability c is in the bounding set of the current
// thread; known is false when the kernel has no such capability.
func CapBounding(c int) (held, known bool) {
	// unix.Prctl hides the result, which is the answer here.
	r, _, errno := unix.Syscall(unix.SYS_PRCTL, unix.PR_CAPBSET_READ, uintptr(c), 0)
	return r == 1 && errno == 0, errno == 0
}

// CapBoundingDrop removes capability c from the bounding set of the current
// thread. A capability that the kernel does not know is no error.
func CapBoundingDrop(c int) error {
	err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0)
	if errors.Is(err, unix.EINVAL) {
		return nil
	}
	return os.NewSyscallError("prctl(PR_CAPBSET_DROP)", err)
}

// CapAmbientClear empties the ambient set of the current thread.
func CapAmbientClear() error {
	err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	return os.NewSyscallError("prctl(PR_CAP_AMBIENT_CLEAR_ALL)", err)
}

// CapAmbientRaise adds capability c to the ambient set of the current thread;
// it must be both permitted and inheritable.
func CapAmbientRaise(c int) error {
	err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, uintptr(c), 0, 0)
	return os.NewSyscallError("prctl(PR_CAP_AMBIENT_RAISE)", err)
}
