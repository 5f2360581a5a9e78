package mountsource

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// child starts a process in new namespaces and returns them, open.
func child(t *testing.T, flags uintptr) (mnt, user *os.File) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: makes mount namespaces")
	}
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	must(t, err)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: unix.SIGKILL}
	if flags&unix.CLONE_NEWUSER != 0 {
		ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 100000, Size: 1000}}
		cmd.SysProcAttr.UidMappings, cmd.SysProcAttr.GidMappings = ids, ids
	}
	must(t, cmd.Start())
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	dir := "/proc/" + strconv.Itoa(cmd.Process.Pid) + "/ns/"
	mnt, err = os.Open(dir + "mnt")
	must(t, err)
	user, err = os.Open(dir + "user")
	must(t, err)
	t.Cleanup(func() { mnt.Close(); user.Close() })
	return mnt, user
}

func ownerOf(t *testing.T, tree *os.File, name string) uint32 {
	t.Helper()
	f, err := sys.Openat(tree, name, unix.O_PATH, 0)
	must(t, err)
	defer f.Close()
	st, err := sys.Fstat(f)
	must(t, err)
	return st.Uid
}

func source(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Mkdir(dir+"/private", 0o700))
	must(t, os.WriteFile(dir+"/private/file", nil, 0o600))
	return dir + "/private"
}

func TestOpen(t *testing.T) {
	mnt, user := child(t, unix.CLONE_NEWNS|unix.CLONE_NEWUSER)
	before := threads(t)
	for range 5 {
		tree, err := Open(&configs.Mount{Source: source(t), Flags: unix.MS_BIND}, mnt, user)
		must(t, err)
		if uid := ownerOf(t, tree, "file"); uid != 0 {
			t.Errorf("owner %d", uid)
		}
		facts, err := sys.StatMount(tree)
		must(t, err)
		if !facts.Root {
			t.Error("not a mount of its own")
		}
		tree.Close()
	}
	_, err := Open(&configs.Mount{Source: "/missing"}, mnt, user)
	if !errors.Is(err, unix.ENOENT) || !strings.HasPrefix(err.Error(), "bind source: ") {
		t.Errorf("missing source: %v", err)
	}
	// Our own threads are where they were.
	for task, ns := range threads(t) {
		if was, ok := before[task]; ok && was != ns {
			t.Errorf("thread %s has moved from %s to %s", task, was, ns)
		}
	}
	self, err := os.Readlink("/proc/self/ns/mnt")
	must(t, err)
	if here, err := os.Readlink("/proc/thread-self/ns/mnt"); here != self {
		t.Errorf("this thread is in %s, the process in %s (%v)", here, self, err)
	}
}

func threads(t *testing.T) map[string]string {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	must(t, err)
	all := map[string]string{}
	for _, task := range tasks {
		if ns, err := os.Readlink("/proc/self/task/" + task.Name() + "/ns/mnt"); err == nil {
			all[task.Name()] = ns
		}
	}
	return all
}

func TestIDMap(t *testing.T) {
	mnt, user := child(t, unix.CLONE_NEWNS|unix.CLONE_NEWUSER)
	dir := source(t)
	open := func(m configs.MountIDMapping, user *os.File) (*os.File, error) {
		return Open(&configs.Mount{Source: dir, Flags: unix.MS_BIND, IDMapping: &m}, mnt, user)
	}
	maps := []configs.IDMap{{ContainerID: 0, HostID: 5000, Size: 10}}
	for name, c := range map[string]struct {
		m    configs.MountIDMapping
		want uint32
	}{
		"container": {configs.MountIDMapping{}, 100000},
		"explicit":  {configs.MountIDMapping{UIDMappings: maps, GIDMappings: maps}, 5000},
		"recursive": {configs.MountIDMapping{UIDMappings: maps, GIDMappings: maps, Recursive: true}, 5000},
	} {
		tree, err := open(c.m, user)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if uid := ownerOf(t, tree, "file"); uid != c.want {
			t.Errorf("%s: owner %d, want %d", name, uid, c.want)
		}
		tree.Close()
	}
	if _, err := open(configs.MountIDMapping{}, nil); err == nil || !strings.Contains(err.Error(), "give uidMappings and gidMappings") {
		t.Errorf("without a user namespace: %v", err)
	}
	var ws unix.WaitStatus
	if pid, err := unix.Wait4(-1, &ws, unix.WNOHANG|unix.WNOWAIT, nil); pid > 0 {
		t.Errorf("a dead child is left: %d, %v", pid, err)
	}
}

func TestWithoutOpenTree(t *testing.T) {
	mnt, user := child(t, unix.CLONE_NEWNS)
	defer sys.Pretend(sys.CallMountAPI)()
	dir := source(t)
	f, err := Open(&configs.Mount{Source: dir}, mnt, user)
	must(t, err)
	defer f.Close()
	if uid := ownerOf(t, f, "file"); uid != 0 {
		t.Errorf("owner %d", uid)
	}
	_, err = Open(&configs.Mount{Source: dir, IDMapping: &configs.MountIDMapping{}}, mnt, user)
	if !errors.Is(err, unix.ENOSYS) {
		t.Errorf("id-mapped: %v, want ENOSYS", err)
	}
}
