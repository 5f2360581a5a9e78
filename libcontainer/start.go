package libcontainer

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/hooks"
	"runc/libcontainer/sys"
)

// Start lets the first process of a created container run the user's program.
func (c *Container) Start() error {
	if err := c.requireStatus("start", Created); err != nil {
		return err
	}
	if err := c.refuseFrozen(); err != nil {
		return err
	}
	if err := c.openGate(); err != nil {
		return err
	}
	return c.poststart()
}

// requireStatus refuses an operation in any other status than those allowed.
func (c *Container) requireStatus(verb string, allowed ...Status) error {
	status, err := c.Status()
	if err != nil {
		return err
	}
	if slices.Contains(allowed, status) {
		return nil
	}
	switch {
	case verb == "start" && status == Stopped:
		return fault.New(fault.Status, errors.New("cannot start a container that has stopped"), "delete it and create it again")
	case verb == "start" && status == Running:
		return errRunning
	}
	return fault.New(fault.Status, fmt.Errorf("cannot %s a container in the %s state", verb, status), "")
}

// openGate opens exec.fifo, where init waits to write one byte, or why it fails
// (a startContainer hook). It does not wait in open(2), but for the byte and
// for init's end at once: an init that is gone is said so.
func (c *Container) openGate() error {
	init, err := sys.FindProcess(c.st.InitPID)
	if errors.Is(err, unix.ESRCH) {
		return errInitGone
	}
	if err != nil {
		return err
	}
	defer init.Release()
	gate, err := c.dir.OpenGateReader()
	if err != nil {
		return err
	}
	defer gate.Close()
	ready, err := sys.Poll(-1, gate, init.File())
	if err != nil {
		return err
	}
	buf := make([]byte, maxFromGate)
	n, err := gate.Read(buf)
	switch {
	case ready[0] && n == 1 && err == nil:
		return c.dir.RemoveGate()
	case ready[0] && n > 1 && err == nil:
		// Only hooks come between the gate and this word.
		return &fault.Error{Code: fault.Hook, Step: "startContainer hooks", Err: errors.New(string(buf[:n]))}
	case ready[1]:
		return errInitGone
	}
	return errRunning
}

// maxFromGate bounds what init may say at the gate, in bytes: it has been in
// the container's hands.
const maxFromGate = 4096

var (
	errInitGone error = &fault.Error{
		Code: fault.InitGone, Hint: "delete the container and look for the reason in its output",
		Err: errors.New("cannot start a container that has stopped: its init process has ended"),
	}
	errRunning error = &fault.Error{Code: fault.Status, Err: errors.New("cannot start an already running container")}
)

// poststart runs the hooks after start. A failing one ends the container, as
// runc does.
func (c *Container) poststart() error {
	list := c.st.Config.Hooks.Poststart
	if len(list) == 0 {
		return nil
	}
	if err := hooks.Run("poststart", list, c.hookState(Running), c.st.Config.Bundle, os.Environ()); err != nil {
		warn(c.cgroup.Signal(unix.SIGKILL))
		return err
	}
	return nil
}
