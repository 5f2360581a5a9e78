package initproc

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// setPersonality comes after our own work: some flags change how addresses are
// laid out and how old programs are loaded.
func setPersonality(i *initProcess) error {
	p := i.Config.Personality
	if p == nil {
		return nil
	}
	if err := sys.SetPersonality(p.Domain | p.Flags); err != nil {
		return fmt.Errorf("linux.personality: %w", err)
	}
	return nil
}

func setMemoryPolicy(i *initProcess) error {
	p := i.Config.MemoryPolicy
	if p == nil {
		return nil
	}
	err := sys.SetMempolicy(p.Mode|p.Flags, p.Nodes)
	switch {
	case errors.Is(err, unix.ENOSYS):
		return fault.Worded(fault.Kernel, fmt.Errorf("linux.memoryPolicy: %w; this kernel is built without NUMA", err))
	case err != nil:
		return fault.Worded(fault.Kernel, fmt.Errorf("linux.memoryPolicy: %w; are nodes %v online and allowed by cpuset.mems?", err, p.Nodes))
	}
	return nil
}
