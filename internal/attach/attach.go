// Package attach is what a command in the foreground holds while the
// container's program runs: it forwards signals, reaps orphans and finds the
// exit status.
package attach

import (
	"os"
	"os/signal"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Signals collects the signals of the command from now on, so that none is
// lost while the container starts.
type Signals struct {
	ch chan os.Signal
}

// Catch begins to collect signals. With subreaper, orphans of the container
// become children of this process, to be reaped by Forward.
func Catch(subreaper bool) (*Signals, error) {
	if subreaper {
		if err := sys.SetSubreaper(); err != nil {
			return nil, err
		}
	}
	s := &Signals{make(chan os.Signal, 64)}
	signal.Notify(s.ch)
	return s, nil
}

// Forward hands signals to the process until it has ended, and returns its
// exit status as a shell words it: 128+signal for one that was killed. A change
// of the window's size goes to the terminal.
func (s *Signals) Forward(p *sys.Process, t *Terminal) (status int, err error) {
	defer t.Close()
	ended := make(chan error, 1)
	go func() {
		_, err := p.Ended(-1)
		ended <- err
	}()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return 0, err
			}
			return s.reap(p)
		case sig := <-s.ch:
			s.forward(p, t, sig.(unix.Signal))
		}
	}
}

func (s *Signals) forward(p *sys.Process, t *Terminal, sig unix.Signal) {
	switch sig {
	case unix.SIGWINCH:
		t.Resize()
	case unix.SIGCHLD:
		s.reapOrphans(p)
	case unix.SIGURG:
		// The Go runtime's own, for preemption.
	default:
		if err := p.Signal(sig); err != nil {
			logrus.Debugf("forward %v: %v", sig, err)
		}
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
