package selfexe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// childVar is set when this test binary is started by itself, from a
// descriptor of this package.
const childVar = "SELFEXE_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) == "" {
		os.Exit(m.Run())
	}
	// Say whether a further Open copies, live on until stdin says so, then exec
	// something else.
	fmt.Println(reopened())
	_, _ = fmt.Scanln()
	fmt.Println(syscall.Exec("/bin/cat", []string{"cat"}, nil))
}

// reopened tells whether Open leads to the file and mount that we run from.
func reopened() string {
	f, err := Open()
	if err != nil {
		return err.Error()
	}
	var mine, opened unix.Statx_t
	const mask = unix.STATX_INO | unix.STATX_MNT_ID
	err = errors.Join(unix.Statx(unix.AT_FDCWD, self, 0, mask, &mine),
		unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, mask, &opened))
	return fmt.Sprint(err, " same=", mine.Ino == opened.Ino && mine.Mnt_id == opened.Mnt_id)
}

// start runs this binary from f until its stdin is closed; what it said first
// is returned.
func start(t *testing.T, f *os.File) (cmd *exec.Cmd, stdin io.WriteCloser, said string) {
	t.Helper()
	cmd = exec.Command(sys.FDPath(f))
	cmd.Env = []string{childVar + "=1"}
	stdin, _ = cmd.StdinPipe()
	stdout, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	said, _ = bufio.NewReader(stdout).ReadString('\n')
	return cmd, stdin, strings.TrimSpace(said)
}

// mustNotOpen tries each way to open path for writing.
func mustNotOpen(t *testing.T, when, path string, want ...error) {
	t.Helper()
	for _, flags := range []int{os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND} {
		f, err := os.OpenFile(path, flags, 0)
		if err == nil {
			f.Close()
		}
		if !isOneOf(err, want) {
			t.Errorf("%s: open %s with flags %#x: %v, want %v", when, path, flags, err, want)
		}
	}
	if err := os.Truncate(path, 0); !isOneOf(err, want) {
		t.Errorf("%s: truncate: %v, want %v", when, err, want)
	}
}

func isOneOf(err error, want []error) bool {
	return slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) })
}

func openOrSkip(t testing.TB) *os.File {
	t.Helper()
	f, err := clone(self)
	if err != nil {
		t.Skip("no read-only mount here: ", err)
	}
	f.Close()
	if f, err = Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestOpenDoesNotCloneAClone(t *testing.T) {
	if _, _, said := start(t, openOrSkip(t)); said != "<nil> same=true" {
		t.Errorf("Open in a clone: %s", said)
	}
}

func TestCloneCannotBeWritten(t *testing.T) {
	openOrSkip(t)
	// A copy, for as long as this test runs from a file the kernel says
	// ETXTBSY, whatever the mount.
	f, err := clone(copySelf(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd, stdin, _ := start(t, f)
	exe := fmt.Sprintf("/proc/%d/exe", cmd.Process.Pid)
	mustNotOpen(t, "running", exe, unix.EROFS, unix.ETXTBSY)

	held, err := os.OpenFile(exe, unix.O_PATH, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	fmt.Fprintln(stdin, "go")
	waitForExec(t, cmd.Process.Pid)
	mustNotOpen(t, "held", sys.FDPath(held), unix.EROFS)
	attack(t, held)
	mustNotOpen(t, "attacked", sys.FDPath(held), unix.EROFS)
}

// copySelf returns the path of a copy of this test binary.
func copySelf(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/copy"
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// waitForExec waits until the child has become cat.
func waitForExec(t *testing.T, pid int) {
	t.Helper()
	for {
		name, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
		if err != nil {
			t.Fatal(err)
		}
		if string(name) == "cat\n" {
			return
		}
		runtime.Gosched()
	}
}

// attack tries all that root of a container could to make the mount of exe
// writable, in a mount namespace of its own.
func attack(t *testing.T, exe *os.File) {
	t.Helper()
	fd, link := int(exe.Fd()), sys.FDPath(exe)
	writable := &unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
	inNamespace(t, func() {
		for name, err := range map[string]error{
			"mount_setattr": unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH, writable),
			"by path":       unix.MountSetattr(unix.AT_FDCWD, link, 0, writable),
			"recursive":     unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, writable),
			"remount":       unix.Mount("", link, "", unix.MS_REMOUNT|unix.MS_BIND, ""),
			"bind":          unix.Mount(link, "/etc/hostname", "", unix.MS_BIND, ""),
			"move":          unix.MoveMount(fd, "", unix.AT_FDCWD, "/etc/hostname", unix.MOVE_MOUNT_F_EMPTY_PATH),
			"open_tree":     tryOpenTree(fd),
		} {
			if err == nil {
				t.Errorf("%s was allowed", name)
			}
		}
	})
}

func tryOpenTree(fd int) error {
	tree, err := unix.OpenTree(fd, "", unix.AT_EMPTY_PATH|unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err == nil {
		unix.Close(tree)
	}
	return err
}

// inNamespace runs fn on a thread with a private mount namespace, which ends
// with it.
func inNamespace(t *testing.T, fn func()) {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := unix.Unshare(unix.CLONE_NEWNS)
		if err == nil {
			err = unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, "")
		}
		if err == nil {
			fn()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestWhyTheTreeIsClosed shows that the attack works on the mount that clone
// does not hand out. Where it fails the kernel has become stricter.
func TestWhyTheTreeIsClosed(t *testing.T) {
	openOrSkip(t)
	tree, err := sys.CloneFile(self, cloneAttrs)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	inNamespace(t, func() {
		err = unix.MountSetattr(int(tree.Fd()), "", unix.AT_EMPTY_PATH, &unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY})
	})
	if err != nil {
		t.Skip("this kernel keeps strangers from a detached mount: ", err)
	}
	if flags, err := sys.MountFlags(sys.FDPath(tree)); err != nil || flags&unix.ST_RDONLY != 0 {
		t.Errorf("flags %#x (%v): mount_setattr did nothing", flags, err)
	}
}

func TestSealedCannotBeWritten(t *testing.T) {
	f, err := Sealed()
	if err != nil {
		t.Skip("no sealed copy here: ", err)
	}
	defer f.Close()
	cmd, stdin, said := start(t, f)
	if said != "<nil> same=true" {
		t.Errorf("Open in a sealed copy: %s", said)
	}
	exe := fmt.Sprintf("/proc/%d/exe", cmd.Process.Pid)
	mustNotOpen(t, "running", exe, unix.ETXTBSY)
	held, err := os.OpenFile(exe, unix.O_PATH, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	fmt.Fprintln(stdin, "go")
	waitForExec(t, cmd.Process.Pid)
	if err := os.Truncate(sys.FDPath(held), 0); !errors.Is(err, unix.EPERM) {
		t.Errorf("truncate: %v, want EPERM", err)
	}
	w, err := os.OpenFile(sys.FDPath(held), os.O_WRONLY, 0)
	if err != nil {
		return // not even this
	}
	defer w.Close()
	if _, err := w.Write([]byte("#!/bin/evil")); !errors.Is(err, unix.EPERM) {
		t.Errorf("write: %v, want EPERM", err)
	}
}

func BenchmarkClone(b *testing.B) {
	openOrSkip(b)
	for b.Loop() {
		f, err := clone(self)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

func BenchmarkSealed(b *testing.B) {
	info, err := os.Stat(self)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		f, err := Sealed()
		if err != nil {
			b.Skip(err)
		}
		f.Close()
	}
}
