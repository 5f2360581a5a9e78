package libcontainer

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// initialCPUs are where a process is to run until it is in its cgroup; nil: not
// said.
func initialCPUs(p *configs.Process) []int {
	if p.CPUAffinity == nil {
		return nil
	}
	return p.CPUAffinity.Initial
}

// onCPUs calls fn on a thread bound to the CPUs of list, and so does what fn
// starts begin there.
func onCPUs(list []int, fn func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := sys.Affinity(0)
	if err != nil {
		return err
	}
	if err := sys.SetAffinity(0, sys.CPUs(list)); err != nil {
		return fmt.Errorf("process.execCPUAffinity.initial: %w; the runtime may use none of the CPUs %v", err, list)
	}
	return errors.Join(fn(), sys.SetAffinity(0, before))
}

// bindCPUs binds a process that is in its cgroup to the final CPUs of p.
func bindCPUs(pid int, p *configs.Process) error {
	if p.CPUAffinity == nil || len(p.CPUAffinity.Final) == 0 {
		freeCPUs(pid)
		return nil
	}
	list := p.CPUAffinity.Final
	err := sys.SetAffinity(pid, sys.CPUs(list))
	if err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("process.execCPUAffinity.final: %w; the container's cpuset has none of the CPUs %v", err, list)
	}
	return nil
}

// freeCPUs lets a process use all CPUs of its cgroup. A mask that the runtime
// got from its own caller, a systemd service say, would stay otherwise: since
// Linux 6.2 a cpuset cgroup narrows a mask and no longer replaces it.
func freeCPUs(pid int) {
	if err := sys.SetAffinity(pid, sys.AllCPUs()); err != nil && !errors.Is(err, unix.ESRCH) {
		logrus.Warnf("the container keeps the CPU affinity of the runtime: %v", err)
	}
}
