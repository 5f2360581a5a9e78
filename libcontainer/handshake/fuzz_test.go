package handshake

import (
	"io"
	"os"
	"testing"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
	"runc/nsenter"
)

// peer returns an end of a talk whose other end has said data, with files at
// its first byte, and says no more.
func peer(t *testing.T, data []byte, files uint8) (*Parent, *os.File) {
	t.Helper()
	if len(data) > 1<<16 {
		t.Skip("more than the socket holds: the sender would wait")
	}
	p, sock, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var attached []*os.File
	for range files % (maxFiles + 2) {
		attached = append(attached, null)
	}
	_ = sys.SendAll(sock, data, attached...)
	_ = unix.Shutdown(int(sock.Fd()), unix.SHUT_WR)
	go func() { // answers must not fill the socket
		_, _ = io.Copy(io.Discard, sock)
		sock.Close()
	}()
	return p, p.sock
}

// maxFiles is how many files a test attaches to one message, and one more.
const maxFiles = 4

// frames joins messages as send writes them.
func frames(f *testing.F, messages ...message) []byte {
	f.Helper()
	p, sock, err := Pair()
	if err != nil {
		f.Fatal(err)
	}
	for _, m := range messages {
		if err := send(sock, m); err != nil {
			f.Fatal(err)
		}
	}
	sock.Close()
	defer p.Close()
	data, err := io.ReadAll(p.sock)
	if err != nil {
		f.Fatal(err)
	}
	return data
}

// FuzzParent: whatever an init says that was taken over, the runtime comes to
// an end, and takes no file that it was not promised.
func FuzzParent(f *testing.F) {
	logrus.SetOutput(io.Discard)
	var reports []byte
	for _, r := range []nsenter.Report{{Kind: nsenter.Log, Text: "x"}, {Kind: nsenter.MapMe}, {Kind: nsenter.Child, Value: 5}} {
		reports = append(reports, r.Encode()...)
	}
	f.Add(reports, []byte{}, uint8(0))
	f.Add(nsenter.Report{Kind: nsenter.Fail, Text: "step", Value: 1}.Encode(), []byte{}, uint8(1))
	f.Add(reports, frames(f, message{word: wordSource, body: []byte{1, 0, 0, 0}}, message{word: wordCgroup},
		message{word: wordRuntimeHooks}, message{word: wordReady}), uint8(0))
	f.Add(reports, frames(f, message{word: wordConsole}, message{word: wordWarn, body: []byte("x")}), uint8(1))
	f.Add(reports, frames(f, message{word: wordFail, body: []byte(`{"Step":"a","Message":"b","Errno":2}`)}), uint8(0))
	f.Add(reports, frames(f, message{word: wordSeccomp}), uint8(2))
	f.Fuzz(func(t *testing.T, early, late []byte, files uint8) {
		one := func(f *os.File) error { _, err := f.Stat(); return err }
		answers := Answers{
			MapMe:        func() error { return nil },
			Source:       func(int) (*os.File, error) { return os.Open(os.DevNull) },
			Cgroup:       func() error { return nil },
			RuntimeHooks: func() error { return nil },
			Console:      one,
			Listener:     one,
		}
		p, _ := peer(t, early, files)
		if pid, _, err := p.EnterNamespaces(nil, answers); err == nil && pid <= 0 {
			t.Errorf("pid %d", pid)
		}
		p.Close()
		p, _ = peer(t, late, files)
		if err := p.UntilReady(answers); err == nil {
			_ = p.Proceed(answers)
		}
		p.Close()
	})
}

// FuzzChild: whatever is said to init, each of its questions comes to an end.
func FuzzChild(f *testing.F) {
	body, err := (&Setup{Debug: true, Config: &configs.Config{Hostname: "x"}, Process: &configs.Process{Args: []string{"a"}}, Filter: []byte("12345678")}).encode()
	if err != nil {
		f.Fatal(err)
	}
	setup := frames(f, message{word: wordSetup, body: body})
	f.Add(setup, uint8(0))
	f.Add(append(setup, frames(f, message{word: wordDone}, message{word: wordProceed})...), uint8(1))
	f.Add(frames(f, message{word: wordDone}, message{word: wordDone}, message{word: wordDone}), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, files uint8) {
		_, sock := peer(t, data, files)
		defer sock.Close()
		c := &Child{sock: sock}
		if s, err := c.Setup(); err == nil && s == nil {
			t.Error("neither setup nor error")
		}
		for i := range 3 {
			if tree, err := c.Source(i); err == nil {
				tree.Close()
			}
		}
		_ = c.Ready()
	})
}
