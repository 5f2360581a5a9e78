package launch

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"runc/libcontainer"
	"runc/libcontainer/configs"
	"runc/libcontainer/configs/validate"
	"runc/libcontainer/fault"
	"runc/libcontainer/specconv"
	"runc/libcontainer/sys"
)

// ExecOptions say what process to add to a container.
type ExecOptions struct {
	Options
	// ProcessFile holds the process as JSON; empty: that of the bundle, changed
	// by what follows.
	ProcessFile string
	// Args is the program and its arguments.
	Args []string
	// Cwd, User ("uid[:gid]"), ProcessLabel and AppArmor replace those of the
	// bundle unless empty.
	Cwd, User, ProcessLabel, AppArmor string
	// Env, AdditionalGIDs and Caps are added to those of the bundle.
	Env, Caps      []string
	AdditionalGIDs []string
	// TTY asks for a terminal.
	TTY bool
	// NoNewPrivs replaces that of the bundle; nil: kept.
	NoNewPrivs *bool
	// SubCgroups are the values of --cgroup, "[controller:]path" below the
	// container's cgroup.
	SubCgroups []string
	// IgnorePaused allows a paused container.
	IgnorePaused bool
}

// Exec adds a process to a container and returns it, a child of ours.
func Exec(o ExecOptions) (*sys.Process, error) {
	c, err := o.factory().Load(o.ID)
	if err != nil {
		return nil, err
	}
	p, err := o.process(c.Config())
	if err != nil {
		return nil, fault.At("process", fault.Worded(fault.Config, err))
	}
	if err := o.preserve(p); err != nil {
		return nil, err
	}
	sub, err := subCgroups(o.SubCgroups)
	if err != nil {
		return nil, err
	}
	c.Inherit(p)
	if err := validate.Process(c.Config(), p); err != nil {
		return nil, fault.At("process", fault.Worded(fault.Config, err))
	}
	if err := o.checkTerminal(p.Terminal); err != nil {
		return nil, err
	}
	warnAmbient(p)
	io, err := o.io(p, "setns")
	if err != nil {
		return nil, err
	}
	defer io.close()
	proc, err := c.Exec(p, libcontainer.ExecOptions{IO: io.IO, IgnorePaused: o.IgnorePaused, SubCgroups: sub})
	if err != nil {
		return nil, startError(err)
	}
	if err := o.writePIDFile(proc.PID); err != nil {
		return nil, errors.Join(err, proc.Signal(unix.SIGKILL))
	}
	return proc, nil
}

// process is that of the file, or that of the bundle with the options applied.
func (o *ExecOptions) process(cfg *configs.Config) (*configs.Process, error) {
	if o.ProcessFile != "" {
		p, err := specconv.LoadProcess(o.ProcessFile)
		if err != nil {
			return nil, err
		}
		return specconv.ConvertProcess(p)
	}
	if len(o.Args) == 0 {
		return nil, fault.Worded(fault.Usage, errors.New("process args cannot be empty; give a command, or a process with --process"))
	}
	o.enter(cfg.Bundle)
	spec, err := specconv.Load(cfg.Bundle)
	if err != nil {
		return nil, err
	}
	p := spec.Process
	if p == nil {
		return nil, fmt.Errorf("%s/config.json has no process to start from; give one with --process", cfg.Bundle)
	}
	if err := o.apply(p); err != nil {
		return nil, err
	}
	return specconv.ConvertProcess(p)
}

func (o *ExecOptions) apply(p *specs.Process) error {
	p.Args = o.Args
	p.Terminal = o.TTY
	p.Env = append(p.Env, o.Env...)
	for _, set := range []struct {
		field *string
		value string
	}{{&p.Cwd, o.Cwd}, {&p.SelinuxLabel, o.ProcessLabel}, {&p.ApparmorProfile, o.AppArmor}} {
		if set.value != "" {
			*set.field = set.value
		}
	}
	if o.NoNewPrivs != nil {
		p.NoNewPrivileges = *o.NoNewPrivs
	}
	if len(o.Caps) > 0 {
		addCaps(p, o.Caps)
	}
	for _, gid := range o.AdditionalGIDs {
		id, err := parseID("--additional-gids", gid)
		if err != nil {
			return err
		}
		p.User.AdditionalGids = append(p.User.AdditionalGids, id)
	}
	return o.applyUser(p)
}

func (o *ExecOptions) applyUser(p *specs.Process) (err error) {
	if o.User == "" {
		return nil
	}
	uid, gid, both := strings.Cut(o.User, ":")
	if p.User.UID, err = parseID("--user", uid); err != nil || !both {
		return err
	}
	p.User.GID, err = parseID("--user", gid)
	return err
}

// parseID takes a plain decimal number and nothing else: half-read numbers have
// made users root (CVE-2026-30892, CVE-2024-40635). The highest one means "no
// change" to the kernel.
func parseID(flag, s string) (uint32, error) {
	id, err := strconv.ParseUint(s, 10, 32)
	if err != nil || id == 1<<32-1 {
		return 0, fmt.Errorf("%s: %q is not an id; give a number from 0 to 4294967294", flag, s)
	}
	return uint32(id), nil
}

// addCaps adds to the sets that give rights now; never to the inheritable one
// (CVE-2022-29162). What the bundle has made inheritable becomes ambient too, or
// it would be lost to a program of a user.
func addCaps(p *specs.Process, caps []string) {
	if p.Capabilities == nil {
		p.Capabilities = new(specs.LinuxCapabilities)
	}
	for _, set := range []*[]string{&p.Capabilities.Bounding, &p.Capabilities.Effective, &p.Capabilities.Permitted} {
		*set = append(*set, caps...)
	}
	for _, c := range caps {
		if slices.Contains(p.Capabilities.Inheritable, c) {
			p.Capabilities.Ambient = append(p.Capabilities.Ambient, c)
		}
	}
}
