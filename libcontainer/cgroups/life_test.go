package cgroups

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

func TestFreezeThawKill(t *testing.T) {
	m := newManager(t, newConfig())
	cmd := sleeper(t, m)
	if frozen, err := m.Frozen(); frozen || err != nil {
		t.Errorf("frozen at birth: %v", err)
	}
	if err := m.Freeze(); err != nil {
		t.Fatal(err)
	}
	if frozen, err := m.Frozen(); !frozen || err != nil {
		t.Errorf("not frozen: %v", err)
	}
	if by, err := m.FrozenBy(); filepath.Base(by) != filepath.Base(m.cfg.Path) || err != nil {
		t.Errorf("frozen by %q, %v", by, err)
	}
	if err := m.Thaw(); err != nil {
		t.Fatal(err)
	}
	if frozen, err := m.Frozen(); frozen || err != nil {
		t.Errorf("still frozen: %v", err)
	}
	if err := m.Freeze(); err != nil {
		t.Fatal(err)
	}
	if err := m.Signal(unix.SIGKILL); err != nil { // thaws by itself
		t.Fatal(err)
	}
	ended(t, cmd)
}

// TestStuckIsNamed: a message names who cannot be interrupted, and where in the
// kernel that is. cgroup v1 freezes so.
func TestStuckIsNamed(t *testing.T) {
	needV1(t)
	m := newManager(t, newConfig())
	sleeper(t, m)
	if text := stuck(m.procsDir()); text != "" {
		t.Errorf("who sleeps is stuck: %s", text)
	}
	defer m.Thaw()
	if err := m.Freeze(); err != nil {
		t.Fatal(err)
	}
	if text := stuck(m.procsDir()); !strings.Contains(text, "(sleep, waiting in the kernel at ") {
		t.Errorf("got %q", text)
	}
}

