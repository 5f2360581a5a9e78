package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// ClearONLCR lets a newline written to a terminal be one (termios(3), ONLCR).
func ClearONLCR(tty *os.File) error {
	return onFD("ioctl(TCGETS)", tty, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		t.Oflag &^= unix.ONLCR
		return unix.IoctlSetTermios(fd, unix.TCSETS, t)
	})
}
