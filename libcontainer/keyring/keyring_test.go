package keyring

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// childVar names the job of this test binary when it is started by itself, as
// another user and in a process that takes its keyring with it.
const childVar = "KEYRING_TEST_CHILD"

func TestMain(m *testing.M) {
	job := map[string]func() error{"join": childJoin, "quota": childQuota}[os.Getenv(childVar)]
	if job == nil {
		os.Exit(m.Run())
	}
	runtime.LockOSThread()
	if err := job(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func runChild(t *testing.T, job string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, to become a user whose keys nobody counts on")
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childVar+"="+job)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 54321, Gid: 54321}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if strings.HasPrefix(string(out), "skip: ") {
		t.Skip(string(out))
	}
}

func TestJoin(t *testing.T)  { runChild(t, "join") }
func TestQuota(t *testing.T) { runChild(t, "quota") }

func childJoin() error {
	before, _ := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false)
	err := Join("_ses.test")
	if errors.Is(err, ErrUnavailable) {
		fmt.Println("skip:", err)
		return nil
	}
	if err != nil {
		return err
	}
	id, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false)
	if err != nil || id == before {
		return fmt.Errorf("session keyring %d, before %d: %w", id, before, err)
	}
	text, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, id)
	if want := "keyring;54321;54321;3f1b0000;_ses.test"; err != nil || text != want {
		return fmt.Errorf("keyring is %q (%w), want %q", text, err, want)
	}
	// From another thread, as exec does from another process.
	found := make(chan error)
	go func() {
		runtime.LockOSThread()
		if _, err := unix.KeyctlJoinSessionKeyring("_ses.other"); err != nil {
			found <- err
			return
		}
		if err := Join("_ses.test"); err != nil {
			found <- err
			return
		}
		again, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false)
		if again != id {
			err = fmt.Errorf("a second Join came to keyring %d, not %d", again, id)
		}
		found <- err
	}()
	return <-found
}

func childQuota() error {
	if err := Join("_ses.full"); err != nil {
		fmt.Println("skip:", err)
		return nil
	}
	for i := range 100000 {
		_, err := unix.AddKey("user", fmt.Sprint("k", i), []byte("x"), unix.KEY_SPEC_SESSION_KEYRING)
		if err != nil {
			break
		}
	}
	err := Join("_ses.one-too-many")
	if !errors.Is(err, ErrUnavailable) || !errors.Is(err, unix.EDQUOT) || !strings.Contains(err.Error(), "kernel.keys.maxkeys") {
		return fmt.Errorf("error %v, want an unavailable, EDQUOT, that names kernel.keys.maxkeys", err)
	}
	return nil
}

func TestOnlySomeErrorsAreForgiven(t *testing.T) {
	for errno, want := range map[error]bool{
		unix.EDQUOT: true, unix.ENOSYS: true, unix.EPERM: true, unix.ENOMEM: false, unix.EACCES: false,
	} {
		err := explain("_ses.x", os.NewSyscallError("keyctl", errno))
		if errors.Is(err, ErrUnavailable) != want || !errors.Is(err, errno) {
			t.Errorf("%v: forgiven must be %t", err, want)
		}
	}
}
