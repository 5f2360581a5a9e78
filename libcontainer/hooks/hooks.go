// Package hooks runs the user's programs at the points of a container's life
// that the OCI runtime spec names ("POSIX-platform Hooks").
package hooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// maxOutput bounds what of a hook's output is kept for the error, in bytes.
const maxOutput = 1024

// drainTimeout is how long the output of an ended hook is still read: a child
// that it left behind may hold the pipe open for ever.
const drainTimeout = time.Second

// Run runs the hooks of one point of life in order, each with the container's
// state on stdin and dir as its working directory, until one fails. Hooks without
// an environment of their own get env. The error names the hook and holds its
// output.
func Run(name string, list []configs.Hook, state []byte, dir string, env []string) error {
	for i := range list {
		if err := one(name, list, i, state, dir, env); err != nil {
			return &fault.Error{Code: fault.Hook, Step: name + " hooks", Err: err}
		}
	}
	return nil
}

// RunAll is Run for hooks that are run whatever becomes of those before them.
// It returns the errors of all.
func RunAll(name string, list []configs.Hook, state []byte, dir string, env []string) (errs []error) {
	for i := range list {
		if err := one(name, list, i, state, dir, env); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func one(name string, list []configs.Hook, i int, state []byte, dir string, env []string) error {
	if err := run(&list[i], state, dir, env); err != nil {
		return fmt.Errorf("error running %s hook #%d: %s: %w", name, i, list[i].Path, err)
	}
	return nil
}

func run(h *configs.Hook, state []byte, dir string, env []string) error {
	ctx := context.Background()
	if h.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.Timeout)
		defer cancel()
	}
	var stdout, stderr tail
	cmd := exec.CommandContext(ctx, h.Path)
	if len(h.Args) > 0 {
		cmd.Args = h.Args
	}
	if len(h.Env) > 0 {
		env = h.Env
	}
	cmd.Env = append([]string{}, env...) // nil would mean our own
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(state)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = drainTimeout

	err := sys.Run(cmd)
	switch {
	case err == nil, errors.Is(err, unix.EPIPE), errors.Is(err, exec.ErrWaitDelay) && cmd.ProcessState.Success():
		return nil // a hook need not read its stdin, and may leave children
	case ctx.Err() != nil:
		return fmt.Errorf("hook ran past specified timeout of %.1fs; stdout: %s, stderr: %s", h.Timeout.Seconds(), &stdout, &stderr)
	case cmd.ProcessState == nil:
		return err // it did not start
	}
	return fmt.Errorf("%w, stdout: %s, stderr: %s", err, &stdout, &stderr)
}

// tail keeps the last maxOutput bytes: where a program says why it ends.
type tail struct {
	data []byte
	cut  bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if over := len(t.data) - maxOutput; over > 0 {
		t.data, t.cut = t.data[over:], true
	}
	return len(p), nil
}

func (t *tail) String() string {
	text := string(bytes.TrimSpace(t.data))
	if t.cut {
		return "..." + text
	}
	return text
}
