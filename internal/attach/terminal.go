package attach

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/containerd/console"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Terminal joins the command's own streams to the terminal of the process.
type Terminal struct {
	master *os.File
	// host is the command's own terminal; nil when stdin is none.
	host console.Console
	// copied is closed when all output has been passed on.
	copied chan struct{}
}

// Take is for launch.Options: it takes the master of the terminal and begins to
// pass on both directions. One that is slow to read or write holds up its own
// direction only, down to the program.
func (t *Terminal) Take(master *os.File) error {
	// A descriptor of our own, in Go's poller: the drain at the end needs
	// deadlines.
	dup, err := sys.DupNonblocking(master)
	if err != nil {
		return err
	}
	t.master, t.copied = dup, make(chan struct{})
	if host, err := console.ConsoleFromFile(os.Stdin); err == nil {
		t.host = host
		t.Resize()
		if err := host.SetRaw(); err != nil {
			return err
		}
	}
	go func() { _, _ = io.Copy(t.master, os.Stdin) }()
	go func() {
		defer close(t.copied)
		_, _ = io.Copy(os.Stdout, t.master) // ends with EIO at the hang-up
	}()
	return nil
}

// Resize gives the terminal the size of the command's own.
func (t *Terminal) Resize() {
	if t.host == nil || t.master == nil {
		return
	}
	if size, err := t.host.Size(); err == nil {
		_ = sys.SetWindowSize(t.master, size.Height, size.Width)
	}
}

// lateOutput is how long the output of a process is waited for that others, who
// hold the terminal still, could go on writing.
const lateOutput = 100 * time.Millisecond

// Close passes on what output is left and gives the command's terminal back as
// it was.
func (t *Terminal) Close() {
	if t.master == nil {
		return
	}
	select {
	case <-t.copied:
	case <-time.After(lateOutput):
		_ = t.master.SetReadDeadline(time.Now())
		<-t.copied
		t.drain()
	}
	t.master.Close()
	if t.host != nil {
		_ = t.host.Reset()
	}
}

// drain passes on what is in the terminal now.
func (t *Terminal) drain() {
	buf := make([]byte, 4096)
	for {
		n, err := sys.ReadNow(t.master, buf)
		if n > 0 {
			_, _ = os.Stdout.Write(buf[:n])
		}
		if n <= 0 || err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