func TestFrozenIsRefused(t *testing.T) {
	outer := newManager(t, newConfig())
	if err := outer.Freeze(); err != nil {
		t.Fatal(err)
	}
	same, err := New(&Config{Path: outer.cfg.Path, Resources: &Resources{}})
	if err != nil {
		t.Fatal(err)
	}
	below, err := New(&Config{Path: outer.cfg.Path + "/below", Resources: &Resources{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*Manager{same, below} {
		err := m.Create(nil)
		if err == nil || !strings.Contains(err.Error(), "container's cgroup unexpectedly frozen") || !strings.Contains(err.Error(), outer.cfg.Path) {
			t.Errorf("got %v", err)
		}
	}
	for _, dir := range below.dirs() {
		if _, err := os.Lstat(dir); err == nil {
			t.Errorf("left: %s", dir)
		}
	}
	if err := outer.Thaw(); err != nil {
		t.Fatal(err)
	}
	// An ancestor's freeze is not the container's own.
	if err := below.Create(nil); err != nil {
		t.Fatal(err)
	}
	defer below.Destroy()
	if err := outer.Freeze(); err != nil {
		t.Fatal(err)
	}
	defer outer.Thaw()
	if frozen, err := below.Frozen(); frozen || err != nil {
		t.Errorf("counts as paused: %v", err)
	}
	if by, err := below.FrozenBy(); filepath.Base(by) != filepath.Base(outer.cfg.Path) || err != nil {
		t.Errorf("frozen by %q, %v", by, err)
	}
}

// A process can be put into a paused container; it must not take a thread of
// the runtime with it.
func TestBornIntoFrozen(t *testing.T) {
	m := newManager(t, newConfig())
	if err := m.Freeze(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sleep", "1000")
	err := m.BornAsync(func(birth *os.File) error {
		if birth != nil {
			t.Error("it would be born frozen")
		}
		return cmd.Start()
	})()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	if err := m.JoinAsync(cmd.Process.Pid, false)(); err != nil {
		t.Fatal(err)
	}
	if pids, err := m.Pids(); err != nil || len(pids) != 1 {
		t.Fatalf("%v, %v", pids, err)
	}
	if err := m.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// A clone into the cgroup can fail where a move does not.
func TestBornFallsBack(t *testing.T) {
	if m := newManager(t, newConfig()); m.paths[""] == "" {
		t.Skip("needs cgroup v2")
	}
	for _, errno := range []error{unix.ENOSYS, unix.EAGAIN, unix.EBUSY} {
		m := newManager(t, newConfig())
		var births []*os.File
		var cmd *exec.Cmd
		err := m.BornAsync(func(birth *os.File) error {
			births = append(births, birth)
			if len(births) == 1 {
				return &os.PathError{Op: "start", Path: "x", Err: errno}
			}
			cmd = exec.Command("sleep", "1000")
			return cmd.Start()
		})()
		if err != nil || len(births) != 2 || births[1] != nil {
			t.Fatalf("%v: %v after %v", errno, err, births)
		}
		if pids, err := m.Pids(); err != nil || len(pids) != 0 {
			t.Fatalf("before the join: %v, %v", pids, err)
		}
		err = m.JoinAsync(cmd.Process.Pid, false)()
		pids, err2 := m.Pids()
		cmd.Process.Kill()
		cmd.Wait()
		if err := first(err, err2); err != nil || len(pids) != 1 {
			t.Fatalf("after the join: %v, %v", pids, err)
		}
	}
	m := newManager(t, newConfig())
	n := 0
	if err := m.BornAsync(func(*os.File) error { n++; return unix.ENOENT })(); !errors.Is(err, unix.ENOENT) || n != 1 {
		t.Errorf("another error: %v, %d calls", err, n)
	}
}

// In a container that runs systemd the container's own cgroup takes nobody.
func TestFollow(t *testing.T) {
	needV2(t)
	m := newManager(t, newConfig())
	init := sleeper(t, m)
	leaf := filepath.Join(m.paths[""], "init.scope")
	if err := first(os.Mkdir(leaf, 0o755), write(leaf, "cgroup.procs", strconv.Itoa(init.Process.Pid))); err != nil {
		t.Fatal(err)
	}
	if err := write(m.paths[""], "cgroup.subtree_control", "+hugetlb"); err != nil {
		t.Skipf("needs a controller: %v", err)
	}
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	err := m.Join(cmd.Process.Pid)
	if !errors.Is(err, unix.EBUSY) || !strings.Contains(err.Error(), m.paths[""]+"/cgroup.subtree_control") {
		t.Errorf("got %v", err)
	}
	m.Follow(init.Process.Pid)
	if err := m.Join(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	var born *exec.Cmd
	err = m.BornAsync(func(birth *os.File) error {
		born = exec.Command("sleep", "1000")
		born.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: birth != nil}
		if birth != nil {
			born.SysProcAttr.CgroupFD = int(birth.Fd())
		}
		return born.Start()
	})()
	if err != nil || !m.born {
		t.Fatalf("born %v, %v", m.born, err)
	}
	defer func() { born.Process.Kill(); born.Wait() }()
	if pids, err := procs(leaf); err != nil || len(pids) != 3 {
		t.Errorf("%s has %v, %v", leaf, pids, err)
	}
	// One that has left the container is not followed.
	if err := write(root, "cgroup.procs", strconv.Itoa(init.Process.Pid)); err != nil {
		t.Fatal(err)
	}
	if err := m.Join(cmd.Process.Pid); err == nil || !strings.Contains(err.Error(), "has left the container's cgroup") {
		t.Errorf("got %v", err)
	}
}

// A thread that moves itself does not wait; a limit of memory that is too small for
// what a process of ours does first leaves it outside.
func TestTasks(t *testing.T) {
	needV1(t)
	m := newManager(t, newConfig())
	if err := m.BornAsync(func(*os.File) error { return nil })(); err != nil {
		t.Fatal(err)
	}
	tasks := m.Tasks()
	defer sys.CloseAll(tasks)
	want := len(m.dirs())
	if m.paths[""] != "" {
		want--
	}
	if len(tasks) != want || !m.born {
		t.Errorf("%d lists of threads for %v", len(tasks), m.dirs())
	}
	m.cfg.Resources.Memory = tightMemory - 1
	if tasks := m.Tasks(); tasks != nil || m.born {
		t.Error("a small limit is entered early")
	}
}

func TestSignalReachesAll(t *testing.T) {
	m := newManager(t, newConfig())
	const n = 5
	cmds := make([]*exec.Cmd, n)
	for i := range cmds {
		cmds[i] = sleeper(t, m)
	}
	sub := filepath.Join(m.procsDir(), "sub") // a cgroup that the container made
	if err := os.Mkdir(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := write(sub, "cgroup.procs", strconv.Itoa(cmds[0].Process.Pid)); err != nil {
		t.Fatal(err)
	}
	if err := m.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range cmds {
		ended(t, cmd)
		if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signal() != syscall.SIGTERM {
			t.Errorf("ended by %v", ws)
		}
	}
}

func TestKillReachesForkers(t *testing.T) {
	m := newManager(t, newConfig())
	cmd := start(t, m, null(), "sh", "-c", "while :; do sleep 1000 & sleep 0.001; done")
	deadline := time.Now().Add(patience)
	for {
		pids, err := m.AllPids()
		if err != nil || time.Now().After(deadline) {
			t.Fatal(err)
		}
		if len(pids) > 5 {
			break
		}
	}
	if err := m.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ended(t, cmd)
	if err := m.Destroy(); err != nil {
		t.Fatal(err)
	}
}

func TestKillSparesOthers(t *testing.T) {
	needRoot(t)
	m := newManager(t, newConfig())
	sleeper(t, m)
	rootOnly := &Manager{cfg: m.cfg, v2: m.v2, paths: map[string]string{"": root}}
	if !m.v2 {
		rootOnly.paths = map[string]string{"freezer": root + "/freezer"}
	}
	if err := rootOnly.Signal(unix.Signal(0)); err == nil || !strings.Contains(err.Error(), "root of a hierarchy") {
		t.Errorf("the root: %v", err)
	}
	// This process in the container's cgroup.
	if err := write(m.procsDir(), "cgroup.procs", "0"); err != nil {
		t.Fatal(err)
	}
	err := m.Signal(unix.SIGKILL)
	back := m.procsDir()
	if err2 := write(filepath.Dir(back), "cgroup.procs", "0"); err2 != nil {
		t.Fatal(err2)
	}
	if err == nil || !strings.Contains(err.Error(), "this runtime is one of them") {
		t.Errorf("ourselves: %v", err)
	}
}

// A FIFO for cgroup.procs holds the move up until somebody reads. After
// AwaitJoin the paths are nobody else's: go test -race looks.
func TestAwaitJoin(t *testing.T) {
	dir := t.TempDir()
	procs := filepath.Join(dir, "cgroup.procs")
	if err := unix.Mkfifo(procs, 0o600); err != nil {
		t.Fatal(err)
	}
	m := &Manager{cfg: newConfig(), paths: map[string]string{"": dir}}
	m.AwaitJoin() // of nothing
	wait := m.JoinAsync(4711, false)
	r, err := os.Open(procs) // when the move is at its write
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m.AwaitJoin()
	m.forget(dir)
	if text, err := io.ReadAll(r); string(text) != "4711" || err != nil {
		t.Errorf("moved %q, %v", text, err)
	}
	if err := wait(); err != nil {
		t.Error(err)
	}
}

// TestFailedFreezeThaws: who cannot be told frozen is not left half frozen
// (crun 1.29.1).
func TestFailedFreezeThaws(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"cgroup.freeze": "0", "cgroup.events": "frozen ?\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := &Manager{paths: map[string]string{"": dir}}
	if err := m.Freeze(); err == nil {
		t.Error("frozen, though nothing says so")
	}
	if data, err := os.ReadFile(filepath.Join(dir, "cgroup.freeze")); err != nil || string(data) != "0" {
		t.Errorf("cgroup.freeze is %q, %v", data, err)
	}
}
