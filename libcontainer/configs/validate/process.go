package validate

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
)

// user checks that the kernel knows the ids in a new user namespace.
func user(c *configs.Config, p *configs.Process) error {
	if err := checkUID(c, p.User.UID); err != nil {
		return fmt.Errorf("process.user.uid: %w; map it in linux.uidMappings or choose another", err)
	}
	if err := checkGID(c, p.User.GID); err != nil {
		return fmt.Errorf("process.user.gid: %w; map it in linux.gidMappings or choose another", err)
	}
	for i, gid := range p.User.AdditionalGIDs {
		if err := checkGID(c, gid); err != nil {
			return fmt.Errorf("process.user.additionalGids[%d]: %w; map it in linux.gidMappings or drop it", i, err)
		}
	}
	if len(p.User.AdditionalGIDs) > 0 && c.RootlessEUID && len(c.GIDMappings) == 1 && c.GIDMappings[0].Size == 1 {
		return errors.New("process.user.additionalGids: cannot set any additional groups in a rootless container with a single gid: the kernel denies setgroups(2) there; drop them or map a range")
	}
	return nil
}

// command checks what is to run.
func command(p *configs.Process) error {
	if len(p.Args) == 0 || p.Args[0] == "" {
		return errors.New("process.args: args must not be empty; name the program to run")
	}
	for i, arg := range p.Args {
		if err := noNUL(fmt.Sprintf("process.args[%d]", i), arg); err != nil {
			return err
		}
	}
	if err := environment(p.Env); err != nil {
		return fmt.Errorf("process.%w", err)
	}
	switch {
	case p.Cwd == "":
		return errors.New(`process.cwd: Cwd property must not be empty; write "/" or another absolute path`)
	case p.Cwd[0] != '/':
		return fmt.Errorf("process.cwd: Cwd must be an absolute path, not %q", p.Cwd)
	}
	return noNUL("process.cwd", p.Cwd)
}

// environment checks a list of NAME=value. Values may be secrets, so messages
// hold none.
func environment(env []string) error {
	for i, e := range env {
		name, _, ok := strings.Cut(e, "=")
		switch {
		case strings.IndexByte(e, 0) >= 0:
			return fmt.Errorf("env[%d]: holds a NUL byte", i)
		case !ok:
			return fmt.Errorf("env[%d]: %q: invalid environment variable: missing '='", i, name)
		case name == "":
			return fmt.Errorf("env[%d]: invalid environment variable: no name before '='", i)
		}
	}
	return nil
}

func rlimits(p *configs.Process) error {
	for i, r := range p.Rlimits {
		if r.Soft > r.Hard {
			return fmt.Errorf("process.rlimits[%d]: the soft limit %d is above the hard limit %d", i, r.Soft, r.Hard)
		}
	}
	return nil
}

func oomScore(p *configs.Process) error {
	if p.OOMScoreAdj != nil && (*p.OOMScoreAdj < -1000 || *p.OOMScoreAdj > 1000) {
		return fmt.Errorf("process.oomScoreAdj: %d is not from -1000 to 1000", *p.OOMScoreAdj)
	}
	return nil
}

// labels refuses a confinement that this kernel cannot give.
func labels(p *configs.Process) error {
	if p.AppArmorProfile != "" {
		if on, _ := os.ReadFile("/sys/module/apparmor/parameters/enabled"); len(on) == 0 || on[0] != 'Y' {
			return fault.Worded(fault.LSM, errors.New("process.apparmorProfile: apparmor: config provided but apparmor not supported; drop the profile"))
		}
	}
	return selinuxLabel("process.selinuxLabel", p.SELinuxLabel)
}

// mountLabel: the kernel would say EINVAL to the option that it becomes.
func mountLabel(c *configs.Config) error { return selinuxLabel("linux.mountLabel", c.MountLabel) }

func selinuxLabel(field, label string) error {
	if label == "" {
		return nil
	}
	if _, err := os.Stat("/sys/fs/selinux/enforce"); err != nil {
		return fmt.Errorf("%s: selinux label is specified in config, but selinux is disabled or not supported; drop the label", field)
	}
	return noNUL(field, label)
}
