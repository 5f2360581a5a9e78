package rootfs

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// The tests that make mounts run three processes deep: "go test" starts this
// binary, which starts itself in a mount namespace with shared mounts (the
// "host", as systemd sets one up), where each scenario starts the binary once
// more as the init of a container. Whatever goes wrong ends with them.
const (
	hostEnv = "ROOTFS_TEST_HOST"
	initEnv = "ROOTFS_TEST_BASE"
)

func TestMain(m *testing.M) {
	if os.Geteuid() != 0 || os.Getenv(initEnv) != "" {
		os.Exit(m.Run())
	}
	if os.Getenv(hostEnv) != "" {
		if err := unix.Mount("", "/", "", unix.MS_SHARED|unix.MS_REC, ""); err != nil {
			panic(err)
		}
		os.Exit(m.Run())
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), hostEnv+"=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL}
	_ = cmd.Run()
	os.Exit(cmd.ProcessState.ExitCode())
}

// room is one scenario.
type room struct {
	*testing.T
	// base holds root, the root file system, and host, which must not change.
	base, root, host string
	// userNS says that there is a user namespace, and old that mount(2) is the
	// door.
	userNS, old bool
	// cgroup is where init is born; empty: like us.
	cgroup string
}

const (
	plain = uintptr(unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP)
	user  = plain | unix.CLONE_NEWUSER
)

// firstID is what id 0 of the user namespaces is outside.
const firstID = 100000

// scenario runs prepare on the host and work as init, once through each door,
// and looks whether the host is as before.
func scenario(t *testing.T, flags uintptr, prepare, work func(r *room)) {
	t.Helper()
	for _, door := range []string{"new", "old"} {
		t.Run(door, func(t *testing.T) { oneDoor(t, flags, door == "old", prepare, work) })
	}
}

func oneDoor(t *testing.T, flags uintptr, old bool, prepare, work func(r *room)) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: makes mount namespaces")
	}
	r := &room{T: t, userNS: flags&unix.CLONE_NEWUSER != 0, old: old}
	if base := os.Getenv(initEnv); base != "" {
		r.in(base)
		if old {
			defer sys.Pretend(sys.CallMountAPI | sys.CallOpenat2 | sys.CallStatxMount)()
		}
		work(r)
		return
	}
	r.in(t.TempDir())
	r.prepare(prepare)
	before := r.hostState()
	r.spawn(flags)
	if after := r.hostState(); after != before {
		t.Errorf("the host has changed:\n%s", diff(before, after))
	}
}

func (r *room) in(base string) {
	r.base, r.root, r.host = base, base+"/root", base+"/host"
}

func (r *room) prepare(prepare func(r *room)) {
	r.mkdir(r.root)
	r.mkdir(r.host + "/sub")
	for _, name := range []string{"ptmx", "null", "canary"} {
		r.write(r.host+"/"+name, "alive")
	}
	if prepare != nil {
		prepare(r)
	}
	if r.userNS {
		for dir := r.base; dir != "/tmp"; dir = filepath.Dir(dir) {
			r.ok(os.Chmod(dir, 0o755))
		}
		r.ok(filepath.WalkDir(r.root, func(p string, _ os.DirEntry, err error) error {
			if err == nil {
				err = os.Lchown(p, firstID, firstID)
			}
			return err
		}))
	}
}

// spawn runs this scenario again as init.
func (r *room) spawn(flags uintptr) {
	name := "^" + strings.ReplaceAll(r.Name(), "/", "$/^") + "$"
	cmd := exec.Command("/proc/self/exe", "-test.run="+name, "-test.v", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), initEnv+"="+r.base)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: unix.SIGKILL}
	if r.userNS {
		ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: firstID, Size: 1000}}
		cmd.SysProcAttr.UidMappings, cmd.SysProcAttr.GidMappings = ids, ids
		cmd.SysProcAttr.Credential = &syscall.Credential{}
	}
	if r.cgroup != "" {
		dir, err := os.Open(r.cgroup)
		r.ok(err)
		defer dir.Close()
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(dir.Fd())
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.Errorf("init: %v\n%s", err, out)
	} else if strings.Contains(string(out), "no tests to run") {
		r.Errorf("%s did not run inside", name)
	}
}

