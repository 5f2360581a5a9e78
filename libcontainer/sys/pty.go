package sys

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// UnlockPty lets the peer of a pseudo terminal's master be opened (pts(4)).
func UnlockPty(master *os.File) error {
	return onFD("ioctl(TIOCSPTLCK)", master, func(fd int) error {
		return unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	})
}

// PtyPeer opens the peer of a pseudo terminal's master, without a path that
// could lead elsewhere (ioctl_tty(2), TIOCGPTPEER; Linux 4.13).
func PtyPeer(master *os.File) (*os.File, error) {
	return openAt("ioctl(TIOCGPTPEER)", master, "peer", func(fd int) (int, error) {
		peer, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
		if errno != 0 {
			return -1, errno
		}
		return int(peer), nil
	})
}

// SetWindowSize sets the size of a terminal in characters.
func SetWindowSize(tty *os.File, rows, columns uint16) error {
	return onFD("ioctl(TIOCSWINSZ)", tty, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
	})
}

// SetControllingTerminal makes tty that of the session, whose leader the caller
// is.
func SetControllingTerminal(tty *os.File) error {
	return onFD("ioctl(TIOCSCTTY)", tty, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCSCTTY, 0) })
}

// DupStdio makes f the standard streams of the process.
func DupStdio(f *os.File) error {
	for fd := range 3 {
		if err := DupOnto(f, fd); err != nil {
			return err
		}
	}
	return nil
}

// DupOnto makes f descriptor fd of the process, which stays open at an exec.
func DupOnto(f *os.File, fd int) error {
	return onFD("dup3", f, func(old int) error { return unix.Dup3(old, fd, 0) })
}

// DupNonblocking duplicates f for Go's poller, so that reads heed deadlines.
// O_NONBLOCK is shared with f.
func DupNonblocking(f *os.File) (*os.File, error) {
	dup := -1
	err := onFD("duplicate", f, func(fd int) (err error) {
		if dup, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3); err != nil {
			return err
		}
		return unix.SetNonblock(dup, true)
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(dup), f.Name()), nil
}

// ReadNow reads what is there without waiting.
func ReadNow(f *os.File, buf []byte) (n int, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	controlErr := conn.Control(func(fd uintptr) { n, err = unix.Read(int(fd), buf) })
	return n, errors.Join(err, controlErr)
}
