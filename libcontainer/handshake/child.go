package handshake

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
	"runc/nsenter"
)

// Child is init's end.
type Child struct {
	sock  *os.File
	debug bool
}

// Inherited returns the end that the environment names. The C stage has made
// it close-on-exec.
func Inherited() (*Child, error) {
	fd, err := strconv.Atoi(os.Getenv(nsenter.Env))
	if err != nil {
		return nil, fmt.Errorf("%s is not set: 'init' is started by the runtime only", nsenter.Env)
	}
	return &Child{sock: os.NewFile(uintptr(fd), "handshake")}, nil
}

// Setup waits for what the runtime tells.
func (c *Child) Setup() (*Setup, error) {
	m, err := receive(c.sock, maxToInit)
	if err != nil {
		return nil, gone(err)
	}
	defer sys.CloseAll(m.files)
	if m.word != wordSetup {
		return nil, fmt.Errorf("handshake: the runtime said %q before setup", m.word)
	}
	s, err := decodeSetup(m.body)
	if err != nil {
		return nil, fmt.Errorf("handshake: decode setup: %w", err)
	}
	c.debug = s.Debug
	return s, nil
}

// Source wishes for the source of mount number i as a detached tree.
func (c *Child) Source(i int) (*os.File, error) {
	body := binary.NativeEndian.AppendUint32(nil, uint32(i))
	files, err := c.wish(message{word: wordSource, body: body})
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		sys.CloseAll(files)
		return nil, fmt.Errorf("handshake: %d files for a mount source", len(files))
	}
	return files[0], nil
}

// Cgroup returns when this process is in its cgroup.
func (c *Child) Cgroup() error { return c.ask(message{word: wordCgroup}) }

// RuntimeHooks returns when the hooks of the runtime's namespaces have run.
func (c *Child) RuntimeHooks() error { return c.ask(message{word: wordRuntimeHooks}) }

// Console hands over the master of the pseudo terminal.
func (c *Child) Console(master *os.File) error {
	return c.ask(message{word: wordConsole, files: []*os.File{master}})
}

// Listener hands over the seccomp listener. It may be the last talk but for
// Fail: a filter that traps sendmsg traps that too.
func (c *Child) Listener(fd *os.File) error {
	return c.ask(message{word: wordSeccomp, files: []*os.File{fd}})
}

// Ready says that all is set up, and waits for the word to go on.
func (c *Child) Ready() error {
	if err := send(c.sock, message{word: wordReady}); err != nil {
		return gone(err)
	}
	m, err := receive(c.sock, 0)
	if err != nil {
		return gone(err)
	}
	sys.CloseAll(m.files)
	if m.word != wordProceed {
		return fmt.Errorf("handshake: the runtime said %q, proceed was expected", m.word)
	}
	return nil
}

// Debugf says something for the debug log.
func (c *Child) Debugf(format string, args ...any) {
	if c.debug {
		c.say(wordLog, fmt.Sprintf(format, args...))
	}
}

// Warn says something that the user should know, though the work goes on.
func (c *Child) Warn(text string) { c.say(wordWarn, text) }

// Fail tells why init ends.
func (c *Child) Fail(step string, err error) {
	known := fault.Of(fault.At(step, err))
	f := Failure{
		Step: step, Message: cut(err.Error()), Errno: uint32(known.Errno),
		Code: known.Code, Hint: cut(known.Hint),
	}
	if body, err := json.Marshal(f); err == nil {
		c.say(wordFail, string(body))
	}
}

// cut keeps a text from filling the talk: in JSON a byte can take six.
func cut(text string) string {
	const most = maxFromInit / 16
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// Close ends the talk well.
func (c *Child) Close() { c.sock.Close() }

// say sends a word without an answer. If nobody listens any more, there is
// nobody to tell that either.
func (c *Child) say(w word, text string) {
	if len(text) > maxFromInit {
		text = text[:maxFromInit]
	}
	_ = send(c.sock, message{word: w, body: []byte(text)})
}

func (c *Child) ask(m message) error {
	files, err := c.wish(m)
	sys.CloseAll(files)
	return err
}

func (c *Child) wish(m message) ([]*os.File, error) {
	if err := send(c.sock, m); err != nil {
		return nil, gone(err)
	}
	answer, err := receive(c.sock, 0)
	if err != nil {
		return nil, gone(err)
	}
	if answer.word != wordDone {
		sys.CloseAll(answer.files)
		return nil, fmt.Errorf("handshake: the runtime answered %q to %q", answer.word, m.word)
	}
	return answer.files, nil
}
