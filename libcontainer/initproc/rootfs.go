package initproc

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/hooks"
	"runc/libcontainer/rootfs"
	"runc/libcontainer/sys"
)

func openProc(i *initProcess) error {
	_, err := i.procfs()
	return err
}

func makeMounts(i *initProcess) (err error) {
	host := rootfs.Host{View: i.Cgroup, Proc: i.proc, InUserNS: i.inUserNamespace()}
	if i.SourcesFromParent {
		host.Source = i.parent.Source
	}
	if i.root, err = rootfs.New(i.Config, host); err != nil {
		return err
	}
	return i.root.Mounts()
}

func makeDevices(i *initProcess) error { return i.root.Devices() }

// runtimeHooks asks also for the sake of createContainer hooks, which init runs
// itself: the parent sees to it that cgroup and limits hold for them.
func runtimeHooks(i *initProcess) error {
	h := &i.Config.Hooks
	if len(h.Prestart)+len(h.CreateRuntime)+len(h.CreateContainer) == 0 {
		return nil
	}
	return i.parent.RuntimeHooks()
}

// hooksHere runs programs of the host, in the rootfs as runc does. None is given
// the environment of the image, whose LD_PRELOAD it would heed (CVE-2025-23266).
func hooksHere(i *initProcess) error {
	return hooks.Run("createContainer", i.Config.Hooks.CreateContainer, i.StateCreating, i.Config.Root.Path, nil)
}

func startHooks(i *initProcess) error {
	list := i.Config.Hooks.StartContainer
	if len(list) == 0 {
		return nil
	}
	return hooks.Run("startContainer", list, i.StateCreated, "/", i.env())
}

func enterRoot(i *initProcess) error { return i.root.Enter() }

// leaveHost lets go of the host's procfs, which stood by for sysctls that a
// procfs of our own would not allow.
func leaveHost(i *initProcess) error {
	i.proc.Private()
	return nil
}

// joinRoot enters the root directory of a container that has no mount namespace
// of its own.
func joinRoot(i *initProcess) error {
	if i.Root == 0 {
		return nil
	}
	return enterDir(os.NewFile(uintptr(i.Root), "container root"))
}

// makeCwd makes a missing working directory. The image may have put a symlink
// in the way, and what we hold ourselves leads out of the root through the magic
// links of /proc: no such link is followed (CVE-2024-21626).
func makeCwd(i *initProcess) error {
	if err := i.root.MakeDir(i.Process.Cwd); err != nil {
		return fault.New(fault.Cwd, fmt.Errorf("process.cwd: %w", err), "choose a directory that exists in the root filesystem")
	}
	return nil
}

func sealRoot(i *initProcess) error { return i.root.Seal() }

// changeDir goes to the working directory and makes sure that it is inside the
// root: a magic link to a directory of the host's would not be
// (CVE-2024-21626). Root may not pass where the user may (a network file
// system), so it is tried again as the user.
func changeDir(i *initProcess) error {
	err := chdir(i.Process.Cwd)
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		return nil
	}
	if err != nil {
		return err
	}
	i.inCwd = true
	return checkCwd(i.Process.Cwd)
}

func changeDirAsUser(i *initProcess) error {
	if i.inCwd {
		return nil
	}
	if err := chdir(i.Process.Cwd); err != nil {
		return err
	}
	return checkCwd(i.Process.Cwd)
}

func chdir(cwd string) error {
	err := os.Chdir(cwd)
	var failed *os.PathError
	if errors.As(err, &failed) {
		return fault.New(fault.Cwd, fmt.Errorf("process.cwd: chdir to cwd (%q) set in config.json failed: %w", cwd, failed.Err),
			"choose a directory of the root filesystem that process.user may enter")
	}
	return err
}

func checkCwd(cwd string) error {
	if _, err := sys.Getcwd(); err != nil {
		return fmt.Errorf("process.cwd %q: current working directory is outside of container mount namespace root -- possible container breakout attempt detected: %w", cwd, err)
	}
	return nil
}
