package sys

import (
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// NewUserNS makes a user namespace with the given maps that has no process. It
// takes a child to be its first member; the namespace lives as long as somebody
// holds it open.
func NewUserNS(uid, gid []syscall.SysProcIDMap) (ns *os.File, err error) {
	err = stillborn(syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER, UidMappings: uid, GidMappings: gid}, func(pid int) (err error) {
		ns, err = OpenNamespace("/proc/"+strconv.Itoa(pid)+"/ns/user", unix.CLONE_NEWUSER)
		return err
	})
	if refused, ok := err.(syscall.Errno); ok {
		err = &os.PathError{Op: "make", Path: "user namespace", Err: refused}
	}
	return ns, err
}

// TryNamespaces tells whether the kernel gives a child of ours new namespaces
// (CLONE_NEW* bits). In a new user namespace the caller's ids are 0. Nothing is
// left of it.
func TryNamespaces(flags uintptr) error {
	attr := syscall.SysProcAttr{Unshareflags: flags &^ unix.CLONE_NEWUSER}
	if flags&unix.CLONE_NEWUSER != 0 {
		attr.Cloneflags = unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return stillborn(attr, func(int) error { return nil })
}

// stillborn makes a child and hands it to look. The child is traced, so it stops
// at the exec, before its first instruction, and is killed there.
func stillborn(attr syscall.SysProcAttr, look func(pid int) error) error {
	// The tracer is this thread, not the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	attr.Ptrace, attr.Pdeathsig = true, unix.SIGKILL
	pid, _, err := syscall.StartProcess("/proc/self/exe", []string{"runc"}, &syscall.ProcAttr{Sys: &attr})
	if err != nil {
		return err
	}
	err = look(pid)
	_ = unix.Kill(pid, unix.SIGKILL)
	var ws unix.WaitStatus
	for wait := true; wait; wait = !ws.Exited() && !ws.Signaled() {
		if err := Retry(func() error { _, err := unix.Wait4(pid, &ws, 0, nil); return err }); err != nil {
			break
		}
	}
	return err
}

// Allowed tells by a nil error whether the file at path may be accessed, mode
// being of unix.R_OK, W_OK and X_OK (faccessat2(2)).
func Allowed(path string, mode uint32) error {
	if err := unix.Faccessat(unix.AT_FDCWD, path, mode, unix.AT_EACCESS); err != nil {
		return &os.PathError{Op: "access", Path: path, Err: err}
	}
	return nil
}

// IsMountRoot tells whether path is the root of a mount (statx(2), Linux 5.8).
func IsMountRoot(path string) (is, known bool) {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_NO_AUTOMOUNT, 0, &st)
	return st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0, err == nil && st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0
}

// Getrlimit returns the limits of this process for one of RLIMIT_*.
func Getrlimit(resource int) (soft, hard uint64, err error) {
	var l unix.Rlimit
	err = unix.Getrlimit(resource, &l)
	return l.Cur, l.Max, os.NewSyscallError("getrlimit", err)
}
