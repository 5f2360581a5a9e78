package libcontainer

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// killTimeout bounds the wait for a killed process. One that is still there
// then sits in the kernel, and the message says so.
const killTimeout = 10 * time.Second

// Signal sends sig to the first process. Without a PID namespace of its own
// SIGKILL goes to every process, for the others would live on.
func (c *Container) Signal(sig unix.Signal) error {
	if sig == unix.SIGKILL && !c.st.Config.Namespaces.New(configs.PIDNamespace) {
		if alive, err := c.st.InitAlive(); err != nil {
			return err
		} else if !alive && !c.hasProcesses() {
			return ErrNotRunning
		}
		return c.SignalAll(sig)
	}
	init, err := c.holdInit()
	if err != nil {
		return err
	}
	defer init.Release()
	err = init.Signal(sig)
	if errors.Is(err, unix.ESRCH) {
		return ErrNotRunning
	}
	if err == nil && sig == unix.SIGKILL {
		return c.cgroup.ThawAll()
	}
	return err
}

// SignalAll sends sig to every process of the container's cgroup.
func (c *Container) SignalAll(sig unix.Signal) error {
	if !c.hasCgroup() {
		return c.signalWithoutCgroup(sig)
	}
	return c.cgroup.Signal(sig)
}

// holdInit returns the first process if it is still the one of the state.
func (c *Container) holdInit() (*sys.Process, error) {
	if c.st.InitPID <= 0 {
		return nil, ErrNotRunning
	}
	init, err := sys.FindProcess(c.st.InitPID)
	if errors.Is(err, unix.ESRCH) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	// Held first, then compared: it cannot change any more.
	alive, err := c.st.InitAlive()
	if err == nil && !alive {
		err = ErrNotRunning
	}
	if err != nil {
		init.Release()
		return nil, err
	}
	return init, nil
}

func (c *Container) hasProcesses() bool {
	pids, err := c.Pids()
	return err == nil && len(pids) > 0
}

// Delete removes a container that has stopped, or was created and never
// started; with force it ends any other first.
func (c *Container) Delete(force bool) error {
	status, err := c.Status()
	if err != nil {
		return err
	}
	switch {
	case status == Creating && !force:
		return fault.Worded(fault.Status, fmt.Errorf("cannot delete container %s that is being created; end that create, or use --force", c.ID()))
	case status == Stopped:
	case status == Created || force:
		if err := c.end(); err != nil || c.overtaken() {
			return err
		}
	default:
		return fault.New(fault.Status, fmt.Errorf("cannot delete container %s that is not stopped: %s", c.ID(), status), "stop it first, or use --force")
	}
	return c.Destroy()
}

// overtaken tells whether another delete was faster while this one waited: what has
// the id and the cgroup now may be a new container.
func (c *Container) overtaken() bool {
	now, err := c.dir.Load()
	return errors.Is(err, ErrNotExist) || err == nil && !now.Created.Equal(c.st.Created)
}

// end kills the first process and waits until it is gone.
func (c *Container) end() error {
	init, err := c.holdInit()
	if errors.Is(err, ErrNotRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	defer init.Release()
	if err := c.killOrphans(); err != nil {
		return err
	}
	if err := init.Signal(unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	if err := c.cgroup.ThawAll(); err != nil {
		return err
	}
	ended, err := init.Ended(killTimeout)
	if err == nil && !ended {
		err = c.whyLasting(init.PID)
	}
	return err
}

// whyLasting says of a killed process that is still there what to do.
func (c *Container) whyLasting(pid int) error {
	err := fmt.Errorf("container init (pid %d) still running %v after SIGKILL", pid, killTimeout)
	by, frozenErr := c.cgroup.FrozenBy()
	if _, v2 := c.cgroup.FreezerDir(); !v2 && by != "" && frozenErr == nil {
		return fault.New(fault.CgroupFrozen, fmt.Errorf("%w: the cgroup %s is frozen", err, by), "thaw it, then delete again")
	}
	return fault.Worded(fault.CgroupBusy, fmt.Errorf("%w; see its wait channel in /proc/%d/wchan", err, pid))
}

// Destroy removes what a container without a first process holds: what is left
// of its processes, the cgroup, the directory. Then it runs the poststop hooks,
// whose failure is a warning (OCI runtime spec, "Lifecycle").
func (c *Container) Destroy() error {
	if err := c.cgroup.Signal(unix.SIGKILL); err != nil {
		return err
	}
	if err := c.cgroup.Destroy(); err != nil {
		return fault.At("cgroup", err)
	}
	if err := rdtOf(c.st).Destroy(); err != nil {
		return err
	}
	if err := c.dir.Remove(); err != nil {
		return err
	}
	c.st.InitPID, c.init = 0, nil
	c.poststop()
	return nil
}
