// Package initproc is the inside of the container: what the process that is
// not yet the user's program does with itself. It runs in hostile
// surroundings, so it can do little: it knows the handshake, the config and
// the kernel, and imports nothing that it could misuse.
//
// steps.go is the table of contents.
package initproc

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/sirupsen/logrus"

	"runc/libcontainer/configs"
	"runc/libcontainer/handshake"
	"runc/libcontainer/rootfs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
	"runc/nsenter"
)

// Main runs the process and does not return. The caller has locked the main
// goroutine to the main thread, whose identity is the one that survives exec.
func Main() {
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // too short a life for a collection
	parent, err := handshake.Inherited()
	if err == nil {
		// Not what Go made of it: the limit is the user's program's, too.
		err = errors.Join(showFiles(), sys.SetNofile(nsenter.Nofile()))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "runc: %v\n", err)
		os.Exit(1)
	}
	// For the container's log, in runc's form ("exec /x: exec format error").
	if err := run(parent); !errors.Is(err, handshake.ErrInitGone) {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(255)
}

// showFiles brings back what the C stage took out of sight.
func showFiles() error {
	if nsenter.Root() < 0 {
		return nil
	}
	return enterDir(os.NewFile(uintptr(nsenter.Root()), "/"))
}

// enterDir makes a directory the root directory, and closes it.
func enterDir(root *os.File) error {
	defer root.Close()
	if err := sys.Fchdir(root); err != nil {
		return err
	}
	return sys.Chroot(".")
}

// run returns an error that nobody has been told yet; the process must end.
func run(parent *handshake.Child) error {
	setup, err := parent.Setup()
	if err != nil {
		return err
	}
	if setup.Debug {
		forwardLog(parent)
	}
	parent.Debugf("child process in init()")
	i := &initProcess{Setup: setup, parent: parent}
	for _, s := range i.steps() {
		parent.Debugf("init: %s", s.name)
		err := s.do(i)
		if err == nil {
			continue
		}
		err = &stepError{s.name, err}
		if i.released {
			i.failStart(err)
			return err
		}
		parent.Fail(s.name, err)
		os.Exit(255)
	}
	return errors.New("exec returned")
}

// forwardLog hands on what the packages below say for the debug log.
func forwardLog(parent *handshake.Child) {
	logrus.SetLevel(logrus.DebugLevel)
	logrus.SetOutput(io.Discard)
	logrus.AddHook(logHook{parent})
}

type logHook struct{ parent *handshake.Child }

func (logHook) Levels() []logrus.Level { return logrus.AllLevels }

func (h logHook) Fire(e *logrus.Entry) error {
	h.parent.Debugf("%s", e.Message)
	return nil
}

// stepError says in which step an error came up. Its text is the error's own:
// each error already names its object.
type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// initProcess is what the steps share.
type initProcess struct {
	*handshake.Setup
	parent *handshake.Child

	proc *safepath.Proc
	root *rootfs.Builder
	// gate is the O_PATH descriptor of exec.fifo.
	gate *os.File
	// start is exec.fifo, opened by start at its other end; nil before.
	start *os.File
	// inCwd says that the working directory is reached.
	inCwd bool
	// home is HOME=DIR, if the environment has none.
	home []string
	// exe is the path of the program inside the container.
	exe string
	// released says that the parent has been told that all is well: an error
	// from here on can only be printed.
	released bool
}

// inUserNamespace tells whether the container has a user namespace of its own.
func (i *initProcess) inUserNamespace() bool { return i.Config.Namespaces.Has(configs.UserNamespace) }
