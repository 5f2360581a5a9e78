package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// heapStep is by what Go's heap grows, at the least: pallocChunkBytes of the Go
// runtime.
const heapStep = 4 << 20

// AllowHugePages ends PR_SET_THP_DISABLE(2const), which would go on to whatever is
// executed. What the heap has by now stays without transparent huge pages. Should
// the kernel refuse, they are what they would have been.
func AllowHugePages() {
	var here byte // a goroutine's stack comes from the heap, the first from its beginning
	first := uintptr(unsafe.Pointer(&here)) &^ (heapStep - 1)
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, first, heapStep, unix.MADV_NOHUGEPAGE)
	_ = unix.Prctl(unix.PR_SET_THP_DISABLE, 0, 0, 0, 0)
}
