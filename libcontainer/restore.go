package libcontainer

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/cleanup"
	"runc/libcontainer/configs"
	"runc/libcontainer/criu"
	"runc/libcontainer/process"
	"runc/libcontainer/seccomp"
	"runc/libcontainer/sys"
)

// Restore makes a container of a checkpoint. Whatever is made here is undone if
// a later line fails.
func (f *Factory) Restore(id string, s Spec, io IO, o *criu.Options) (*Container, error) {
	undo := cleanup.New()
	defer undo.Clean()
	prog, err := criu.Find()
	if err != nil {
		return nil, err
	}
	if err := checkFilter(o, s.Config); err != nil {
		return nil, err
	}
	c, err := f.reserve(id, s, io, undo)
	if err != nil {
		return nil, err
	}
	if err := c.makeGroups(undo, nil); err != nil {
		return nil, err
	}
	r := &restoring{Container: c, io: io, options: o}
	defer r.close()
	if err := r.prepare(); err != nil {
		return nil, err
	}
	undo.Add(r.kill)
	if err := keepingOptions(func() error { return prog.Restore(r.req) }); err != nil {
		return nil, err
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	undo.Release()
	return c, c.dir.Unlock()
}

// checkFilter compares the system call filters of the checkpoint with the
// bundle's.
func checkFilter(o *criu.Options, cfg *configs.Config) error {
	program, err := seccomp.Compile(cfg.Seccomp)
	if err != nil || program == nil {
		return err
	}
	return o.CheckFilters(program.Program)
}

// restoring is a container while CRIU restores it.
type restoring struct {
	*Container
	io      IO
	options *criu.Options
	// req is what CRIU is told.
	req *criu.Restore
	// list are the external mounts.
	list []external
	// joined are namespaces that are handed to CRIU.
	joined []criu.ExternalNamespace
	// checked says that the rights of the processes have been compared.
	checked bool
}

func (r *restoring) close() {
	for _, ns := range r.joined {
		ns.File.Close()
	}
}

// kill is the undo of CRIU's work, of which it has left nothing if it failed by
// itself.
func (r *restoring) kill() {
	if r.init != nil {
		r.Container.kill()
	}
}

// prepare makes what CRIU wants to find, and the request to it.
func (r *restoring) prepare() error {
	cfg := r.st.Config
	root, err := r.dir.MakeCriuRoot()
	if err != nil {
		return err
	}
	r.req = &criu.Restore{
		Options:     r.options,
		Root:        root,
		Annotations: cfg.Annotations,
		Stdio:       r.io.Stdio,
		Spawn:       func(start func() error) error { return r.apart(root, start) },
		Started:     r.started,
		Notify:      r.notify,
	}
	if r.req.Descriptors, err = r.options.ReadDescriptors(); err != nil {
		return err
	}
	if r.req.External, err = r.mounts(); err != nil {
		return err
	}
	r.req.Join, err = r.namespaces()
	r.req.Namespaces = r.joined
	return err
}

// mounts makes the mount points and returns the keys of the external mounts.
func (r *restoring) mounts() (keys []string, err error) {
	if r.list, err = r.externals(); err != nil {
		return nil, err
	}
	destinations, err := r.options.ReadMounts()
	if err != nil {
		return nil, err
	}
	if keys, err = restoreKeys(r.list, destinations); err != nil {
		return nil, err
	}
	return keys, makeMountPoints(r.st.Config)
}

// namespaces opens the namespaces that the checkpoint has left to others, and
// lists those that CRIU joins.
func (r *restoring) namespaces() (join []criu.Join, err error) {
	for _, ns := range r.st.Config.Namespaces {
		kind, _ := configs.KindOf(ns.Type)
		switch {
		case ns.Path == "":
		case ns.Type == configs.NetworkNamespace || ns.Type == configs.PIDNamespace:
			f, err := sys.OpenNamespace(ns.Path, kind.Flag)
			if err != nil {
				return nil, fmt.Errorf("linux.namespaces (%s): %w", ns.Type, err)
			}
			r.joined = append(r.joined, criu.ExternalNamespace{Kind: kind.File, File: f})
		case ns.Type == configs.CgroupNamespace:
			return nil, fmt.Errorf("linux.namespaces (%s): CRIU cannot join one; drop the path", ns.Type)
		default:
			join = append(join, criu.Join{Kind: kind.File, Path: ns.Path})
		}
	}
	return join, nil
}

// apart calls start on a thread with a mount namespace of its own, in which the
// root file system is mounted at dir: CRIU wants it to be a mount. So there is
// nothing to unmount on the host, whatever happens.
func (r *restoring) apart(dir string, start func() error) error {
	return sys.Apart(func() error {
		if err := sys.Unshare(unix.CLONE_NEWNS); err != nil {
			return err
		}
		if err := sys.Mount("", "/", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
			return err
		}
		if err := sys.Mount(r.st.Config.Root.Path, dir, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return err
		}
		if r.st.Process.NoNewPrivileges {
			// CRIU 3.17 does not save it. What criu restores inherits it.
			if err := sys.SetNoNewPrivs(); err != nil {
				return err
			}
		}
		return start()
	})
}

// started puts criu, and by that all that it restores, into the container's
// groups.
func (r *restoring) started(pid int) error {
	freeCPUs(pid)
	if err := errors.Join(r.cgroup.Join(pid), rdtOf(r.st).Join(pid)); err != nil {
		return err
	}
	return r.placeCgroups(pid)
}

// placeCgroups tells CRIU where the cgroups are now, for the checkpoint may be
// of another container's.
func (r *restoring) placeCgroups(pid int) error {
	if len(r.cgroup.Paths()) == 0 || r.options.CgroupsMode == "ignore" {
		return nil
	}
	text, err := sys.ReadKernelFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		_, line, _ = strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, _ := strings.Cut(line, ":")
		for controller := range strings.SplitSeq(controllers, ",") {
			r.req.CgroupRoots = append(r.req.CgroupRoots, criu.CgroupRoot{Controller: controller, Path: path})
		}
	}
	return nil
}

