package cgroups

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const threadsEnv = "CGROUPS_TEST_THREADS"

// TestThreads is a process with several threads for TestThreaded.
func TestThreads(t *testing.T) {
	if os.Getenv(threadsEnv) == "" {
		t.Skip("TestThreaded runs it")
	}
	time.Sleep(time.Hour)
}

// A process with threads in several cgroups is listed once, and no thread is taken
// for a process.
func TestThreaded(t *testing.T) {
	needV2(t)
	m := newManager(t, newConfig())
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestThreads$")
	cmd.Env = append(os.Environ(), threadsEnv+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	pid, sub := cmd.Process.Pid, filepath.Join(m.paths[""], "sub")
	if err := first(m.Join(pid), os.Mkdir(sub, 0o755), write(sub, "cgroup.type", "threaded"), write(sub, "cgroup.procs", strconv.Itoa(pid))); err != nil {
		t.Fatal(err)
	}
	for _, list := range []func() ([]int, error){m.AllPids, func() ([]int, error) { return allProcs(sub) }} {
		if pids, err := list(); err != nil || !slices.Equal(pids, []int{pid}) {
			t.Errorf("got %v, %v; want %d alone", pids, err, pid)
		}
	}
	if err := m.Signal(unix.SIGCONT); err != nil {
		t.Error(err)
	}
}

// asNobody calls fn on a thread without any rights.
func asNobody(fn func() error) error {
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The saved uid stays 0, for the way back.
	if err := unix.Setresuid(nobody, nobody, 0); err != nil {
		return err
	}
	err := fn()
	return first(unix.Setresuid(0, 0, 0), err)
}
