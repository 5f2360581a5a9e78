package sys

import (
	"encoding/binary"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Eventfd makes a counter that the kernel can add to (eventfd(2)).
func Eventfd() (*os.File, error) {
	return retryFD("eventfd", "eventfd", func() (int, error) { return unix.Eventfd(0, unix.EFD_CLOEXEC) })
}

// EventCount returns what a counter has come to and sets it to 0. It waits
// while that is 0.
func EventCount(counter *os.File) (n uint64, err error) {
	var buf [8]byte
	err = onFD("read", counter, func(fd int) error {
		_, err := unix.Read(fd, buf[:])
		return err
	})
	return binary.NativeEndian.Uint64(buf[:]), err
}

// OpenWatched opens a file of the kernel's to wait for its changes. os.OpenFile
// would have Go's own poller look at it as well, which takes the announcement
// away (memory.pressure tells each once).
func OpenWatched(path string, flags int) (*os.File, error) {
	return retryFD("open", path, func() (int, error) { return unix.Open(path, flags|unix.O_CLOEXEC, 0) })
}

// Wait is a file to wait for: POLLIN for something to read, POLLPRI for a
// change that the kernel announces (poll(2)).
type Wait struct {
	File   *os.File
	Events int16
}

// PollEach waits without end until something has happened to a file, and
// returns for each what: its Events, or POLLERR, POLLHUP; 0: nothing.
func PollEach(waits ...Wait) ([]int16, error) {
	fds := make([]unix.PollFd, len(waits))
	for i, w := range waits {
		fds[i] = unix.PollFd{Fd: int32(w.File.Fd()), Events: w.Events}
	}
	err := Retry(func() error {
		_, err := unix.Poll(fds, -1)
		return err
	})
	runtime.KeepAlive(waits)
	what := make([]int16, len(waits))
	for i := range fds {
		what[i] = fds[i].Revents
	}
	return what, os.NewSyscallError("poll", err)
}
