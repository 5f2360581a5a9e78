package criu

import (
	"errors"
	"fmt"
	"os"

	"github.com/checkpoint-restore/go-criu/v8/rpc"
	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// maxMessage bounds a message of CRIU's, in bytes.
const maxMessage = 10 * 4096

// Notice is CRIU's word that it has come to a point of its work.
type Notice struct {
	// Script names the point ("post-restore").
	Script string
	// PID is the container's first process, where it is known.
	PID int
	// Files came with the word; they are closed after the call.
	Files []*os.File
}

// session is one conversation with a criu of its own.
type session struct {
	stdio [3]*os.File
	// extra are its descriptors from firstInherited on.
	extra []*os.File
	// spawn starts it; nil: at once.
	spawn func(start func() error) error
	// started is told its pid before the request is sent; nil: nobody.
	started func(pid int, req *rpc.CriuReq) error
	// notify is called for each notice; nil: nobody.
	notify func(n *Notice) error

	sock   *os.File
	proc   *sys.Process
	failed error // of notify
}

// ask puts a question without options.
func (p *Program) ask(req *rpc.CriuReq) (*rpc.CriuResp, error) { return p.call(req, &session{}) }

// call starts a criu, sends it the request and returns its answer when it has
// ended.
func (p *Program) call(req *rpc.CriuReq, s *session) (*rpc.CriuResp, error) {
	if err := s.start(p.path); err != nil {
		return nil, err
	}
	kind := req.GetType()
	resp, err := s.talk(req)
	s.sock.Close()
	ws, waitErr := s.proc.Wait()
	s.proc.Release()
	switch {
	case err != nil:
		return nil, err
	case waitErr != nil:
		return nil, waitErr
	case kind == rpc.CriuReqType_PRE_DUMP:
		// CRIU waits for the next dump, which comes by another one.
	case !ws.Exited() || ws.ExitStatus() != 0:
		return nil, fmt.Errorf("criu failed: type %s: exit status %#x", kind, uint32(ws))
	}
	return resp, nil
}

// run makes the call. When it fails on our part, that is the error, and CRIU's
// log has nothing to say about it.
func (s *session) run(o *Options, log string, call func() error) error {
	err := o.withLog(log, call)
	if s.failed != nil {
		return s.failed
	}
	return err
}

func (s *session) start(path string) error {
	ours, theirs, err := sys.PacketPair("criu")
	if err != nil {
		return err
	}
	defer theirs.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		ours.Close()
		return err
	}
	defer null.Close()
	err = s.spawnCriu(path, append(s.streams(null), append([]*os.File{theirs}, s.extra...)...))
	if err != nil {
		ours.Close()
		return err
	}
	s.sock = ours
	return nil
}

// streams are the standard streams of criu.
func (s *session) streams(null *os.File) (files []*os.File) {
	for _, f := range s.stdio {
		if f == nil {
			f = null
		}
		files = append(files, f)
	}
	return files
}

func (s *session) spawnCriu(path string, files []*os.File) error {
	// What our caller left open is not for criu, nor for what it restores.
	if err := sys.CloseOnExecFrom(3); err != nil {
		return fmt.Errorf("keep descriptors from criu: %w", err)
	}
	start := func() (err error) {
		s.proc, err = sys.Spawn(sys.SpawnAttr{
			Path: path, Args: []string{"criu", "swrk", "3"}, Env: os.Environ(), Files: files,
		})
		return err
	}
	if s.spawn != nil {
		return s.spawn(start)
	}
	return start()
}

// talk sends the request and answers notices until the answer comes.
func (s *session) talk(req *rpc.CriuReq) (*rpc.CriuResp, error) {
	if s.started != nil {
		if s.failed = s.started(s.proc.PID, req); s.failed != nil {
			return nil, s.failed
		}
	}
	kind := req.GetType()
	logrus.Debugf("criu: %s, external %q", kind, req.GetOpts().GetExternal())
	for {
		data, err := req.MarshalVT()
		if err == nil {
			err = sys.SendAll(s.sock, data)
		}
		if err != nil {
			return nil, fmt.Errorf("criu: %w", err)
		}
		resp, files, err := s.receive()
		if err != nil {
			return nil, fmt.Errorf("criu failed: type %s: %w", kind, err)
		}
		if resp.GetType() != rpc.CriuReqType_NOTIFY || !resp.GetSuccess() {
			sys.CloseAll(files)
			return resp, refused(resp, kind)
		}
		ok := s.handle(resp.GetNotify(), files)
		sys.CloseAll(files)
		req = &rpc.CriuReq{Type: ptr(rpc.CriuReqType_NOTIFY), NotifySuccess: &ok}
	}
}

// handle hands a notice on. After one that failed CRIU undoes its work; there
// may be notices about that, which nobody wants any more. Only at the last
// moment it would not: it would let the processes run or, when they have been
// killed, wait for one in an order in which they cannot end.
func (s *session) handle(n *rpc.CriuNotify, files []*os.File) (ok bool) {
	logrus.Debugf("criu: notice %s", n.GetScript())
	if s.notify == nil || s.failed != nil {
		return s.failed == nil
	}
	s.failed = s.notify(&Notice{Script: n.GetScript(), PID: int(n.GetPid()), Files: files})
	if s.failed != nil && n.GetScript() == "pre-resume" {
		_ = s.proc.Signal(unix.SIGKILL)
	}
	return s.failed == nil
}

// refused is the error of an answer, if it is one.
func refused(resp *rpc.CriuResp, kind rpc.CriuReqType) error {
	if !resp.GetSuccess() {
		text := fmt.Sprintf("criu failed: type %s errno %d", resp.GetType(), resp.GetCrErrno())
		if errno := resp.GetCrErrno(); errno > 0 {
			text += fmt.Sprintf(" (%v)", unix.Errno(errno))
		}
		if msg := resp.GetCrErrmsg(); msg != "" {
			text += ": " + msg
		}
		return errors.New(text)
	}
	if resp.GetType() != kind {
		return fmt.Errorf("criu: an answer of type %s to %s", resp.GetType(), kind)
	}
	return nil
}

func (s *session) receive() (*rpc.CriuResp, []*os.File, error) {
	buf := make([]byte, maxMessage)
	n, files, err := sys.RecvPacket(s.sock, buf)
	switch {
	case err != nil:
	case n == 0:
		err = errors.New("unexpected EOF")
	case n == len(buf):
		err = errors.New("a message is too long")
	}
	resp := new(rpc.CriuResp)
	if err == nil {
		err = resp.UnmarshalVT(buf[:n])
	}
	if err != nil {
		sys.CloseAll(files)
		return nil, nil, err
	}
	return resp, files, nil
}
