package userns

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func TestWriteTimeOffsets(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{childVar + "=time"}
	stdin, _ := cmd.StdinPipe()
	stdout, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stdin.Close(); _ = cmd.Wait() }()
	said := bufio.NewScanner(stdout)
	if said.Scan(); said.Text() != "ready" {
		t.Skip("no new time namespace: ", said.Text())
	}
	err := WriteTimeOffsets(cmd.Process.Pid, map[string]configs.TimeOffset{"boottime": {Secs: -1 << 40}})
	if err == nil || !strings.Contains(err.Error(), "linux.timeOffsets") || !strings.Contains(err.Error(), "negative") {
		t.Errorf("error %v, want one that names linux.timeOffsets and a negative clock", err)
	}
	err = WriteTimeOffsets(cmd.Process.Pid, map[string]configs.TimeOffset{"boottime": {Secs: 1 << 30, Nanosecs: 5}, "monotonic": {Secs: 7}})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(stdin, "go")
	said.Scan()
	var uptime float64
	if _, err := fmt.Sscan(said.Text(), &uptime); err != nil || uptime < 1<<30 {
		t.Errorf("/proc/uptime in the namespace is %q", said.Text())
	}
}

// childTime tells its uptime in a new time namespace, once its stdin says so.
func childTime() error {
	if err := syscall.Unshare(unix.CLONE_NEWTIME); err != nil {
		return err
	}
	fmt.Println("ready")
	_, _ = fmt.Scanln()
	// The shell is there to fork: kernels before 6.1 do not switch in execve(2).
	return syscall.Exec("/bin/sh", []string{"sh", "-c", "cat /proc/uptime; :"}, nil)
}
