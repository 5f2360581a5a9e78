package sys

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// ProcStat is what /proc/PID/stat tells about a process (proc_pid_stat(5)).
type ProcStat struct {
	// State is a letter: 'R' running, 'S' sleeping, 'Z' zombie, ...
	State byte
	// Parent is the pid of the parent; 0 when that is outside of our PID
	// namespace.
	Parent int
	// Ending says that it has begun to exit, though it may not be a zombie yet: the
	// first process of a PID namespace ends all others before.
	Ending bool
	// StartTime is in clock ticks since boot; with the pid it names a process
	// for good.
	StartTime uint64
}

// Alive tells whether the process still runs: a zombie does not.
func (s ProcStat) Alive() bool { return s.State != 'Z' && s.State != 'X' }

// ReadProcStat reads the stat file of pid. The error is ESRCH or ENOENT when
// there is no such process.
func ReadProcStat(pid int) (ProcStat, error) {
	path := "/proc/" + strconv.Itoa(pid) + "/stat"
	data, err := os.ReadFile(path)
	if err != nil {
		return ProcStat{}, err
	}
	return parseProcStat(path, data)
}

// parseProcStat looks for the last parenthesis: the command before it may hold
// anything, parentheses too.
func parseProcStat(path string, data []byte) (s ProcStat, err error) {
	const flags, startTime = 9 - 3, 22 - 3 // field numbers of the man page; state is number 3
	const exiting = 0x4                    // PF_EXITING of linux/sched.h
	end := bytes.LastIndexByte(data, ')')
	fields := bytes.Fields(data[end+1:])
	if end < 0 || len(fields) <= startTime || len(fields[0]) != 1 {
		return s, fmt.Errorf("%s: not understood", path)
	}
	s.State = fields[0][0]
	if s.Parent, err = strconv.Atoi(string(fields[1])); err != nil {
		return s, fmt.Errorf("%s: parent: %w", path, err)
	}
	bits, err := strconv.ParseUint(string(fields[flags]), 10, 64)
	if err != nil {
		return s, fmt.Errorf("%s: flags: %w", path, err)
	}
	s.Ending = bits&exiting != 0
	s.StartTime, err = strconv.ParseUint(string(fields[startTime]), 10, 64)
	return s, err
}
