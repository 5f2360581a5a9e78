package libcontainer

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/fault"
	"runc/libcontainer/handshake"
	"runc/libcontainer/process"
	"runc/libcontainer/sys"
)

// requireExec refuses what has no process to join.
func (c *Container) requireExec() error {
	status, err := c.Status()
	switch {
	case err != nil:
		return err
	case status == Stopped:
		return fault.New(fault.Status, errors.New("cannot exec in a stopped container"), "")
	case status == Creating:
		return fault.New(fault.Status, errors.New("cannot exec in a container that is being created"), "")
	}
	return nil
}

// refusePaused refuses at once what would hang: a process that joins a frozen
// cgroup stands still in the middle of its set-up, whoever froze it.
func (c *Container) refusePaused(cgroup *cgroups.Manager) error {
	by, err := cgroup.FrozenBy()
	if err != nil || by == "" {
		return err
	}
	if own, err := c.cgroup.Frozen(); err == nil && own {
		return fault.New(fault.Paused, errors.New("cannot exec in a paused container (use --ignore-paused to override)"), "resume it, or use --ignore-paused")
	}
	return fault.New(fault.Paused, fmt.Errorf("cannot exec in a paused container: the cgroup %s is frozen", by),
		"thaw it (or use --ignore-paused to override)")
}

// execGone says why a process ended in the middle of its set-up.
func (c *Container) execGone(cgroup *cgroups.Manager, proc *process.Process, err error) error {
	if !errors.Is(err, handshake.ErrInitGone) {
		return err
	}
	cgroup.AwaitJoin()
	ws, ok := proc.Died()
	if !ok {
		return err
	}
	how := howDied(ws)
	if ws.Signal() == unix.SIGKILL {
		how += "; a limit of the container's memory is the usual cause"
	}
	return c.orEnded(fmt.Errorf("%w: %s", err, how))
}

// orEnded is err, unless the container has ended meanwhile: that explains it.
func (c *Container) orEnded(err error) error {
	alive, aliveErr := c.st.InitAlive()
	stat, statErr := sys.ReadProcStat(c.st.InitPID)
	ending := errors.Is(err, process.ErrEnding) || errors.Is(err, unix.ESRCH) || statErr == nil && stat.Ending
	if ending || aliveErr == nil && !alive {
		return fmt.Errorf("%w: it ended meanwhile (%w)", ErrNotRunning, err)
	}
	return err
}

// refuseFrozen refuses to start a container that an ancestor of its cgroup keeps
// from running: its init could not answer.
func (c *Container) refuseFrozen() error {
	by, err := c.cgroup.FrozenBy()
	if err == nil && by != "" {
		err = fault.Worded(fault.Paused, fmt.Errorf("cannot start a paused container: the cgroup %s is frozen; thaw it", by))
	}
	return err
}
