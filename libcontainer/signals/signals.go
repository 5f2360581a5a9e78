// Package signals collects the signals that the process gets. It stands in for
// os/signal, which hands each signal that is enabled over to a thread of its
// own and back: to catch all of them cost a tenth of a start's CPU time.
package signals

/*
#cgo CFLAGS: -Wall -Wextra -Werror -O2
#include "signals.h"
*/
import "C"

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Last is the highest signal number (signal(7), "Real-time signals").
const Last = C.LAST_SIGNAL

// Collect begins to collect the signals of the list; it can be called once. Each
// that comes is a byte, its number, in the pipe that is returned. The C library
// keeps the first real-time signals to itself (glibc two, musl three), and Go
// SIGURG: they must not be asked for. Children get none of this: at an exec handlers go.
func Collect(list []unix.Signal) (*os.File, error) {
	numbers := make([]byte, len(list))
	for i, s := range list {
		numbers[i] = byte(s)
	}
	end := C.collect_signals((*C.uchar)(unsafe.SliceData(numbers)), C.int(len(numbers)))
	if end < 0 {
		return nil, os.NewSyscallError("sigaction", unix.Errno(-end))
	}
	return os.NewFile(uintptr(end), "signals"), nil
}
