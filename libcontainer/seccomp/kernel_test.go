package seccomp

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// childVar is set when this test binary is started by itself, to be filtered.
const childVar = "SECCOMP_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) == "" {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func TestKernelTakesIt(t *testing.T) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childVar+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// child loads a filter and tries it.
func child() error {
	runtime.LockOSThread()
	f, err := Compile(&configs.Seccomp{
		DefaultAction: "SCMP_ACT_ALLOW",
		Architectures: []string{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"},
		Syscalls: []configs.SyscallRule{
			{Names: []string{"chroot"}, Action: "SCMP_ACT_ERRNO", ErrnoRet: errno(uint(unix.EXDEV))},
			{Names: []string{"dup3"}, Action: "SCMP_ACT_ERRNO", ErrnoRet: errno(uint(unix.ELOOP)), Args: []configs.SyscallArg{
				{Index: 1, Value: 1000, Op: "SCMP_CMP_GE"}, {Index: 2, Value: unix.O_CLOEXEC, ValueTwo: unix.O_CLOEXEC, Op: "SCMP_CMP_MASKED_EQ"}}},
			{Names: []string{"fchdir"}, Action: "SCMP_ACT_NOTIFY"},
		},
	})
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	listener, err := sys.SeccompLoad(f.Program, f.Flags)
	if err != nil {
		return err
	}
	if flags, err := unix.FcntlInt(uintptr(listener), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		return fmt.Errorf("the listener is not close-on-exec: %#x, %w", flags, err)
	}
	for name, c := range map[string]struct{ got, want error }{
		"chroot":      {unix.Chroot("/"), unix.EXDEV},
		"dup3":        {unix.Dup3(0, 1000, unix.O_CLOEXEC), unix.ELOOP},
		"dup3 plain":  {unix.Dup3(0, 1000, 0), nil},
		"dup3 to 999": {unix.Dup3(0, 999, unix.O_CLOEXEC), nil},
	} {
		if c.got != c.want {
			return fmt.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	// Nobody listens any more: the call fails.
	_ = unix.Close(listener)
	if err := unix.Fchdir(0); err != unix.ENOSYS {
		return fmt.Errorf("fchdir without a listener: %v, want %v", err, unix.ENOSYS)
	}
	return nil
}
