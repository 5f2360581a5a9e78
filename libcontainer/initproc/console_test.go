package initproc

import (
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/console"
)

// TestConsoleSize: the program finds the size that process.consoleSize gives.
func TestConsoleSize(t *testing.T) {
	pair, err := console.Open(&configs.WindowSize{Height: 33, Width: 77}, nil)
	if err != nil {
		t.Skip("no terminal here: ", err)
	}
	defer pair.Close()
	size, err := unix.IoctlGetWinsize(int(pair.Peer.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Row != 33 || size.Col != 77 {
		t.Errorf("%+v, %v", size, err)
	}
}
