package sys

import (
	"bytes"
	"fmt"
	"strconv"
)

// InnerPID is the number of the process pid in its own PID namespace, the last
// one of the line NSpid in /proc/PID/status (proc_pid_status(5)).
func InnerPID(pid int) (int, error) {
	path := "/proc/" + strconv.Itoa(pid) + "/status"
	data, err := ReadKernelFile(path)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(data) {
		if pids, ok := bytes.CutPrefix(line, []byte("NSpid:")); ok {
			fields := bytes.Fields(pids)
			return strconv.Atoi(string(fields[len(fields)-1]))
		}
	}
	return 0, fmt.Errorf("%s: no line NSpid", path)
}
