package handshake

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
	"runc/nsenter"
)

// talk runs child against parent over a socketpair.
func talk(t *testing.T, parent func(*Parent) error, child func(*Child)) error {
	t.Helper()
	p, sock, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer sock.Close()
		child(&Child{sock: sock, debug: true})
	}()
	err = parent(p)
	p.Close()
	<-done
	return err
}

func TestWholeTalk(t *testing.T) {
	source, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var heard []string
	answers := Answers{
		Source: func(i int) (*os.File, error) {
			heard = append(heard, "source")
			if i != 3 {
				t.Errorf("source %d", i)
			}
			return os.Open("/dev/null")
		},
		Cgroup:       func() error { heard = append(heard, "cgroup"); return nil },
		RuntimeHooks: func() error { heard = append(heard, "hooks"); return nil },
		Listener:     func(f *os.File) error { heard = append(heard, "listener"); return nil },
	}
	big := strings.Repeat("x", 200_000) // beyond any socket buffer
	err = talk(t, func(p *Parent) error {
		s := &Setup{Config: &configs.Config{Hostname: big}, Process: &configs.Process{Args: []string{"true"}}, Gate: 5, Filter: []byte("\x00{}\xff"), FilterFlags: 4}
		return errors.Join(p.Setup(s), p.UntilReady(answers), p.Proceed(answers))
	}, func(c *Child) {
		s, err := c.Setup()
		if err != nil || s.Config.Hostname != big || s.Process.Args[0] != "true" || s.Gate != 5 || string(s.Filter) != "\x00{}\xff" || s.FilterFlags != 4 {
			t.Errorf("setup: %v", err)
			return
		}
		f, err := c.Source(3)
		if err != nil {
			t.Errorf("source: %v", err)
			return
		}
		defer f.Close()
		if a, _ := f.Stat(); a == nil || a.Mode()&os.ModeCharDevice == 0 {
			t.Error("source is not the file that was sent")
		}
		if fd, _ := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0); fd&unix.FD_CLOEXEC == 0 {
			t.Error("a received file is not close-on-exec")
		}
		if err := errors.Join(c.Cgroup(), c.RuntimeHooks(), c.Ready(), c.Listener(source)); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(heard, " "); got != "source cgroup hooks listener" {
		t.Errorf("heard %q", got)
	}
}

// TestOutOfPhase: init may have been taken over; a word that was not asked for
// ends the talk.
func TestOutOfPhase(t *testing.T) {
	null, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, m := range map[string]message{
		"parent's own word":   {word: wordProceed},
		"unknown word":        {word: 77},
		"wish not allowed":    {word: wordSource, body: []byte{0, 0, 0, 0}},
		"listener too early":  {word: wordSeccomp, files: []*os.File{null}},
		"console without one": {word: wordConsole},
	} {
		t.Run(name, func(t *testing.T) {
			err := talk(t, func(p *Parent) error {
				return p.UntilReady(Answers{Console: func(*os.File) error { t.Error("console taken"); return nil }})
			}, func(c *Child) { _ = send(c.sock, m) })
			if err == nil || !strings.Contains(err.Error(), "not expected") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestTooManyFiles: a hostile init cannot fill the runtime's descriptors.
func TestTooManyFiles(t *testing.T) {
	p, sock, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	defer sock.Close()
	for _, b := range []byte{1, 0, 0, 0, 0, 0, 0, 0} {
		if err := sys.SendAll(sock, []byte{b}, sock); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.UntilReady(Answers{}); !errors.Is(err, unix.ETOOMANYREFS) {
		t.Errorf("got %v", err)
	}
}

func TestTooLong(t *testing.T) {
	err := talk(t, func(p *Parent) error { return p.UntilReady(Answers{}) }, func(c *Child) {
		_ = send(c.sock, message{word: wordLog, body: make([]byte, maxFromInit+1)})
	})
	if err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("got %v", err)
	}
}

func TestFailureCarriesErrno(t *testing.T) {
	err := talk(t, func(p *Parent) error { return p.UntilReady(Answers{}) }, func(c *Child) {
		c.Warn("first a warning")
		c.Fail("mounts", &os.PathError{Op: "mount", Path: "/x", Err: unix.EPERM})
	})
	var failed *InitError
	if !errors.As(err, &failed) || failed.Step != "mounts" || !errors.Is(err, unix.EPERM) {
		t.Fatalf("got %#v", err)
	}
	if err.Error() != "mount /x: operation not permitted" {
		t.Errorf("message %q", err)
	}
}

func TestGone(t *testing.T) {
	for name, f := range map[string]func(*Child){
		"between words": func(*Child) {},
		"in a word":     func(c *Child) { _ = sys.SendAll(c.sock, []byte{1, 0, 0, 0, 9}) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := talk(t, func(p *Parent) error { return p.UntilReady(Answers{}) }, f); !errors.Is(err, ErrInitGone) {
				t.Errorf("got %v", err)
			}
		})
	}
	if err := talk(t, func(p *Parent) error { p.Close(); return nil }, func(c *Child) {
		if err := c.Ready(); !errors.Is(err, ErrInitGone) {
			t.Errorf("child got %v", err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// cStage plays the C stage: it reads the bootstrap, then sends raw reports.
func cStage(t *testing.T, a Answers, reports ...nsenter.Report) (int, error) {
	t.Helper()
	p, sock, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	go func() {
		defer sock.Close()
		b, _ := (&nsenter.Bootstrap{}).Encode()
		_, _ = sys.RecvFull(sock, b)
		for _, r := range reports {
			_ = sys.SendAll(sock, r.Encode())
			if r.Kind == nsenter.MapMe {
				_, _ = sys.RecvFull(sock, make([]byte, 1))
			}
		}
	}()
	if err := p.Begin(&nsenter.Bootstrap{}); err != nil {
		return 0, err
	}
	pid, inside, err := p.EnterNamespaces(nil, a)
	if err == nil && inside != (reports[len(reports)-1].Text == "") {
		t.Errorf("inside: %v", inside)
	}
	return pid, err
}

func TestCStage(t *testing.T) {
	maps := 0
	pid, err := cStage(t, Answers{MapMe: func() error { maps++; return nil }},
		nsenter.Report{Kind: nsenter.Log, Text: "hello"}, nsenter.Report{Kind: nsenter.MapMe}, nsenter.Report{Kind: nsenter.Child, Value: 42, Text: "No space left on device"})
	if err != nil || pid != 42 || maps != 1 {
		t.Errorf("pid %d, maps %d, %v", pid, maps, err)
	}
	_, err = cStage(t, Answers{}, nsenter.Report{Kind: nsenter.Fail, Value: uint32(unix.ENOSPC), Text: "make namespaces"})
	if !errors.Is(err, unix.ENOSPC) || err.Error() != "make namespaces: no space left on device" {
		t.Errorf("got %v", err)
	}
	for name, r := range map[string]nsenter.Report{
		"maps not asked for": {Kind: nsenter.MapMe},
		"pid 0":              {Kind: nsenter.Child},
		"pid -1":             {Kind: nsenter.Child, Value: 1<<32 - 1},
		"unknown":            {Kind: 9},
	} {
		if _, err := cStage(t, Answers{}, r); err == nil || !strings.Contains(err.Error(), "not expected") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := cStage(t, Answers{}); !errors.Is(err, ErrInitGone) {
		t.Errorf("got %v", err)
	}
}
