package cgroups

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// All tests here run in the view of cgroups that the machine has, and those
// that can once more in a mount namespace where cgroup v2 is all there is.
const viewEnv = "CGROUPS_TEST_VIEW"

func TestInV2View(t *testing.T) {
	needRoot(t)
	if os.Getenv(viewEnv) != "" || sys.FSType(root) == unix.CGROUP2_SUPER_MAGIC {
		t.Skip("this is the v2 view")
	}
	const script = `umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$0" "$@"`
	cmd := exec.Command("timeout", "120", "unshare", "-m", "sh", "-c", script, "/proc/self/exe", "-test.v", "-test.count=1")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Args[7] = exe
	cmd.Env = append(os.Environ(), viewEnv+"=v2")
	out, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "--- ") {
			t.Log("v2: ", strings.TrimSpace(line))
		}
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	switch sys.FSType(root) {
	case unix.CGROUP2_SUPER_MAGIC, unix.TMPFS_MAGIC:
	default:
		t.Skip("needs cgroups in " + root)
	}
}

func needV1(t *testing.T) {
	t.Helper()
	needRoot(t)
	if sys.FSType(root) == unix.CGROUP2_SUPER_MAGIC {
		t.Skip("needs cgroup v1")
	}
}

func needV2(t *testing.T) {
	t.Helper()
	needRoot(t)
	if sys.FSType(root) != unix.CGROUP2_SUPER_MAGIC {
		t.Skip("needs cgroup v2; TestInV2View runs it")
	}
}

var counter atomic.Int32

// newConfig names a cgroup of its own.
func newConfig() *Config {
	return &Config{
		Path:      fmt.Sprintf("/cgtest-%d-%d", os.Getpid(), counter.Add(1)),
		Resources: &Resources{Devices: allowed()},
	}
}

// newManager makes a cgroup, and removes it with all that is in it at the end
// of the test.
func newManager(t *testing.T, cfg *Config) *Manager {
	t.Helper()
	needRoot(t)
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := first(m.Signal(unix.SIGKILL), m.Thaw(), m.Destroy()); err != nil {
			t.Errorf("clean up: %v", err)
		}
		for _, dir := range m.dirs() {
			if _, err := os.Lstat(dir); err == nil {
				t.Errorf("left: %s", dir)
			}
		}
	})
	return m
}

// null is opened outside of any cgroup that may forbid it.
var null = sync.OnceValue(func() *os.File {
	f, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	return f
})

// enter is a program that goes into cgroups as the C stage of init does: from
// descriptor 4 on it has the lists of threads, as many as its first argument
// says. Under the name of what the others name it writes a line to descriptor 3,
// waits for one, and becomes that.
const enter = `for ((i = 4; i < 4 + $0; i++)); do echo -n 0 >&$i || exit; exec {i}>&-; done; echo -n "$1" >/proc/$$/comm; echo >&3; read <&3; exec 3>&- "$@"`

// start runs a program in the cgroup and checks that it is there, in every
// hierarchy.
func start(t *testing.T, m *Manager, stdin *os.File, args ...string) *exec.Cmd {
	t.Helper()
	out := null()
	var cmd *exec.Cmd
	entered := false
	ours, theirs, err := sys.SocketPair("start")
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	err = m.BornAsync(func(birth *os.File) error {
		defer theirs.Close()
		tasks := m.Tasks()
		defer sys.CloseAll(tasks)
		cmd = exec.Command("bash", append([]string{"-c", enter, strconv.Itoa(len(tasks))}, args...)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, out, out
		cmd.ExtraFiles = append([]*os.File{theirs}, tasks...)
		cmd.SysProcAttr = &syscall.SysProcAttr{}
		if birth != nil {
			cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(birth.Fd())
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		theirs.Close()
		_, err := ours.Read(make([]byte, 1))
		entered = err == nil
		return nil
	})()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if err := m.JoinAsync(cmd.Process.Pid, entered)(); err != nil {
		t.Fatal(err)
	}
	for _, dir := range m.dirs() {
		pids, err := procs(dir)
		if err != nil || !slices.Contains(pids, cmd.Process.Pid) {
			t.Fatalf("%s has %v, %v; want %d", dir, pids, err, cmd.Process.Pid)
		}
		if slices.Contains(pids, os.Getpid()) {
			t.Fatalf("%s still has the runtime", dir)
		}
	}
	if _, err := ours.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func sleeper(t *testing.T, m *Manager) *exec.Cmd {
	t.Helper()
	return start(t, m, null(), "sleep", "1000")
}

// ended waits for a process of ours that was killed.
func ended(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err == nil {
			t.Fatal("the process ended by itself")
		}
	case <-time.After(patience):
		t.Fatal("the process lives on")
	}
}
