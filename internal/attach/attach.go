// Package attach is what a command in the foreground holds while the
// container's program runs: it forwards signals, passes the terminal on, reaps
// orphans and finds the exit status. notify.go is for whoever waits until the
// program is ready.
package attach

import (
	"os"
	"os/signal"
	"sync"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/signals"
	"runc/libcontainer/sys"
)

// Signals collects the signals of the command from now on, so that none is
// lost while the container starts.
type Signals struct {
	// pipe has the number of each in a byte.
	pipe *os.File
	// end, once begun, is closed when one comes that tells the command to end.
	begun sync.Once
	end   chan struct{}
}

// Catch begins to collect signals. With subreaper, orphans of the container
// become children of this process, to be reaped by Forward.
func Catch(subreaper bool) (*Signals, error) {
	if subreaper {
		if err := sys.SetSubreaper(); err != nil {
			return nil, err
		}
	}
	// Without this Go would end the command, and leave the container, at the
	// first write to a stream of its own that nobody reads any more. It goes for Go
	// alone: the signal is collected below, or what we start would ignore it.
	signal.Ignore(unix.SIGPIPE)
	pipe, err := signals.Collect(caught())
	return &Signals{pipe: pipe, end: make(chan struct{})}, err
}

// caught are all signals but those that cannot be caught; those that Go and the
// C library use; and the two that stop a job in the background which uses its
// terminal: caught, they would make the kernel repeat the call for ever.
func caught() []unix.Signal {
	var list []unix.Signal
	for n := unix.Signal(1); n <= signals.Last; n++ {
		switch n {
		case unix.SIGKILL, unix.SIGSTOP, unix.SIGTTIN, unix.SIGTTOU, unix.SIGURG, 32, 33, 34:
		default:
			list = append(list, n)
		}
	}
	return list
}

// next returns the signals that have come since it was last called. It waits
// for one if there is none.
func (s *Signals) next() ([]unix.Signal, error) {
	var numbers [64]byte
	n, err := s.pipe.Read(numbers[:])
	list := make([]unix.Signal, n)
	for i := range list {
		list[i] = unix.Signal(numbers[i])
	}
	return list, err
}

// toEnd is closed when a signal comes that tells the command to end. From then
// on signals are looked at for that only.
func (s *Signals) toEnd() <-chan struct{} {
	s.begun.Do(func() { go s.awaitEnd() })
	return s.end
}

func (s *Signals) awaitEnd() {
	for {
		list, err := s.next()
		for _, sig := range list {
			switch sig {
			case unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM:
				close(s.end)
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// Forward hands signals to the process until it has ended, and returns its
// exit status as a shell words it: 128+signal for one that was killed. A change
// of the window's size goes to the terminal.
func (s *Signals) Forward(p *sys.Process, t *Terminal, streams *Streams) (status int, err error) {
	streams.begin()
	defer streams.Close(s)
	defer t.Close(s)
	for {
		ready, err := sys.Poll(-1, p.File(), s.pipe)
		if err != nil {
			return 0, err
		}
		if ready[0] {
			return s.reap(p)
		}
		list, err := s.next()
		if err != nil {
			return 0, err
		}
		for _, sig := range list {
			s.forward(p, t, sig)
		}
	}
}

func (s *Signals) forward(p *sys.Process, t *Terminal, sig unix.Signal) {
	switch sig {
	case unix.SIGWINCH:
		t.Resize()
		return
	case unix.SIGCHLD:
		s.reapOrphans(p)
		return
	case unix.SIGPIPE:
		return // of a stream of ours
	case unix.SIGCONT:
		t.Resume()
	}
	if err := p.Signal(sig); err != nil {
		logrus.Debugf("forward %v: %v", sig, err)
	}
}

// reapOrphans reaps what has died but the container's first process, whose
// status is wanted.
func (s *Signals) reapOrphans(p *sys.Process) {
	for {
		pid, err := sys.NextZombie()
		if err != nil || pid <= 0 || pid == p.PID {
			return
		}
		if _, err := sys.Reap(pid); err != nil {
			return
		}
	}
}

// reap takes the status of the ended process, then whatever died with it.
func (s *Signals) reap(p *sys.Process) (int, error) {
	ws, err := p.Wait()
	if err != nil {
		return 0, err
	}
	s.reapOrphans(p)
	if ws.Signaled() {
		return 128 + int(ws.Signal()), nil
	}
	return ws.ExitStatus(), nil
}
