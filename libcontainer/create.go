package libcontainer

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/cleanup"
	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/handshake"
	"runc/libcontainer/process"
	"runc/libcontainer/seccomp"
	"runc/libcontainer/selfexe"
	"runc/libcontainer/state"
	"runc/libcontainer/sys"
)

// IO is what the first process gets from the caller.
type IO struct {
	// Stdio are stdin, stdout and stderr; nil: closed.
	Stdio [3]*os.File
	// Extra are handed through as descriptors from 3 on.
	Extra []*os.File
	// Console takes the master of the terminal, if the process has one.
	Console func(master *os.File) error
	// Pidfd takes the pidfd of the process before the user's program runs; nil:
	// not wanted.
	Pidfd func(pidfd *os.File) error
	// Notify is given the directory of a container's notify socket, before
	// there is a process; nil: it has none.
	Notify func(dir string) error
}

func (io *IO) sendPidfd(p *sys.Process) error {
	if io.Pidfd == nil {
		return nil
	}
	return io.Pidfd(p.File())
}

// Create makes a container whose first process is set up and waits for Start.
func (f *Factory) Create(id string, s Spec, io IO) (*Container, error) {
	return f.create(id, s, io, true)
}

// Run makes a container whose first process runs the user's program at once.
func (f *Factory) Run(id string, s Spec, io IO) (*Container, error) {
	c, err := f.create(id, s, io, false)
	if err != nil {
		return nil, err
	}
	if err := c.poststart(); err != nil {
		return nil, errors.Join(err, c.Delete(true))
	}
	return c, nil
}

// create is the table of contents: whatever is made here is undone if a later
// line fails.
func (f *Factory) create(id string, s Spec, io IO, wait bool) (*Container, error) {
	undo := cleanup.New()
	defer undo.Clean()
	// Meanwhile; collected below.
	filter := f.filters.CompileAsync(s.Config.Seccomp)
	exe := selfexe.OpenAsync()
	defer exe.Close()

	c, err := f.reserve(id, s, io, undo)
	if err != nil {
		return nil, err
	}
	var gate *os.File
	if wait {
		if gate, err = c.makeGate(); err != nil {
			return nil, err
		}
		defer gate.Close()
	}
	spawn, spawned := c.spawnMeanwhile(s, io, exe, gate)
	if err := c.makeGroups(undo, spawn); err != nil {
		return nil, err
	}
	if err := spawned(); err != nil {
		return nil, err
	}
	undo.Add(c.kill)
	view, err := c.cgroup.View()
	if err != nil {
		return nil, fault.At("cgroup", err)
	}
	c.oomBefore, _ = c.cgroup.OOMKills()
	joined, err := c.enter()
	if err != nil {
		return nil, c.whyGone(err)
	}
	if err := c.checkMaps(); err != nil {
		return nil, fault.At("namespaces", err)
	}
	if err := rdtOf(c.st).Join(c.init.PID()); err != nil {
		return nil, fault.At("intel rdt", err)
	}
	devices, err := c.moveDevices()
	if err != nil {
		return nil, fault.At("network devices", err)
	}
	undo.Add(func() { warn(devices.Back()) })
	answers := c.answers(io, joined)
	program, err := filter.Wait()
	if err != nil {
		return nil, fault.At("seccomp", err)
	}
	if err := c.setup(s, view, program); err != nil {
		return nil, c.whyGone(err)
	}
	if err := c.init.UntilReady(answers); err != nil {
		return nil, c.whyGone(err)
	}
	if err := errors.Join(joined(), c.limit(s), io.sendPidfd(c.init.Handle())); err != nil {
		return nil, c.whyKilled(err)
	}
	freeCPUs(c.init.PID())
	if err := c.saveInit(); err != nil { // before init may go on: delete must find it
		return nil, err
	}
	if err := c.init.Proceed(answers); err != nil {
		return nil, c.whyGone(err)
	}
	if s.Cgroup.Resources.Memory > 0 && c.oomAtOnce() {
		return nil, c.whyGone(handshake.ErrInitGone)
	}
	undo.Release()
	devices.Close()
	return c, c.dir.Unlock()
}

// reserve takes the id for a new container and saves what is known of it: what a
// killed create leaves can be found by that.
func (f *Factory) reserve(id string, s Spec, io IO, undo *cleanup.Stack) (*Container, error) {
	dir, err := f.root.Create(id, reclaim)
	if err != nil {
		return nil, fault.At("state", err)
	}
	c := &Container{dir: dir}
	undo.Add(c.poststop) // when all else is undone
	undo.Add(func() { warn(dir.Remove()) })
	if c.cgroup, err = newCgroup(s); err != nil {
		return nil, fault.At("cgroup", err)
	}
	c.st = newState(id, s, io, c.cgroup)
	if err := c.findRdt(); err != nil {
		return nil, err
	}
	if err := c.saveEarly(); err != nil {
		return nil, err
	}
	return c, c.makeNotify(io)
}

