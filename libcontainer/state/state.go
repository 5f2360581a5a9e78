package state

import (
	"errors"
	"io/fs"
	"time"

	"github.com/opencontainers/cgroups"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// State is what is known about a container between two commands.
type State struct {
	ID string
	// InitPID is the container's first process, a pid of the host; 0 as long
	// as there is none.
	InitPID int
	// InitStartTime is when InitPID was started, in clock ticks since boot
	// (proc_pid_stat(5), field 22): it tells the process from a later one with
	// the same number.
	InitStartTime uint64
	// Created is when the container was created (UTC).
	Created time.Time
	// Config is what was made; Process what exec inherits from the first
	// process (args, env and cwd are not kept).
	Config  *configs.Config
	Process *configs.Process
	// Cgroup holds the limits and the place of the cgroup.
	Cgroup *cgroups.Cgroup
	// Rootless says that the container was made without real root's rights.
	Rootless bool
	// CgroupPaths maps controllers to absolute host paths; cgroup v2 has the
	// key "".
	CgroupPaths map[string]string
	// NamespacePaths maps every kind of namespace to a file that stands for
	// the container's ("/proc/PID/ns/net").
	NamespacePaths map[configs.NamespaceType]string
	// ExternalDescriptors are the targets of the first process's descriptors
	// 0, 1 and 2, for checkpoint.
	ExternalDescriptors []string
	// IntelRdtPath is the resctrl group; empty: none.
	IntelRdtPath string

	// raw is the file that the state was loaded from; nil for a new one.
	raw []byte
}

// InitAlive tells whether the container's first process still runs. A zombie
// does not, nor does a later process with the same number. The clock of the day is
// not asked: it may have been set meanwhile, or the machine may have stood still as
// a snapshot.
func (s *State) InitAlive() (bool, error) {
	if s.InitPID <= 0 {
		return false, nil
	}
	stat, err := sys.ReadProcStat(s.InitPID)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return stat.Alive() && stat.StartTime == s.InitStartTime, nil
}
