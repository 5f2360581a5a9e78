package libcontainer

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/sirupsen/logrus"

	"runc/libcontainer/cleanup"
	"runc/libcontainer/configs"
	"runc/libcontainer/handshake"
	"runc/libcontainer/process"
	"runc/libcontainer/seccomp"
	"runc/libcontainer/selfexe"
	"runc/libcontainer/sys"
)

// ExecOptions say how a process is added to a container.
type ExecOptions struct {
	IO
	// IgnorePaused adds the process to a paused container: it will stand still
	// with the rest.
	IgnorePaused bool
}

// Exec adds a process to a live container. What p leaves open is as the
// container's first process has it.
func (c *Container) Exec(p *configs.Process, o ExecOptions) (*sys.Process, error) {
	if err := c.requireExec(o.IgnorePaused); err != nil {
		return nil, err
	}
	undo := cleanup.New()
	defer undo.Clean()
	filter := seccomp.CompileAsync(c.st.Config.Seccomp) // meanwhile; collected below

	init, err := c.holdInit()
	if err != nil {
		return nil, err
	}
	defer init.Release()
	proc, err := c.spawnExec(init, p, o)
	if err != nil {
		return nil, err
	}
	undo.Add(proc.Kill)
	if err := proc.EnterNamespaces(); err != nil {
		return nil, err
	}
	joined := sync.OnceValue(c.cgroup.JoinAsync(proc.PID()))
	program, err := filter.Wait()
	if err != nil {
		return nil, err
	}
	setup := &handshake.Setup{
		Exec:        true,
		ContainerID: c.ID(),
		Config:      c.forExec(),
		Process:     p,
	}
	setFilter(setup, program)
	if err := proc.Setup(setup); err != nil {
		return nil, err
	}
	if err := proc.UntilReady(handshake.Answers{Console: o.Console}); err != nil {
		return nil, err
	}
	if err := errors.Join(joined(), proc.SetRlimits(p.Rlimits), o.sendPidfd(proc.Handle())); err != nil {
		return nil, err
	}
	if err := proc.Proceed(handshake.Answers{Listener: c.sendListener(proc.PID())}); err != nil {
		return nil, err
	}
	undo.Release()
	return proc.Handle(), nil
}

// Inherit fills what p leaves open with what the container's first process has
// (as runc exec does): rights are inherited, never gained by silence.
func (c *Container) Inherit(p *configs.Process) {
	first := c.st.Process
	if first == nil {
		return
	}
	if p.Capabilities == nil {
		p.Capabilities = first.Capabilities
	}
	if p.Rlimits == nil {
		p.Rlimits = first.Rlimits
	}
	if p.User.Umask == nil {
		p.User.Umask = first.User.Umask
	}
	if p.OOMScoreAdj == nil {
		p.OOMScoreAdj = first.OOMScoreAdj
	}
	if p.AppArmorProfile == "" {
		p.AppArmorProfile = first.AppArmorProfile
	}
	if p.SELinuxLabel == "" {
		p.SELinuxLabel = first.SELinuxLabel
	}
	if p.Scheduler == nil {
		p.Scheduler = first.Scheduler
	}
	if p.IOPriority == nil {
		p.IOPriority = first.IOPriority
	}
	if p.CPUAffinity == nil {
		p.CPUAffinity = first.CPUAffinity
	}
}

// requireExec refuses at once what would hang: a process that joins a frozen
// cgroup stands still in the middle of its set-up.
func (c *Container) requireExec(ignorePaused bool) error {
	status, err := c.Status()
	switch {
	case err != nil:
		return err
	case status == Stopped:
		return errors.New("cannot exec in a stopped container")
	case status == Paused && !ignorePaused:
		return errors.New("cannot exec in a paused container (use --ignore-paused to override)")
	}
	return nil
}

func (c *Container) spawnExec(init *sys.Process, p *configs.Process, o ExecOptions) (*process.Process, error) {
	exe, err := selfexe.Open()
	if err != nil {
		return nil, err
	}
	defer exe.Close()
	entry, err := process.EntryBeside(init)
	if err != nil {
		return nil, fmt.Errorf("enter container %s: %w", c.ID(), err)
	}
	defer entry.Close()
	entry.Unprivileged = os.Geteuid() != 0
	c.cgroup.Follow(c.st.InitPID)
	var proc *process.Process
	err = c.cgroup.Born(func(birth *os.File) (err error) {
		proc, err = process.Spawn(process.Start{
			Exe:         exe,
			Stdio:       o.Stdio,
			Extra:       o.Extra,
			CgroupDir:   birth,
			OOMScoreAdj: p.OOMScoreAdj,
			Namespaces:  entry,
			Debug:       logrus.IsLevelEnabled(logrus.DebugLevel),
		})
		return err
	})
	return proc, err
}

// forExec is what a further process must know of the container.
func (c *Container) forExec() *configs.Config {
	all := c.st.Config
	return &configs.Config{
		Namespaces:   all.Namespaces,
		NoNewKeyring: all.NoNewKeyring,
		Personality:  all.Personality,
		MemoryPolicy: all.MemoryPolicy,
	}
}
