package initproc

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

func ready(i *initProcess) error { return i.parent.Ready() }

// findCommand looks the program up as a shell would, with the container's PATH
// and as the user. The words are those of os/exec, which engines look for.
func findCommand(i *initProcess) error {
	name := i.Process.Args[0]
	path := lookupEnv(i.Process.Env, "PATH")
	if err := os.Setenv("PATH", path); err != nil {
		return err
	}
	exe, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrNotFound) {
		return fault.New(fault.CommandNotFound, fmt.Errorf("%w (process.args[0]; PATH is %q)", err, path),
			"put the program into the root filesystem, name its full path, or set PATH in process.env")
	}
	if errors.Is(err, unix.EISDIR) {
		// The words that Docker takes for 126.
		return fault.New(fault.CommandDenied, fmt.Errorf("%w: permission denied", err), "process.args[0] is a directory; name a program")
	}
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return explainCommand(err)
	}
	i.exe = exe
	return nil
}

// explainCommand adds what the bare errno of a program that cannot be executed
// most often means (execve(2)).
func explainCommand(err error) error {
	switch {
	case errors.Is(err, unix.ENOENT):
		return fault.New(fault.CommandNotFound, err, "process.args[0] must be a path inside the root filesystem")
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fault.New(fault.CommandDenied, err, "process.user needs the right to execute it, on a mount without noexec")
	case errors.Is(err, unix.ENOEXEC):
		return fault.New(fault.CommandFormat, err, "it is a program for another architecture, or a script without a #! line")
	}
	return err
}

// explainExec is explainCommand for a program that is there.
func explainExec(err error) error {
	if errors.Is(err, unix.ENOENT) {
		return fault.New(fault.CommandFormat, err, "the program is there, but not the loader or interpreter that it names: the root filesystem lacks its libraries, or is of another libc")
	}
	return explainCommand(err)
}

// lookupEnv returns the last value of name in env, as execvp(3) callers see it.
func lookupEnv(env []string, name string) string {
	for n := len(env) - 1; n >= 0; n-- {
		if value, ok := strings.CutPrefix(env[n], name+"="); ok {
			return value
		}
	}
	return ""
}

func (i *initProcess) release() {
	if !i.released {
		i.parent.Debugf("init: closing the pipe to signal completion")
		i.released = true
	}
}

// execute becomes the user's program. Without a gate the talk ends by the exec
// itself, which closes the socket: until then a failure can still be told.
func execute(i *initProcess) error {
	if i.Exec {
		i.parent.Debugf("setns_init: about to exec")
	}
	if i.gate == nil {
		i.parent.Debugf("init: closing the pipe to signal completion")
	}
	env := i.env()
	if i.Process.PreserveFDs > 0 && lookupEnv(env, "LISTEN_FDS") != "" {
		env = append(env, "LISTEN_PID="+strconv.Itoa(os.Getpid()))
	}
	return explainExec(sys.Exec(i.exe, i.Process.Args, env))
}

// env is the environment of the program and of hooks that have none of their own.
func (i *initProcess) env() []string {
	return lastOfEach(append(slices.Clone(i.Process.Env), i.home...))
}

// lastOfEach drops all but the last value of each variable: programs differ in
// which of several they take.
func lastOfEach(env []string) []string {
	kept := env[:0:0]
	for n, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		again := func(later string) bool { return strings.HasPrefix(later, name+"=") }
		if !slices.ContainsFunc(env[n+1:], again) {
			kept = append(kept, entry)
		}
	}
	return kept
}
