package sys

import (
	"bytes"
	"fmt"
	"strconv"
)

// InnerPID is the number of the process pid in its own PID namespace, the last
// one of the line NSpid in /proc/PID/status (proc_pid_status(5)).
func InnerPID(pid int) (int, error) { return lastInStatus(pid, "NSpid") }

// Leader is the process that the thread tid belongs to.
func Leader(tid int) (pid int, err error) { return lastInStatus(tid, "Tgid") }

// lastInStatus is the last number of a line in /proc/PID/status.
func lastInStatus(pid int, key string) (int, error) {
	path := "/proc/" + strconv.Itoa(pid) + "/status"
	data, err := ReadKernelFile(path)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(data) {
		if numbers, ok := bytes.CutPrefix(line, []byte(key+":")); ok {
			fields := bytes.Fields(numbers)
			return strconv.Atoi(string(fields[len(fields)-1]))
		}
	}
	return 0, fmt.Errorf("%s: no line %s", path, key)
}
