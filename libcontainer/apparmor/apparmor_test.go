package apparmor

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fake is a directory that takes the place of /proc.
type fake struct {
	t   *testing.T
	dir string
	// answer is what reading back gives; empty: what was written.
	answer string
}

func newFake(t *testing.T, attribute string) *fake {
	f := &fake{t: t, dir: t.TempDir()}
	path := filepath.Join(f.dir, "thread-self", attribute)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fake) open(name string, flags int) (*os.File, error) {
	path := filepath.Join(f.dir, name)
	if flags == unix.O_RDONLY && f.answer != "" {
		if err := os.WriteFile(path, []byte(f.answer), 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
	return os.OpenFile(path, flags, 0)
}

func (f *fake) written(attribute string) string {
	text, err := os.ReadFile(filepath.Join(f.dir, "thread-self", attribute))
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

func TestApplyWrites(t *testing.T) {
	for _, attribute := range []string{"attr/apparmor/exec", "attr/exec"} {
		f := newFake(t, attribute)
		// What is written is not what the kernel would answer.
		if err := Apply("docker-default", f.open); err == nil || !strings.Contains(err.Error(), "docker-default") {
			t.Errorf("%s: error %v for an attribute that did not change", attribute, err)
		}
		if got := f.written(attribute); got != "exec docker-default" {
			t.Errorf("%s: wrote %q", attribute, got)
		}
	}
}

func TestApplyReadsBack(t *testing.T) {
	for answer, want := range map[string]bool{
		"docker-default (enforce)\n":                 true,
		"docker-default\n":                           true,
		":lxd:docker-default (complain)\n":           true,
		"outer//&:lxd://docker-default (enforce)\n":  true,
		"docker-default//&outer (mixed)":             true,
		"docker-default-not (enforce)\n":             false,
		"unconfined\n":                               false,
		"outer (enforce)\n":                          false,
		"outer//docker-default//&other (enforce)\n":  false,
		"unconfined (docker-default)//&whatever\n\n": false,
	} {
		f := newFake(t, "attr/apparmor/exec")
		f.answer = answer
		if err := Apply("docker-default", f.open); (err == nil) != want {
			t.Errorf("%q: error %v", answer, err)
		}
	}
}

func TestApplyNothing(t *testing.T) {
	err := Apply("", func(string, int) (*os.File, error) {
		t.Error("opened a file for no profile")
		return nil, unix.ENOENT
	})
	if err != nil {
		t.Error(err)
	}
}

func TestErrors(t *testing.T) {
	failing := func(err error) Opener {
		return func(name string, _ int) (*os.File, error) {
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
	}
	if err := Apply("p", failing(unix.ENOENT)); !errors.Is(err, ErrNotSupported) {
		t.Errorf("no attribute: %v", err)
	}
	if err := Apply("p", failing(unix.EXDEV)); !errors.Is(err, unix.EXDEV) || errors.Is(err, ErrNotSupported) {
		t.Errorf("overmounted: %v", err)
	}
	for errno, want := range map[error]string{
		unix.ENOENT: "p is not loaded", unix.EACCES: "does not allow p", unix.EINVAL: ErrNotSupported.Error(), unix.EIO: "failed to apply profile: p",
	} {
		err := explain("p", &os.PathError{Op: "write", Path: "thread-self/attr/exec", Err: errno})
		if !errors.Is(err, errno) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want one with %q", errno, err, want)
		}
	}
}

func TestRealProc(t *testing.T) {
	open := func(name string, flags int) (*os.File, error) { return os.OpenFile("/proc/"+name, flags, 0) }
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with what it got
		done <- Apply("runc-test-no-such-profile", open)
	}()
	err := <-done
	if Enabled() {
		if err == nil || errors.Is(err, ErrNotSupported) {
			t.Errorf("a profile that does not exist: %v", err)
		}
		return
	}
	if !errors.Is(err, ErrNotSupported) {
		t.Errorf("no AppArmor, but %v", err)
	}
}
