package initproc

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/keyring"
	"runc/libcontainer/sys"
)

func closeOnExec(i *initProcess) error {
	if i.Gate > 0 {
		i.gate = os.NewFile(uintptr(i.Gate), "exec.fifo")
	}
	return sys.CloseOnExecFrom(3 + i.Process.PreserveFDs)
}

func joinKeyring(i *initProcess) error {
	if i.Config.NoNewKeyring {
		return nil
	}
	err := keyring.Join("_ses." + i.ContainerID)
	if errors.Is(err, keyring.ErrUnavailable) {
		i.parent.Warn(err.Error())
		return nil
	}
	return err
}

func loopbackUp(i *initProcess) error {
	if !i.Config.Namespaces.New(configs.NetworkNamespace) {
		return nil
	}
	return sys.LoopbackUp()
}

// unshareCgroup waits until we are in our cgroup if the order matters: the
// namespace's root is the cgroup at this moment, and so is what a cgroup mount
// shows.
func unshareCgroup(i *initProcess) error {
	if !i.NewCgroupNamespace {
		return nil
	}
	if err := i.parent.Cgroup(); err != nil {
		return err
	}
	return sys.Unshare(unix.CLONE_NEWCGROUP)
}

func setNames(i *initProcess) error {
	if name := i.Config.Hostname; name != "" {
		if err := sys.SetHostname(name); err != nil {
			return fmt.Errorf("hostname %q: %w", name, err)
		}
	}
	if name := i.Config.Domainname; name != "" {
		if err := sys.SetDomainname(name); err != nil {
			return fmt.Errorf("domainname %q: %w", name, err)
		}
	}
	return nil
}

func writeSysctls(i *initProcess) error {
	for key, value := range i.Config.Sysctl {
		if err := i.proc.Write("sys/"+sysctlPath(key), []byte(value)); err != nil {
			return explainSysctl(key, value, err)
		}
	}
	return nil
}

// explainSysctl says what the errno of a write below /proc/sys means.
func explainSysctl(key, value string, err error) error {
	hint := ""
	switch {
	case errors.Is(err, unix.ENOENT):
		hint = "this kernel has no such sysctl, or its module is not loaded"
	case errors.Is(err, unix.EINVAL):
		hint = "the kernel does not take this value"
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		hint = "it does not belong to a namespace that the user namespace of the container owns"
	}
	return fault.New(fault.Sysctl, fmt.Errorf("linux.sysctl[%q] = %q: %w", key, value, err), hint)
}

// sysctlPath turns a key into a path as sysctl(8) does: the first separator
// decides whether dots or slashes separate, the other stands for itself with
// the two exchanged ("net.ipv4.conf.eth0/1.forwarding").
func sysctlPath(key string) string {
	path := []byte(key)
	slashes := false
	for _, c := range path {
		if c == '/' || c == '.' {
			slashes = c == '/'
			break
		}
	}
	if slashes {
		return key
	}
	for n, c := range path {
		switch c {
		case '.':
			path[n] = '/'
		case '/':
			path[n] = '.'
		}
	}
	return string(path)
}