// hostState is what must not change: the mount table and the host directory.
func (r *room) hostState() string {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	r.ok(err)
	var files []string
	r.ok(filepath.WalkDir(r.host, func(p string, _ os.DirEntry, err error) error {
		r.ok(err)
		var st unix.Stat_t
		r.ok(unix.Lstat(p, &st))
		data, _ := os.ReadFile(p)
		files = append(files, fmt.Sprintf("%s %o %d:%d %v %q", p, st.Mode, st.Uid, st.Gid, st.Mtim, data))
		return nil
	}))
	sort.Strings(files)
	return string(mounts) + strings.Join(files, "\n")
}

func diff(before, after string) string {
	var out []string
	for _, line := range strings.Split(after, "\n") {
		if !strings.Contains(before, line) {
			out = append(out, "+ "+line)
		}
	}
	for _, line := range strings.Split(before, "\n") {
		if !strings.Contains(after, line) {
			out = append(out, "- "+line)
		}
	}
	return strings.Join(out, "\n")
}

func (r *room) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *room) mkdir(p string)         { r.Helper(); r.ok(os.MkdirAll(p, 0o755)) }
func (r *room) write(p, text string)   { r.Helper(); r.ok(os.WriteFile(p, []byte(text), 0o644)) }
func (r *room) symlink(text, p string) { r.Helper(); r.ok(os.Symlink(text, p)) }

// config is a config of nothing but the namespaces.
func (r *room) config(mounts ...configs.Mount) *configs.Config {
	c := &configs.Config{Root: configs.Root{Path: r.root}, Mounts: mounts}
	for _, t := range []configs.NamespaceType{
		configs.MountNamespace, configs.PIDNamespace, configs.NetworkNamespace, configs.IPCNamespace, configs.CgroupNamespace,
	} {
		c.Namespaces = append(c.Namespaces, configs.Namespace{Type: t})
	}
	if r.userNS {
		c.Namespaces = append(c.Namespaces, configs.Namespace{Type: configs.UserNamespace})
		c.UIDMappings = []configs.IDMap{{ContainerID: 0, HostID: firstID, Size: 1000}}
		c.GIDMappings = c.UIDMappings
	}
	return c
}

func (r *room) builder(c *configs.Config, view configs.CgroupView) *Builder {
	r.Helper()
	proc, err := safepath.OpenProc()
	r.ok(err)
	r.Cleanup(proc.Close)
	b, err := New(c, Host{View: view, Proc: proc, InUserNS: r.userNS})
	r.ok(err)
	return b
}

// build does all stages; the scenario is in the container then.
func (r *room) build(c *configs.Config) error {
	r.Helper()
	return stages(r.builder(c, configs.CgroupView{}))
}

func stages(b *Builder) error {
	for _, stage := range []func() error{b.Mounts, b.Devices, b.Enter, b.Seal} {
		if err := stage(); err != nil {
			b.Close()
			return err
		}
	}
	if b.root != nil || b.kept != nil || b.null.tree != nil || b.empty.tree != nil {
		return fmt.Errorf("something is still held: %+v", b)
	}
	return nil
}

// mountOf returns the mountinfo line of what is on p, as the container sees it.
func (r *room) mountOf(p string) string {
	r.Helper()
	for _, line := range r.mounts() {
		if strings.Fields(line)[4] == p {
			return line
		}
	}
	return ""
}

// mounts reads the mount table through a procfs of its own.
func (r *room) mounts() []string {
	r.Helper()
	defer sys.Pretend(0)()
	proc, err := safepath.OpenProc()
	r.ok(err)
	defer proc.Close()
	f, err := proc.OpenFile("self/mountinfo", unix.O_RDONLY)
	r.ok(err)
	defer f.Close()
	text, err := io.ReadAll(f)
	r.ok(err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	// The last mount on a path is the one that is seen.
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return lines
}

func (r *room) wantErr(err error, texts ...string) {
	r.Helper()
	if err == nil {
		r.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			r.Errorf("error %q lacks %q", err, text)
		}
	}
}

func fsType(p string) int64 {
	var st unix.Statfs_t
	_ = unix.Statfs(p, &st)
	return int64(st.Type)
}
