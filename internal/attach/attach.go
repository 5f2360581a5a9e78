// Package attach is what a command in the foreground holds while the
// container's program runs: it forwards signals, passes the terminal on, reaps
// orphans and finds the exit status. notify.go is for whoever waits until the
// program is ready.
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
	signal.Notify(s.ch, caught()...)
	return s, nil
}

// lastSignal is the highest signal number (signal(7), "Real-time signals").
const lastSignal = 64

// caught are all signals but those that cannot be caught, and the two that stop
// a job in the background which uses its terminal: caught, they would make the
// kernel repeat the call for ever.
func caught() []os.Signal {
	var list []os.Signal
	for n := unix.Signal(1); n <= lastSignal; n++ {
		switch n {
		case unix.SIGKILL, unix.SIGSTOP, unix.SIGTTIN, unix.SIGTTOU:
		default:
			list = append(list, n)
		}
	}
	return list
}

// Forward hands signals to the process until it has ended, and returns its
// exit status as a shell words it: 128+signal for one that was killed. A change
// of the window's size goes to the terminal.
func (s *Signals) Forward(p *sys.Process, t *Terminal) (status int, err error) {
	defer t.Close(s.ch)
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
		return
	case unix.SIGCHLD:
		s.reapOrphans(p)
		return
	case unix.SIGURG, unix.SIGPIPE:
		return // our own: the Go runtime's for preemption, a reader of ours that is gone
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
