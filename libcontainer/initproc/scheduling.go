package initproc

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
	"runc/nsenter"
)

func allowHuge(*initProcess) error {
	if !nsenter.NoHuge() {
		return nil
	}
	return sys.AllowHugePages()
}

// setScheduling comes after ready: a real-time policy needs the time that the
// cgroup grants (cpu.rt_runtime_us), and the rights that identity drops.
func setScheduling(i *initProcess) error {
	if err := setScheduler(i); err != nil {
		return fmt.Errorf("process.scheduler: %w%s%s", err, schedulingHint(err), deadlineHint(i.Process.Scheduler, err))
	}
	p := i.Process.IOPriority
	if p == nil {
		return nil
	}
	if err := sys.SetIOPriority(p.Class, p.Priority); err != nil {
		return fmt.Errorf("process.ioPriority: %w%s", err, schedulingHint(err))
	}
	return nil
}

func setScheduler(i *initProcess) error {
	s := i.Process.Scheduler
	if s == nil {
		return nil
	}
	return sys.SetScheduler(sys.SchedAttr{
		Policy:   s.Policy,
		Flags:    s.Flags,
		Nice:     s.Nice,
		Priority: s.Priority,
		Runtime:  s.Runtime,
		Deadline: s.Deadline,
		Period:   s.Period,
	})
}

func schedulingHint(err error) string {
	if errors.Is(err, unix.EPERM) {
		return "; a real-time policy or class, or a higher priority, needs CAP_SYS_NICE on the host, and with cgroup v1 time in cpu.rt_runtime_us"
	}
	return ""
}

// deadlineHint names the other cause of EPERM with SCHED_DEADLINE, whose threads
// may run on every CPU of the machine (sched(7)).
func deadlineHint(s *configs.Scheduler, err error) string {
	if errors.Is(err, unix.EPERM) && s.Policy == unix.SCHED_DEADLINE {
		return "; this process scheduler can't be used together with AllowedCPUs (linux.resources.cpu.cpus)"
	}
	return ""
}
