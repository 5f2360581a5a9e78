package sys

import (
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SetPersonality sets the execution domain and its flags of the process
// (personality(2)).
func SetPersonality(persona uint32) error {
	_, _, errno := unix.Syscall(unix.SYS_PERSONALITY, uintptr(persona), 0, 0)
	if errno != 0 {
		return os.NewSyscallError("personality", errno)
	}
	return nil
}

// SetMempolicy sets the NUMA policy of the thread, which exec keeps
// (set_mempolicy(2)). mode has the MPOL_F_* flags in it; nodes are node numbers.
func SetMempolicy(mode uint32, nodes []int) error {
	const bits = int(unsafe.Sizeof(uintptr(0))) * 8
	var mask []uintptr
	for _, n := range nodes {
		for len(mask) <= n/bits {
			mask = append(mask, 0)
		}
		mask[n/bits] |= 1 << (n % bits)
	}
	var first unsafe.Pointer
	if len(mask) > 0 {
		first = unsafe.Pointer(&mask[0])
	}
	// The kernel reads one bit less than it is told.
	_, _, errno := unix.Syscall(unix.SYS_SET_MEMPOLICY, uintptr(mode), uintptr(first), uintptr(len(mask)*bits+1))
	runtime.KeepAlive(mask)
	if errno != 0 {
		return os.NewSyscallError("set_mempolicy", errno)
	}
	return nil
}
