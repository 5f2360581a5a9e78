// Package launch turns a bundle and options into a started process: what
// create, run and (later) exec share. The options come from the command line,
// which stays in package main.
package launch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer"
	"runc/libcontainer/capabilities"
	"runc/libcontainer/configs"
	"runc/libcontainer/configs/validate"
	"runc/libcontainer/console"
	"runc/libcontainer/criu"
	"runc/libcontainer/fault"
	"runc/libcontainer/handshake"
	"runc/libcontainer/specconv"
	"runc/libcontainer/state"
	"runc/libcontainer/userns"
)

// Options say which container to make, and how.
type Options struct {
	// Root is the state root; CacheDir is where compiled seccomp filters are
	// kept, empty: nowhere.
	Root, CacheDir string
	// ID names the container.
	ID string
	// Bundle is the bundle directory; empty: the current one.
	Bundle string
	// CgroupManager is who makes the cgroup: "cgroupfs", "systemd", or
	// "disabled" for nobody; empty: "cgroupfs".
	CgroupManager string
	// Rootless is "true", "false" or "auto": whether cgroup permission errors
	// are ignored.
	Rootless string
	// NoPivot and NoNewKeyring are as in configs.Config.
	NoPivot, NoNewKeyring bool
	// PreserveFDs is how many descriptors after the standard ones (and those of
	// LISTEN_FDS) go to the container.
	PreserveFDs int
	// PIDFile is written with the first process's pid; empty: none.
	PIDFile string
	// ConsoleSocket and PidfdSocket are paths of sockets that receive the
	// terminal and the pidfd of the process; empty: none. A relative one is
	// below the bundle, see enter.
	ConsoleSocket, PidfdSocket string
	// Terminal takes the terminal of a process in the foreground.
	Terminal func(master *os.File) error
	// Streams takes the caller's standard streams and returns those of a process
	// in the foreground without a terminal; nil: they are the same.
	Streams func(own [3]*os.File) ([3]*os.File, error)
	// Notify is given the directory for the notify socket before anything of
	// the container's runs; nil: there is no NOTIFY_SOCKET.
	Notify func(dir string) error
	// Detach says that the caller does not wait for the process.
	Detach bool
}

// Spec reads and checks the bundle: every mistake in it is found here, before
// any process exists.
func (o *Options) Spec() (libcontainer.Spec, error) {
	s, err := o.spec()
	return s, fault.At("bundle", fault.Worded(fault.Config, err))
}

func (o *Options) spec() (s libcontainer.Spec, err error) {
	if err := state.ValidateID(o.ID); err != nil {
		return s, err
	}
	bundle, err := o.bundle()
	if err != nil {
		return s, err
	}
	o.enter(bundle)
	spec, err := specconv.Load(bundle)
	if err != nil {
		return s, err
	}
	euid, cgroups, err := o.rootless()
	if err != nil {
		return s, err
	}
	c, err := specconv.Convert(spec, specconv.Options{
		ID:              o.ID,
		Bundle:          bundle,
		SystemdCgroup:   o.CgroupManager == "systemd",
		NoPivot:         o.NoPivot,
		NoNewKeyring:    o.NoNewKeyring,
		RootlessEUID:    euid,
		RootlessCgroups: cgroups,
	})
	if err != nil {
		return s, err
	}
	if err := o.preserve(c.Process); err != nil {
		return s, err
	}
	if err := validate.Container(c.Config, c.Process); err != nil {
		return s, err
	}
	warnAmbient(c.Process)
	o.addNotify(c.Config, c.Process)
	return libcontainer.Spec{
		Config:   c.Config,
		Process:  c.Process,
		Cgroup:   c.Cgroup,
		NoCgroup: o.CgroupManager == "disabled",
	}, o.checkTerminal(c.Process.Terminal)
}

// bundle is the absolute path of the bundle directory: without symlinks if it is
// given, as the directory that runc changes to.
func (o *Options) bundle() (string, error) {
	bundle, err := filepath.Abs(o.Bundle)
	if err != nil {
		return "", err
	}
	st, err := os.Stat(bundle)
	if err == nil && !st.IsDir() {
		err = &os.PathError{Op: "open", Path: bundle, Err: unix.ENOTDIR}
	}
	if err == nil && o.Bundle != "" {
		bundle, err = filepath.EvalSymlinks(bundle)
	}
	if err != nil {
		return "", fault.New(fault.Bundle, fmt.Errorf("--bundle: %w", err), "")
	}
	return bundle, nil
}

// enter makes the sockets' paths those that they are in the bundle: runc changes
// its directory when it reads config.json, before it looks for them. Its other
// paths are those of the caller.
func (o *Options) enter(bundle string) {
	for _, path := range []*string{&o.ConsoleSocket, &o.PidfdSocket} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(bundle, *path)
		}
	}
}

func warnAmbient(p *configs.Process) {
	if names := capabilities.Unraisable(p.Capabilities); len(names) > 0 {
		logrus.Warnf("process.capabilities.ambient: %v not raised: the permitted and the inheritable set must list them as well", names)
	}
}

// rootless tells whether the runtime lacks root's identity, and whether it is
// to bear with cgroups it may not write: by default when it is not the real
// root.
func (o *Options) rootless() (euid, cgroups bool, err error) {
	euid = os.Geteuid() != 0
	switch o.Rootless {
	case "", "auto":
		return euid, euid || !userns.InInitial(), nil
	}
	cgroups, err = strconv.ParseBool(o.Rootless)
	if err != nil {
		return euid, false, fmt.Errorf("--rootless %q is not known; choose true, false or auto", o.Rootless)
	}
	return euid, cgroups, nil
}

