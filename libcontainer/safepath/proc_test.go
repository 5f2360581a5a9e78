package safepath

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// inMountNamespace runs the named test again in a mount namespace of its own.
func inMountNamespace(t *testing.T) (inside bool) {
	t.Helper()
	if os.Getenv("SAFEPATH_INSIDE") != "" {
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root: makes a mount namespace")
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "SAFEPATH_INSIDE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

func openProc(t *testing.T) *Proc {
	t.Helper()
	p, err := OpenProc()
	must(t, err)
	t.Cleanup(p.Close)
	return p
}

func readAll(t *testing.T, p *Proc, name string) string {
	t.Helper()
	f, err := p.OpenFile(name, unix.O_RDONLY)
	must(t, err)
	defer f.Close()
	data, err := io.ReadAll(f)
	must(t, err)
	return string(data)
}

func TestProcIsLazy(t *testing.T) {
	p := openProc(t)
	if p.own != nil || p.visible == nil {
		t.Error("a private procfs before anybody needs one")
	}
	p.Private()
	if p.own == nil || p.visible != nil {
		t.Skip("no private procfs to be had here")
	}
	if got := readAll(t, p, "sys/kernel/ostype"); got != "Linux\n" {
		t.Errorf("ostype %q", got)
	}
	p.Close()
	if _, err := p.OpenFile("version", unix.O_RDONLY); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := p.MountID(os.Stdin); err != nil {
		t.Errorf("statx needs no procfs: %v", err)
	}
}

// TestProcCovered mounts decoys over files of /proc.
func TestProcCovered(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	must(t, unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""))
	decoy := t.TempDir() + "/decoy"
	must(t, os.WriteFile(decoy, []byte("decoy"), 0o644))
	must(t, unix.Mount(decoy, "/proc/sys/kernel/ostype", "", unix.MS_BIND, ""))
	must(t, unix.Mount("/proc/sys/kernel/hostname", "/proc/sys/kernel/osrelease", "", unix.MS_BIND, ""))

	bothWays(t, func(t *testing.T) {
		p := openProc(t)
		if got := readAll(t, p, "sys/kernel/ostype"); got != "Linux\n" {
			t.Errorf("private: %q", got)
		}
		visible := &Proc{tried: true}
		var err error
		visible.visible, err = openVisible()
		must(t, err)
		for _, name := range []string{"sys/kernel/ostype", "sys/kernel/osrelease"} {
			if f, err := visible.OpenFile(name, unix.O_RDONLY); !errors.Is(err, unix.EXDEV) {
				t.Errorf("%s covered: %v, %v, want EXDEV", name, f, err)
			}
		}
		if got := readAll(t, visible, "self/comm"); !strings.HasPrefix(got, "exe") && got == "" {
			t.Errorf("self/comm %q", got)
		}
		visible.Close()
	})
}

// TestProcReplaced has something else than a procfs on /proc.
func TestProcReplaced(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	must(t, unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""))
	for _, source := range []string{"/proc/sys", "tmpfs"} {
		if source == "tmpfs" {
			must(t, unix.Mount(source, "/proc", source, 0, ""))
		} else {
			must(t, unix.Mount(source, "/proc", "", unix.MS_BIND, ""))
		}
		p := openProc(t)
		if p.visible != nil {
			t.Errorf("%s on /proc was believed", source)
		}
		if got := readAll(t, p, "sys/kernel/ostype"); got != "Linux\n" {
			t.Errorf("private: %q", got)
		}
		restore := sys.Pretend(sys.CallMountAPI)
		if p, err := OpenProc(); err == nil {
			t.Errorf("%s on /proc and no mount API: %+v", source, p)
		}
		restore()
	}
}

// TestProcMissing has no /proc at all.
func TestProcMissing(t *testing.T) {
	if !inMountNamespace(t) {
		return
	}
	must(t, unix.Mount("tmpfs", "/mnt", "tmpfs", 0, ""))
	must(t, unix.Chroot("/mnt"))
	must(t, unix.Chdir("/"))
	restore := sys.Pretend(sys.CallMountAPI)
	p := openProc(t)
	if _, err := p.OpenFile("version", unix.O_RDONLY); !errors.Is(err, unix.ENOENT) || !strings.Contains(err.Error(), "mount a procfs on /proc") {
		t.Errorf("without /proc: %v", err)
	}
	restore()
	if got := readAll(t, openProc(t), "sys/kernel/ostype"); got != "Linux\n" {
		t.Errorf("private: %q", got)
	}
}

func TestReopenFD(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		name := t.TempDir() + "/file"
		must(t, os.WriteFile(name, nil, 0o644))
		held, err := sys.Openat(nil, name, unix.O_PATH, 0)
		must(t, err)
		defer held.Close()
		for range 2 {
			p := openProc(t)
			f, err := p.ReopenFD(held, unix.O_WRONLY)
			must(t, err)
			if _, err := f.WriteString("x"); err != nil {
				t.Error(err)
			}
			f.Close()
			p.Private()
		}
	})
}

func TestMountID(t *testing.T) {
	p := openProc(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	root, err := os.Open("/")
	must(t, err)
	defer root.Close()
	want, err := p.MountID(root)
	must(t, err)
	t.Cleanup(sys.Pretend(sys.CallStatxMount))
	got, err := p.MountID(root)
	if err != nil || got != want {
		t.Errorf("by fdinfo %d (%v), by statx %d", got, err, want)
	}
}