// notify does the runtime's part in the middle of CRIU's work.
func (r *restoring) notify(n *criu.Notice) error {
	switch n.Script {
	case "setup-namespaces":
		return r.namespacesMade(n.PID)
	case "orphan-pts-master":
		return r.sendMaster(n.Files)
	case "post-restore":
		return r.restored(n.PID)
	case "pre-resume":
		return r.checkRights()
	}
	return nil
}

// namespacesMade is where the runtime hooks belong: the namespaces are there,
// and nothing is in them.
func (r *restoring) namespacesMade(pid int) error {
	if err := r.hold(pid); err != nil {
		return err
	}
	if err := r.loopbackUp(); err != nil {
		return err
	}
	return r.runtimeHooks(func() error { return nil })
}

// hold takes the first process.
func (r *restoring) hold(pid int) error {
	if r.init != nil && r.init.PID() == pid {
		return nil
	}
	proc, err := sys.FindProcess(pid)
	if err != nil {
		return fmt.Errorf("hold init (pid %d): %w", pid, err)
	}
	r.init = process.Adopt(proc)
	return nil
}

// loopbackUp brings up the loopback device of a network namespace that CRIU has
// made empty.
func (r *restoring) loopbackUp() error {
	if r.options.EmptyNS&unix.CLONE_NEWNET == 0 || !r.st.Config.Namespaces.New(configs.NetworkNamespace) {
		return nil
	}
	ns, err := os.Open(r.nsPath("net"))
	if err != nil {
		return err
	}
	defer ns.Close()
	return sys.Apart(func() error {
		if err := sys.Setns(ns, unix.CLONE_NEWNET); err != nil {
			return err
		}
		return sys.LoopbackUp()
	})
}

func (r *restoring) sendMaster(files []*os.File) error {
	if len(files) != 1 {
		return fmt.Errorf("criu: %d descriptors for the terminal's master", len(files))
	}
	if r.io.Console == nil {
		return errors.New("the checkpoint has a terminal, the bundle has not; set process.terminal to true")
	}
	return r.io.Console(files[0])
}

// restored is called when all processes are there and none runs.
func (r *restoring) restored(pid int) error {
	if err := r.hold(pid); err != nil {
		return err
	}
	if err := r.checkNamespaces(); err != nil {
		return err
	}
	if err := r.checkMounts(); err != nil {
		return err
	}
	if err := r.cgroup.Set(nil); err != nil {
		return err
	}
	return r.saveInit()
}

// end is called when CRIU has gone.
func (r *restoring) end() error {
	if r.init == nil {
		return errors.New("criu: it has not told of a first process")
	}
	if !r.checked { // an old CRIU does not tell before the processes run on
		if err := r.checkRights(); err != nil {
			return err
		}
	}
	return r.dir.RemoveCriuRoot()
}
