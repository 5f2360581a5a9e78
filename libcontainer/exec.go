package libcontainer

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/sirupsen/logrus"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/cleanup"
	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/handshake"
	"runc/libcontainer/process"
	"runc/libcontainer/selfexe"
	"runc/libcontainer/sys"
)

// ExecOptions say how a process is added to a container.
type ExecOptions struct {
	IO
	// IgnorePaused adds the process to a paused container: it will stand still
	// with the rest.
	IgnorePaused bool
	// SubCgroups are paths below the container's cgroup to join, by
	// controller; the key "" stands for all. Empty: the container's cgroup.
	SubCgroups map[string]string
}

// Exec adds a process to a live container. What p leaves open is as the
// container's first process has it.
func (c *Container) Exec(p *configs.Process, o ExecOptions) (*sys.Process, error) {
	if err := c.requireExec(); err != nil {
		return nil, err
	}
	cgroup, err := c.execCgroup(o.SubCgroups)
	if err != nil {
		return nil, err
	}
	if !o.IgnorePaused {
		if err := c.refusePaused(cgroup); err != nil {
			return nil, err
		}
	}
	undo := cleanup.New()
	defer undo.Clean()
	// Meanwhile; collected below.
	filter := c.filters.CompileAsync(c.st.Config.Seccomp)
	exe := selfexe.OpenAsync()
	defer exe.Close()

	init, err := c.holdInit()
	if err != nil {
		return nil, err
	}
	defer init.Release()
	proc, inside, err := c.enterBeside(init, exe, cgroup, p, o)
	if err != nil {
		return nil, c.orEnded(err)
	}
	undo.Add(func() {
		cgroup.AwaitJoin()
		proc.Kill()
	})
	joined := sync.OnceValue(cgroup.JoinAsync(proc.PID(), inside))
	if err := rdtOf(c.st).Join(proc.PID()); err != nil {
		return nil, err
	}
	program, err := filter.Wait()
	if err != nil {
		return nil, fault.At("seccomp", err)
	}
	setup := &handshake.Setup{
		Exec:        true,
		ContainerID: c.ID(),
		Config:      c.forExec(),
		Process:     p,
	}
	setFilter(setup, program)
	if err := proc.Setup(setup); err != nil {
		return nil, c.execGone(cgroup, proc, err)
	}
	if err := proc.UntilReady(handshake.Answers{Console: o.Console}); err != nil {
		return nil, c.execGone(cgroup, proc, err)
	}
	if err := joined(); err != nil {
		return nil, fault.At("cgroup", fmt.Errorf("adding pid %d to cgroups: %w", proc.PID(), err))
	}
	if err := errors.Join(fault.At("scheduling", bindCPUs(proc.PID(), p)), fault.At("limits", proc.SetRlimits(p.Rlimits)), o.sendPidfd(proc.Handle())); err != nil {
		return nil, err
	}
	if err := proc.Proceed(handshake.Answers{Listener: c.sendListener(proc.PID(), Running)}); err != nil {
		return nil, c.execGone(cgroup, proc, err)
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

// enterBeside starts a process and brings it into the namespaces of init: all at
// once by init's pidfd or, where the kernel does not do that, one by one. It is also
// in the cgroup if inside.
func (c *Container) enterBeside(init *sys.Process, exe *selfexe.Pending, cgroup *cgroups.Manager, p *configs.Process, o ExecOptions) (proc *process.Process, inside bool, err error) {
	proc, inside, err = c.spawnBeside(init, exe, cgroup, p, o, false)
	if process.PidfdRefused(err) {
		proc, inside, err = c.spawnBeside(init, exe, cgroup, p, o, true)
	}
	return proc, inside, err
}

func (c *Container) spawnBeside(init *sys.Process, exe *selfexe.Pending, cgroup *cgroups.Manager, p *configs.Process, o ExecOptions, oneByOne bool) (proc *process.Process, inside bool, err error) {
	self, err := exe.Wait()
	if err != nil {
		return nil, false, fault.New(fault.Self, err, "")
	}
	entry, err := process.EntryBeside(init)
	if err != nil {
		return nil, false, fmt.Errorf("enter container %s: %w", c.ID(), err)
	}
	defer entry.Close()
	entry.Unprivileged = os.Geteuid() != 0
	if oneByOne {
		if err := entry.OneByOne(init); err != nil {
			return nil, false, fmt.Errorf("enter container %s: %w", c.ID(), err)
		}
	}
	spawn := func(birth *os.File) (err error) {
		proc, err = process.Spawn(process.Start{
			Exe:         self,
			Stdio:       o.Stdio,
			Extra:       o.Extra,
			CgroupDir:   birth,
			OOMScoreAdj: p.OOMScoreAdj,
			Namespaces:  entry,
			Debug:       logrus.IsLevelEnabled(logrus.DebugLevel),
		})
		return err
	}
	if list := initialCPUs(p); list != nil { // for the time before the cgroup
		err = onCPUs(list, func() error { return spawn(nil) })
	} else {
		err = cgroup.BornAsync(spawn)()
	}
	if err != nil {
		return nil, false, err
	}
	tasks := cgroup.Tasks()
	defer sys.CloseAll(tasks)
	if inside, err = proc.EnterNamespaces(tasks); err != nil {
		proc.Kill()
		return nil, false, err
	}
	return proc, inside, nil
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
