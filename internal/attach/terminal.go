package attach

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Terminal joins the command's own streams to the terminal of the process. Each
// direction has its own buffer and no other: one that is slow to read or write
// holds up its own direction only, down to the program.
type Terminal struct {
	master *os.File
	host   host
	// copied is closed when no more output comes, or nobody takes it.
	copied chan struct{}
	// ended is closed when the process has ended.
	ended chan struct{}
	close sync.Once
}

// Take is for launch.Options: it takes the master of the terminal and begins to
// pass on both directions. A failure leaves the command's terminal as it was.
func (t *Terminal) Take(master *os.File) error {
	// A descriptor of our own, in Go's poller: it can be closed under a read.
	dup, err := sys.DupNonblocking(master)
	if err != nil {
		return err
	}
	if err := t.take(dup); err != nil {
		t.host.reset()
		dup.Close()
		return err
	}
	return nil
}

func (t *Terminal) take(master *os.File) (err error) {
	// Line ends become CRLF once: by the command's own terminal, if any.
	if err := sys.ClearONLCR(master); err != nil {
		return err
	}
	if t.host, err = openHost(); err != nil {
		return err
	}
	t.host.resize(master)
	t.master, t.copied, t.ended = master, make(chan struct{}), make(chan struct{})
	go t.passInput()
	go t.passOutput()
	return nil
}

// passInput ends with stdin. The end of a file or pipe is not told to the
// program (a terminal has no such thing); that of a terminal in raw mode is its
// hang-up, and passed on as one.
func (t *Terminal) passInput() {
	terminal := t.host.raw != nil
	_, _ = io.Copy(t.master, os.Stdin)
	if terminal {
		t.hangUp()
	}
}

// reopened is how often a terminal that no process holds any more is looked at:
// an init may close it and open /dev/console later. The kernel announces only
// the closing.
const reopened = 100 * time.Millisecond

// passOutput ends when the process has, or when nobody reads the output: then
// the program gets the hang-up that it would get from a closed window.
func (t *Terminal) passOutput() {
	defer close(t.copied)
	for last := false; ; {
		if !copyOutput(t.master, os.Stdout) {
			t.hangUp()
			return
		}
		if last {
			return
		}
		select {
		case <-t.ended:
			last = true // what came since the last look
		case <-time.After(reopened):
		}
	}
}

// hangUp closes the master: processes that hold the terminal get SIGHUP.
func (t *Terminal) hangUp() { t.close.Do(func() { t.master.Close() }) }

// Resize gives the terminal the size of the command's own.
func (t *Terminal) Resize() {
	if t.master != nil {
		t.host.resize(t.master)
	}
}

// Resume takes the command's terminal again after a stop.
func (t *Terminal) Resume() {
	if t.master != nil {
		t.host.again()
		t.host.resize(t.master)
	}
}

// Close gives the command's terminal back as it was and passes on what output is
// left, see finish.
func (t *Terminal) Close(s *Signals) {
	if t.master == nil {
		return
	}
	t.host.reset()
	close(t.ended)
	finish(t.copied, t.master, os.Stdout, s)
	t.hangUp()
}

// lateOutput is how long the output of a process is waited for that others, who
// hold its terminal or pipe still, could go on writing.
const lateOutput = 100 * time.Millisecond

// finish passes on what of the output is left when its process has ended; copied is
// closed by what copies it. That may take as long as the reader takes, unless one
// of the signals says to end.
func finish(copied <-chan struct{}, from, to *os.File, s *Signals) {
	select {
	case <-copied:
	case <-time.After(lateOutput):
		_ = from.SetReadDeadline(time.Now())
		select {
		case <-copied:
			drain(from, to)
		case <-s.toEnd():
		}
	}
}

// maxLate bounds what is passed on of a terminal or pipe that others go on
// writing to, in bytes: more than the kernel holds of it.
const maxLate = 256 << 10

// drain passes on what is in the terminal or pipe now.
func drain(from, to *os.File) {
	buf := make([]byte, 4096)
	for total := 0; total < maxLate; {
		n, err := sys.ReadNow(from, buf)
		if n > 0 {
			total += n
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if n <= 0 || err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
