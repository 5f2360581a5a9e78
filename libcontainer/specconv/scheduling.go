package specconv

import (
	"fmt"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs"
)

// schedulerPolicies are those of linux/sched.h.
var schedulerPolicies = []name{
	{"SCHED_BATCH", 3},
	{"SCHED_DEADLINE", 6},
	{"SCHED_FIFO", 1},
	{"SCHED_IDLE", 5},
	{"SCHED_ISO", 4},
	{"SCHED_OTHER", 0},
	{"SCHED_RR", 2},
}

// schedulerFlags are those of linux/sched.h.
var schedulerFlags = []name{
	{"SCHED_FLAG_DL_OVERRUN", 0x04},
	{"SCHED_FLAG_KEEP_PARAMS", 0x10},
	{"SCHED_FLAG_KEEP_POLICY", 0x08},
	{"SCHED_FLAG_RECLAIM", 0x02},
	{"SCHED_FLAG_RESET_ON_FORK", 0x01},
	{"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40},
	{"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
}

func convertScheduler(p *specs.Process, out *configs.Process) error {
	s := p.Scheduler
	if s == nil {
		return nil
	}
	policy, err := lookup("process.scheduler.policy", "scheduling policy", string(s.Policy), schedulerPolicies)
	if err != nil {
		return err
	}
	flags, err := lookupAll("process.scheduler.flags[%d]", "scheduling flag", s.Flags, schedulerFlags)
	if err != nil {
		return err
	}
	if s.Priority < 0 {
		return fmt.Errorf("process.scheduler.priority: %d is negative", s.Priority)
	}
	out.Scheduler = &configs.Scheduler{
		Policy:   uint32(policy),
		Nice:     s.Nice,
		Priority: uint32(s.Priority),
		Flags:    flags,
		Runtime:  s.Runtime,
		Deadline: s.Deadline,
		Period:   s.Period,
	}
	return nil
}

// ioClasses are those of linux/ioprio.h.
var ioClasses = []name{
	{"IOPRIO_CLASS_BE", 2},
	{"IOPRIO_CLASS_IDLE", 3},
	{"IOPRIO_CLASS_RT", 1},
}

func convertIOPriority(p *specs.Process, out *configs.Process) error {
	if p.IOPriority == nil {
		return nil
	}
	class, err := lookup("process.ioPriority.class", "I/O class", string(p.IOPriority.Class), ioClasses)
	if err != nil {
		return err
	}
	out.IOPriority = &configs.IOPriority{Class: int(class), Priority: p.IOPriority.Priority}
	return nil
}

func convertAffinity(p *specs.Process, out *configs.Process) error {
	a := p.ExecCPUAffinity
	if a == nil {
		return nil
	}
	initial, err := parseList("process.execCPUAffinity.initial", a.Initial)
	if err != nil {
		return err
	}
	final, err := parseList("process.execCPUAffinity.final", a.Final)
	if err != nil {
		return err
	}
	out.CPUAffinity = &configs.CPUAffinity{Initial: initial, Final: final}
	return nil
}
