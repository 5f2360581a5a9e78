package sys

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maskCPUs is how many CPUs a mask of ours names: more than any kernel knows
// (CONFIG_NR_CPUS is 8192 at most). The kernel ignores the surplus.
const maskCPUs = 1 << 16

const wordBits = int(unsafe.Sizeof(uintptr(0))) * 8

// CPUMask is a set of CPUs as sched_setaffinity(2) takes it.
type CPUMask []uintptr

// CPUs returns the mask of the CPUs in list; those from maskCPUs on are left
// out.
func CPUs(list []int) CPUMask {
	m := make(CPUMask, maskCPUs/wordBits)
	for _, cpu := range list {
		if cpu >= 0 && cpu < maskCPUs {
			m[cpu/wordBits] |= 1 << (cpu % wordBits)
		}
	}
	return m
}

// AllCPUs returns the mask of every CPU, present or not.
func AllCPUs() CPUMask {
	m := make(CPUMask, maskCPUs/wordBits)
	for i := range m {
		m[i] = ^uintptr(0)
	}
	return m
}

// SetAffinity binds the thread tid, 0 for the caller, to the CPUs of the mask
// that its cgroup has. It is EINVAL when it has none of them. (The wrapper of
// x/sys ends at 1024 CPUs.)
func SetAffinity(tid int, m CPUMask) error {
	_, _, errno := unix.Syscall(unix.SYS_SCHED_SETAFFINITY, uintptr(tid), uintptr(len(m)*wordBits/8), uintptr(unsafe.Pointer(&m[0])))
	return syscallError("sched_setaffinity", errno)
}

// Affinity returns the CPUs that the thread tid, 0 for the caller, is bound to.
func Affinity(tid int) (CPUMask, error) {
	m := make(CPUMask, maskCPUs/wordBits)
	_, _, errno := unix.Syscall(unix.SYS_SCHED_GETAFFINITY, uintptr(tid), uintptr(len(m)*wordBits/8), uintptr(unsafe.Pointer(&m[0])))
	return m, syscallError("sched_getaffinity", errno)
}

// SchedAttr is struct sched_attr of sched_setattr(2).
type SchedAttr = unix.SchedAttr

// SetScheduler sets policy and priority of the calling thread.
func SetScheduler(a SchedAttr) error {
	a.Size = unix.SizeofSchedAttr
	return os.NewSyscallError("sched_setattr", unix.SchedSetAttr(0, &a, 0))
}

// Constants of linux/ioprio.h.
const (
	ioprioWhoProcess = 1
	ioprioClassShift = 13
)

// SetIOPriority sets the I/O class and the priority in it of the calling thread
// (ioprio_set(2)).
func SetIOPriority(class, priority int) error {
	_, _, errno := unix.Syscall(unix.SYS_IOPRIO_SET, ioprioWhoProcess, 0, uintptr(class<<ioprioClassShift|priority))
	return syscallError("ioprio_set", errno)
}

// syscallError is nil for no error.
func syscallError(name string, errno unix.Errno) error {
	if errno == 0 {
		return nil
	}
	return os.NewSyscallError(name, errno)
}