// makeGroups makes the resctrl group and the cgroup, and begins something as soon
// as a process can be born there (see cgroups.Manager.Create).
func (c *Container) makeGroups(undo *cleanup.Stack, begin func() (undo func())) error {
	if err := c.makeRdt(undo); err != nil {
		return err
	}
	if err := c.cgroup.Create(begin); err != nil {
		return explainCgroup(err)
	}
	undo.Add(func() { warn(c.cgroup.Destroy()) })
	return nil
}

// spawnMeanwhile has init spawned, and enter its namespaces, while the rest of the
// cgroup is made; wait returns when it is there.
func (c *Container) spawnMeanwhile(s Spec, io IO, exe *selfexe.Pending, gate *os.File) (begin func() (undo func()), wait func() error) {
	var spawned func() error
	begin = func() (undo func()) {
		spawned = c.cgroup.BornAsync(func(birth *os.File) error { return c.spawn(s, io, exe, gate, birth) })
		return func() {
			if spawned() == nil {
				c.init.Kill()
			}
		}
	}
	return begin, func() error { return spawned() }
}

// enter returns when init is in its namespaces, and begins to move it into its
// cgroup unless it is there already. That may wait for a grace period of the
// kernel's; the function returned waits for the end.
func (c *Container) enter() (joined func() error, err error) {
	tasks := c.cgroup.Tasks()
	defer sys.CloseAll(tasks)
	inside, err := c.init.EnterNamespaces(tasks)
	if err != nil {
		return nil, err
	}
	wait := c.cgroup.JoinAsync(c.init.PID(), inside)
	return sync.OnceValue(func() error { return explainCgroup(wait()) }), nil
}

// newState is what is known before there is a process.
func newState(id string, s Spec, io IO, cgroup *cgroups.Manager) *state.State {
	return &state.State{
		ID:          id,
		Created:     time.Now().UTC(),
		Config:      s.Config,
		Process:     s.Process,
		Cgroup:      s.Cgroup,
		Rootless:    s.Config.RootlessEUID,
		CgroupPaths: cgroup.Paths(),

		ExternalDescriptors: io.names(),
	}
}

// names are what the standard streams lead to, for the state: a checkpoint
// needs them.
func (io *IO) names() []string {
	var names []string
	for _, f := range io.Stdio {
		name := "/dev/null"
		if f != nil {
			if target, err := os.Readlink(sys.FDPath(f)); err == nil {
				name = target
			}
		}
		names = append(names, name)
	}
	return names
}

// makeGate makes exec.fifo, owned by the container's root so that init can
// open it.
func (c *Container) makeGate() (*os.File, error) {
	uid, gid := c.rootIDs()
	if err := c.dir.MakeGate(uid, gid); err != nil {
		return nil, err
	}
	return c.dir.OpenGate()
}

// smallLimit is a limit of memory, in bytes, that might not bear an init with
// transparent huge pages, which needs 5 MiB; they save it some 170 page faults.
const smallLimit = 16 << 20

func (c *Container) spawn(s Spec, io IO, exe *selfexe.Pending, gate, birth *os.File) error {
	self, err := exe.Wait()
	if err != nil {
		return fault.New(fault.Self, err, "")
	}
	entry, err := process.EntryOf(s.Config)
	if err != nil {
		return fault.At("namespaces", err)
	}
	defer entry.Close()
	c.init, err = process.Spawn(process.Start{
		Exe:         self,
		Stdio:       io.Stdio,
		Extra:       io.Extra,
		Gate:        gate,
		CgroupDir:   birth,
		OOMScoreAdj: s.Process.OOMScoreAdj,
		NoHuge:      s.Cgroup.Resources.Memory > 0 && s.Cgroup.Resources.Memory < smallLimit,
		Namespaces:  entry,
		Debug:       logrus.IsLevelEnabled(logrus.DebugLevel),
	})
	return err
}

// Process is the first process of a container that this runtime has made.
func (c *Container) Process() *sys.Process { return c.init.Handle() }

// explainCgroup begins as runc does, whose words are looked for.
func explainCgroup(err error) error {
	if err == nil {
		return nil
	}
	return fault.At("cgroup", fmt.Errorf("unable to apply cgroup configuration: %w", err))
}