// checkTerminal finds out whether a terminal that is asked for has somebody to
// hold it.
func (o *Options) checkTerminal(terminal bool) error {
	switch {
	case terminal && o.Detach && o.ConsoleSocket == "":
		return fault.Worded(fault.Terminal, errors.New("cannot allocate tty if runc will detach without setting console socket; give one with --console-socket, or set process.terminal to false"))
	case o.ConsoleSocket != "" && !(terminal && o.Detach):
		return fault.New(fault.Terminal, errors.New("cannot use console socket if runc will not detach or allocate tty"), "")
	}
	return nil
}

// io is the caller's own standard streams, the descriptors to hand through, and
// where the terminal and the pidfd go; kind is what runc calls the process
// there: standard, or setns for one that joins. The caller closes it.
func (o *Options) io(p *configs.Process, kind string) (*streams, error) {
	std, err := stdio()
	if err != nil {
		return nil, err
	}
	if o.Streams != nil && !p.Terminal {
		if std, err = o.Streams(std); err != nil {
			return nil, err
		}
	}
	s := &streams{IO: libcontainer.IO{Stdio: std, Notify: o.Notify}}
	for n := range p.PreserveFDs {
		s.Extra = append(s.Extra, os.NewFile(uintptr(3+n), "preserved descriptor"))
	}
	if p.Terminal {
		s.Console = o.Terminal
	}
	if o.ConsoleSocket != "" {
		r, err := s.dial("--console-socket", o.ConsoleSocket)
		if err != nil {
			return nil, err
		}
		s.Console = func(master *os.File) error { return r.Send("/dev/ptmx", master) }
	}
	if o.PidfdSocket != "" {
		r, err := s.dial("--pidfd-socket", o.PidfdSocket)
		if err != nil {
			s.close()
			return nil, err
		}
		s.Pidfd = func(pidfd *os.File) error { return r.Send(kind, pidfd) }
	}
	return s, nil
}

// streams is an IO with the connections that it uses.
type streams struct {
	libcontainer.IO
	receivers []*console.Receiver
}

func (s *streams) dial(flag, path string) (*console.Receiver, error) {
	r, err := console.Dial(flag, path)
	if err == nil {
		s.receivers = append(s.receivers, r)
	}
	return r, err
}

func (s *streams) close() {
	for _, r := range s.receivers {
		r.Close()
	}
}

func (o *Options) factory() *libcontainer.Factory {
	return libcontainer.NewFactory(o.Root).WithCache(o.CacheDir)
}

// Create makes a container that waits for start.
func Create(o Options) error {
	s, err := o.Spec()
	if err != nil {
		return err
	}
	io, err := o.io(s.Process, "standard")
	if err != nil {
		return err
	}
	defer io.close()
	c, err := o.factory().Create(o.ID, s, io.IO)
	if err != nil {
		return startError(err)
	}
	return o.finish(c)
}

// Run makes a container whose program runs at once.
func Run(o Options) (*libcontainer.Container, error) {
	s, err := o.Spec()
	if err != nil {
		return nil, err
	}
	io, err := o.io(s.Process, "standard")
	if err != nil {
		return nil, err
	}
	defer io.close()
	c, err := o.factory().Run(o.ID, s, io.IO)
	if err != nil {
		return nil, startError(err)
	}
	return c, o.finish(c)
}

// Restore makes a container of a checkpoint.
func Restore(o Options, criuOpts *criu.Options) (*libcontainer.Container, error) {
	s, err := o.Spec()
	if err != nil {
		return nil, err
	}
	io, err := o.io(s.Process, "standard")
	if err != nil {
		return nil, err
	}
	defer io.close()
	c, err := libcontainer.NewFactory(o.Root).Restore(o.ID, s, io.IO, criuOpts)
	if err != nil {
		return nil, err
	}
	return c, o.finish(c)
}

// startError is how runc words what happens after the bundle was read.
func startError(err error) error {
	if errors.Is(err, libcontainer.ErrExist) {
		return err
	}
	return fmt.Errorf("unable to start container process: %w", err)
}

// Refused tells whether all went well until the kernel refused the program, and
// in which words: the bare ones that runc has for the program's stderr.
func Refused(err error) (text string, ok bool) {
	var failed *handshake.InitError
	if errors.As(err, &failed) && failed.Step == handshake.StepExec {
		return strings.TrimSuffix(failed.Message, "; "+failed.Hint), true
	}
	return "", false
}

// finish tells the pid. A container whose pid nobody can learn is not kept.
func (o *Options) finish(c *libcontainer.Container) error {
	err := o.writePIDFile(c.PID())
	if err != nil {
		return errors.Join(err, c.Delete(true))
	}
	return nil
}

func (o *Options) writePIDFile(pid int) error {
	if o.PIDFile == "" {
		return nil
	}
	if err := replaceFile(o.PIDFile, strconv.Itoa(pid)); err != nil {
		return fmt.Errorf("--pid-file: %w", err)
	}
	return nil
}

// replaceFile writes a file in one step, so that nobody reads half of it.
func replaceFile(path, content string) error {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	tmp := filepath.Join(dir, "."+name+"."+strconv.Itoa(os.Getpid()))
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_SYNC, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
