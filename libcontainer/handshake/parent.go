package handshake

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
	"runc/nsenter"
)

// InitError is a failure inside the container, told by init.
type InitError struct {
	Failure
}

func (e *InitError) Error() string { return e.Message }

// Unwrap gives the error number, so that errors.Is(err, unix.EPERM) holds.
func (e *InitError) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return unix.Errno(e.Errno)
}

// Fault makes fault.Of find what init knows of it.
func (e *InitError) Fault() fault.Details {
	return fault.Details{Code: e.Code, Step: e.Step, Hint: e.Hint}
}

// ErrInitGone says that init closed the socket in the middle of the talk: it
// was killed, most often by the kernel for want of memory.
var ErrInitGone error = &fault.Error{Code: fault.InitGone, Err: errors.New("init ended without a word")}

// Answers fulfil init's wishes. An error ends the talk.
type Answers struct {
	// MapMe writes the id maps and clock offsets of the process.
	MapMe func() error
	// Source opens the source of mount number i as a detached tree.
	Source func(i int) (*os.File, error)
	// Cgroup returns when init has joined its cgroup.
	Cgroup func() error
	// RuntimeHooks runs the hooks of the runtime's namespaces.
	RuntimeHooks func() error
	// Console takes the master of the pseudo terminal.
	Console func(master *os.File) error
	// Listener takes the seccomp listener.
	Listener func(fd *os.File) error
}

// Parent is the runtime's end.
type Parent struct {
	sock *os.File
}

// Pair makes the two ends; the second is to be inherited by init.
func Pair() (*Parent, *os.File, error) {
	a, b, err := sys.SocketPair("handshake")
	if err != nil {
		return nil, nil, err
	}
	return &Parent{a}, b, nil
}

// Close ends the talk; init, if it still listens, gives up.
func (p *Parent) Close() { p.sock.Close() }

// Begin tells the C stage which namespaces to enter; it sets out at once.
func (p *Parent) Begin(b *nsenter.Bootstrap) error {
	data, err := b.Encode()
	if err != nil {
		return err
	}
	return gone(sys.SendAll(p.sock, data))
}

// EnterNamespaces talks with the C stage until it has forked, and returns the pid
// of the container's process. Before the fork it enters the cgroups whose open
// "tasks" are given; inside tells whether it could enter all.
func (p *Parent) EnterNamespaces(tasks []*os.File, a Answers) (pid int, inside bool, err error) {
	if len(tasks) > nsenter.MaxCgroups {
		return 0, false, fmt.Errorf("handshake: %d cgroups to enter, at most %d can be", len(tasks), nsenter.MaxCgroups)
	}
	// Whether the C stage asks for its maps is known beforehand; it does so first.
	mapped := a.MapMe == nil
	if mapped {
		if err := p.sendTasks(tasks); err != nil {
			return 0, false, err
		}
	}
	for {
		var buf [nsenter.ReportSize]byte
		if files, err := sys.RecvFull(p.sock, buf[:]); err != nil {
			return 0, false, gone(err)
		} else if len(files) > 0 {
			sys.CloseAll(files)
			return 0, false, errors.New("handshake: the C stage sent a file")
		}
		r := nsenter.DecodeReport(&buf)
		switch {
		case r.Kind == nsenter.Log:
			logrus.Debug(r.Text)
		case r.Kind == nsenter.Fail:
			errno := unix.Errno(r.Value)
			return 0, false, &InitError{Failure{Step: r.Text, Message: fmt.Sprintf("%s: %v", r.Text, errno), Errno: r.Value}}
		case r.Kind == nsenter.Child && int32(r.Value) > 0:
			if r.Text != "" {
				logrus.Debugf("init could not enter its cgroups by itself: %s", r.Text)
			}
			return int(r.Value), r.Text == "", nil
		case r.Kind == nsenter.MapMe && !mapped:
			mapped = true
			if err := a.MapMe(); err != nil {
				return 0, false, err
			}
			if err := sys.SendAll(p.sock, []byte{1}); err != nil {
				return 0, false, gone(err)
			}
			if err := p.sendTasks(tasks); err != nil {
				return 0, false, err
			}
		default:
			return 0, false, fmt.Errorf("handshake: the C stage said %d, which was not expected", r.Kind)
		}
	}
}

// sendTasks does not mind that the C stage has failed meanwhile: the report that
// says why is still to be read.
func (p *Parent) sendTasks(tasks []*os.File) error {
	if err := sys.SendAll(p.sock, []byte{0}, tasks...); err != nil && !errors.Is(gone(err), ErrInitGone) {
		return err
	}
	return nil
}

// Setup tells init all it must know.
func (p *Parent) Setup(s *Setup) error {
	body, err := s.encode()
	if err != nil {
		return fmt.Errorf("handshake: encode setup: %w", err)
	}
	return gone(send(p.sock, message{word: wordSetup, body: body}))
}

// UntilReady answers init's wishes until it is ready.
func (p *Parent) UntilReady(a Answers) error {
	for {
		m, err := receive(p.sock, maxFromInit)
		if err != nil {
			return gone(err)
		}
		if m.word == wordReady {
			sys.CloseAll(m.files)
			return nil
		}
		if err := p.answer(m, a); err != nil {
			return err
		}
	}
}

// Proceed lets init go on and returns when it has closed its end: it waits at
// the gate, or has become the user's program.
func (p *Parent) Proceed(a Answers) error {
	if err := send(p.sock, message{word: wordProceed}); err != nil {
		return gone(err)
	}
	late := Answers{Listener: a.Listener}
	for {
		m, err := receive(p.sock, maxFromInit)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return gone(err)
		}
		if err := p.answer(m, late); err != nil {
			return err
		}
	}
}

// answer takes one word of init's. A wish without its answer in a is out of
// phase.
func (p *Parent) answer(m message, a Answers) error {
	defer sys.CloseAll(m.files)
	switch {
	case m.word == wordLog:
		logrus.Debug(string(m.body))
		return nil
	case m.word == wordWarn:
		logrus.Warn(string(m.body))
		return nil
	case m.word == wordFail:
		return failure(m.body)
	case m.word == wordSource && a.Source != nil && len(m.body) == 4:
		tree, err := a.Source(int(binary.NativeEndian.Uint32(m.body)))
		if err != nil {
			return err
		}
		defer tree.Close()
		return p.done(tree)
	case m.word == wordCgroup && a.Cgroup != nil:
		return p.after(a.Cgroup())
	case m.word == wordRuntimeHooks && a.RuntimeHooks != nil:
		return p.after(a.RuntimeHooks())
	case m.word == wordConsole && a.Console != nil && len(m.files) == 1:
		return p.after(a.Console(m.files[0]))
	case m.word == wordSeccomp && a.Listener != nil && len(m.files) == 1:
		return p.after(a.Listener(m.files[0]))
	}
	return fmt.Errorf("handshake: init said %q with %d bytes and %d files, which was not expected", m.word, len(m.body), len(m.files))
}

func (p *Parent) after(err error) error {
	if err != nil {
		return err
	}
	return p.done()
}

func (p *Parent) done(files ...*os.File) error {
	return gone(send(p.sock, message{word: wordDone, files: files}))
}

func failure(body []byte) error {
	var f Failure
	if err := json.Unmarshal(body, &f); err != nil {
		return fmt.Errorf("handshake: decode failure: %w", err)
	}
	if !f.Code.Valid() {
		f.Code = ""
	}
	return &InitError{f}
}

// gone turns what a socket says of a dead peer into ErrInitGone.
func gone(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) {
		return ErrInitGone
	}
	return err
}