func (c *Container) setup(s Spec, view configs.CgroupView, program *seccomp.Filter) error {
	setup := &handshake.Setup{
		ContainerID:        c.ID(),
		Config:             s.Config.WithoutSeccomp(),
		Process:            s.Process,
		Cgroup:             view,
		NewCgroupNamespace: s.Config.Namespaces.New(configs.CgroupNamespace),
		SourcesFromParent:  sourcesFromUs(s.Config),
	}
	setFilter(setup, program)
	if s.Config.Hooks.CreateContainer != nil {
		setup.StateCreating = c.innerState(Creating)
	}
	if s.Config.Hooks.StartContainer != nil {
		setup.StateCreated = c.innerState(Created)
	}
	return c.init.Setup(setup)
}

// sourcesFromUs tells whether init needs us for the sources of mounts: we may
// reach what a user namespace hides from it, and id-map.
func sourcesFromUs(c *configs.Config) bool {
	if c.RootlessEUID {
		return false // we may no more than init
	}
	return c.Namespaces.Has(configs.UserNamespace) ||
		slices.ContainsFunc(c.Mounts, func(m configs.Mount) bool { return m.IDMapping != nil })
}

// limit sets what init must live under from now on. It comes after the heavy
// part of init's own work, which a small memory limit would not bear.
func (c *Container) limit(s Spec) error {
	if err := c.cgroup.Set(nil); err != nil {
		return fault.At("limits", err)
	}
	return fault.At("limits", c.init.SetRlimits(s.Process.Rlimits))
}

// saveEarly records what there will be to clean up.
func (c *Container) saveEarly() error {
	early := *c.st
	early.Config = early.Config.WithoutSeccomp()
	return c.dir.Save(&early)
}

// saveInit records the process.
func (c *Container) saveInit() error {
	stat, err := sys.ReadProcStat(c.init.PID())
	if err != nil {
		return err
	}
	c.st.InitPID = c.init.PID()
	c.st.InitStartTime = stat.StartTime
	c.st.CgroupPaths = c.cgroup.Paths()
	c.st.NamespacePaths = namespacePaths(c.st.InitPID)
	return c.dir.Save(c.st)
}

// kill is the undo of spawn.
func (c *Container) kill() {
	c.cgroup.AwaitJoin()
	c.init.Kill()
	warn(c.cgroup.Signal(unix.SIGKILL))
}

// warn logs the failure of an undo: the error that led there is returned.
func warn(err error) {
	if err != nil {
		logrus.Warn(err)
	}
}

// oomKilled names the limit that was too low.
func (c *Container) oomKilled() error {
	err := errors.New("container init was OOM-killed (memory limit too low?)")
	if r := c.st.Cgroup.Resources; r != nil && r.Memory > 0 {
		err = fmt.Errorf("%w: the limit is %d KiB", err, r.Memory>>10)
	}
	return fault.New(fault.OOM, err, "raise linux.resources.memory.limit")
}

// whyKilled says so when setting a limit failed because it had killed init:
// systemd then removes the cgroup before the rest is set.
func (c *Container) whyKilled(err error) error {
	if c.st.Cgroup.Resources.Memory <= 0 || c.cgroup.Exists() {
		return err
	}
	if ws, ok := c.init.Died(); ok && ws.Signaled() && ws.Signal() == unix.SIGKILL {
		return c.oomKilled()
	}
	return err
}

// oomAtOnce tells whether memory did not even suffice to become the program, or
// hardly longer: that closes init's end of the socket, as becoming it does.
func (c *Container) oomAtOnce() bool {
	if !c.oomSince() {
		return false
	}
	ended, err := c.init.Handle().Ended(100 * time.Millisecond)
	return err == nil && ended && c.init.Handle().KilledBy(unix.SIGKILL)
}

// oomSince tells whether a process was killed for want of memory meanwhile.
func (c *Container) oomSince() bool {
	kills, err := c.cgroup.OOMKills()
	return err == nil && kills > c.oomBefore
}

// whyGone says how init ended when it ended without a word.
func (c *Container) whyGone(err error) error {
	if !errors.Is(err, handshake.ErrInitGone) {
		return err
	}
	c.cgroup.AwaitJoin()
	ws, ok := c.init.Died()
	if !ok {
		return err
	}
	if ws.Signal() == unix.SIGKILL && c.oomSince() {
		return c.oomKilled()
	}
	return fmt.Errorf("%w: %s", err, howDied(ws))
}

// howDied describes the end of init, or of an exec'd process, in its set-up.
func howDied(ws unix.WaitStatus) string {
	how := fmt.Sprintf("exit status %d", ws.ExitStatus())
	if ws.Signaled() {
		how = fmt.Sprintf("killed by signal %d (%v)", ws.Signal(), ws.Signal())
	}
	if ws.Signal() == unix.SIGHUP || ws.ExitStatus() == 2 { // so SIGHUP ends a Go program
		how += "; if it has a terminal, whoever took that (--console-socket) has hung up"
	}
	return how
}
