package cgroups

import (
	"fmt"
	"strings"

	"runc/libcontainer/sys"
)

// maxNamed is how many processes a message names.
const maxNamed = 5

// describe names processes for a message: "12 (sleep), 15 (dd, waiting in the
// kernel at io_schedule)".
func describe(pids []int) string {
	var parts []string
	for i, pid := range pids {
		if i == maxNamed {
			parts = append(parts, fmt.Sprintf("%d more", len(pids)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%d (%s%s)", pid, command(pid), where(pid)))
	}
	return strings.Join(parts, ", ")
}

func command(pid int) string {
	comm, err := sys.ReadKernelFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return "gone"
	}
	return strings.TrimSpace(string(comm))
}

// where says, of a process that cannot be interrupted, what it waits for.
func where(pid int) string {
	stat, err := sys.ReadProcStat(pid)
	if err != nil || stat.State != 'D' {
		return ""
	}
	wchan, _ := sys.ReadKernelFile(fmt.Sprintf("/proc/%d/wchan", pid))
	return fmt.Sprintf(", waiting in the kernel at %s", wchan)
}

// stuck names the processes below dir that cannot be interrupted, as the rest
// of a message; "" if there are none.
func stuck(dir string) string {
	pids, _ := allProcs(dir)
	var bad []int
	for _, pid := range pids {
		if where(pid) != "" {
			bad = append(bad, pid)
		}
	}
	if len(bad) == 0 {
		return ""
	}
	return ": " + describe(bad)
}
