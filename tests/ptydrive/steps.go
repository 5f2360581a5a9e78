package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// patience bounds every wait.
const patience = 15 * time.Second

// terminal is the master of a terminal, and what is done with it.
type terminal struct {
	master *os.File
	// peer is the path of the other end; empty when it is in a container.
	peer string
	cmd  *exec.Cmd
	// out is all that was read; seen is what expect has passed.
	out  []byte
	seen int
}

// steps are done in order: WORD or WORD=VALUE. A value may hold the escapes of
// a Go string.
func (t *terminal) steps(list []string) error {
	for _, s := range list {
		word, value, _ := strings.Cut(s, "=")
		value, err := strconv.Unquote(`"` + strings.ReplaceAll(value, `"`, `\"`) + `"`)
		if err != nil {
			return fmt.Errorf("step %q: %w", s, err)
		}
		if err := t.step(word, value); err != nil {
			return fmt.Errorf("step %q: %w; read so far: %q", s, err, t.out)
		}
	}
	return nil
}

func (t *terminal) step(word, value string) error {
	switch word {
	case "expect": // the value comes
		return t.expect(value)
	case "send":
		_, err := t.master.WriteString(value)
		return err
	case "size": // rows x columns
		return t.resize(value)
	case "raw", "cooked": // the mode is reached
		return t.await(word)
	case "mode": // raw or cooked now, at once
		return t.mode(value)
	case "hangup":
		return t.master.Close()
	case "fill": // write this many bytes, as far as they are taken
		return t.fill(value)
	case "signal":
		return t.cmd.Process.Signal(unix.SignalNum("SIG" + value))
	case "file": // the path is there
		return until(func() bool { _, err := os.Stat(value); return err == nil })
	case "eof": // no process holds the other end
		return t.eof()
	case "until-ended": // this signal again and again, nothing read, until the command has ended
		return t.untilEnded(value)
	case "wait": // the command has ended
		return t.wait()
	}
	return errors.New("no such step")
}

func (t *terminal) expect(text string) error {
	deadline := time.Now().Add(patience)
	for {
		if at := strings.Index(string(t.out[t.seen:]), text); at >= 0 {
			t.seen += at + len(text)
			return nil
		}
		if err := t.read(deadline); err != nil {
			return err
		}
	}
}

func (t *terminal) read(deadline time.Time) error {
	buf := make([]byte, 4096)
	if err := t.master.SetReadDeadline(deadline); err != nil {
		return err
	}
	n, err := t.master.Read(buf)
	t.out = append(t.out, buf[:n]...)
	return err
}

func (t *terminal) resize(size string) error {
	var rows, columns uint16
	if _, err := fmt.Sscanf(size, "%dx%d", &rows, &columns); err != nil {
		return err
	}
	return sys.SetWindowSize(t.master, rows, columns)
}

// mode asks stty, which is where the knowledge of termios is.
func (t *terminal) mode(want string) error {
	got, err := exec.Command("stty", "-F", t.peer, "-a").Output()
	if err != nil {
		return err
	}
	mode := "cooked"
	if strings.Contains(string(got), "-icanon") {
		mode = "raw"
	}
	if mode != want {
		return fmt.Errorf("it is %s", mode)
	}
	return nil
}

func (t *terminal) await(mode string) error { return until(func() bool { return t.mode(mode) == nil }) }

func until(holds func() bool) error {
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return errors.New("waited in vain")
		}
	}
	return nil
}

func (t *terminal) fill(size string) error {
	n, err := strconv.Atoi(size)
	if err != nil {
		return err
	}
	_ = t.master.SetWriteDeadline(time.Now().Add(time.Second))
	_, err = t.master.Write([]byte(strings.Repeat("0123456\n", n/8)))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return err
}

func (t *terminal) eof() error {
	deadline := time.Now().Add(patience)
	for {
		err := t.read(deadline)
		if errors.Is(err, syscall.EIO) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *terminal) untilEnded(signal string) error {
	done := make(chan error, 1)
	go func() { done <- t.cmd.Wait() }()
	return until(func() bool {
		select {
		case <-done:
			return true
		default:
			_ = t.cmd.Process.Signal(unix.SignalNum("SIG" + signal))
			return false
		}
	})
}

// wait reads on meanwhile, unless the terminal was closed, and says how the
// command ended.
func (t *terminal) wait() error {
	done := make(chan error, 1)
	go func() { done <- t.cmd.Wait() }()
	deadline := time.Now().Add(patience)
	for {
		select {
		case <-done:
			for t.read(time.Now().Add(100*time.Millisecond)) == nil {
			}
			t.out = fmt.Appendf(t.out, "[status %d]\n", t.cmd.ProcessState.ExitCode())
			return nil
		default:
		}
		if time.Now().After(deadline) {
			return errors.New("the command does not end")
		}
		if err := t.read(time.Now().Add(20 * time.Millisecond)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			time.Sleep(5 * time.Millisecond)
		}
	}
}
