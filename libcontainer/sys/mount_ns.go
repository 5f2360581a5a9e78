package sys

import (
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Setns moves the calling thread into a namespace of the kind that the CLONE_NEW*
// bit names (setns(2)). For a mount namespace the thread must not share its
// root and working directory (Unshare with CLONE_FS).
func Setns(ns *os.File, kind int) error {
	return onFD("setns", ns, func(fd int) error { return unix.Setns(fd, kind) })
}

// OnMainThread tells whether the caller runs on the first thread of the
// process.
func OnMainThread() bool { return unix.Gettid() == unix.Getpid() }

// NewUserNS makes a user namespace with the given maps that has no process. It
// takes a child to be its first member. The child is traced, so it stops at the
// exec, before its first instruction, and is killed there; the namespace lives
// as long as somebody holds it open.
func NewUserNS(uid, gid []syscall.SysProcIDMap) (*os.File, error) {
	// The tracer is this thread, not the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	pid, _, err := syscall.StartProcess("/proc/self/exe", []string{"userns"}, &syscall.ProcAttr{
		Sys: &syscall.SysProcAttr{
			Cloneflags:  unix.CLONE_NEWUSER,
			UidMappings: uid,
			GidMappings: gid,
			Ptrace:      true,
			Pdeathsig:   unix.SIGKILL,
		},
	})
	if err != nil {
		return nil, &os.PathError{Op: "make", Path: "user namespace", Err: err}
	}
	ns, err := OpenNamespace("/proc/"+strconv.Itoa(pid)+"/ns/user", unix.CLONE_NEWUSER)
	_ = unix.Kill(pid, unix.SIGKILL)
	var ws unix.WaitStatus
	for wait := true; wait; wait = !ws.Exited() && !ws.Signaled() {
		if err := Retry(func() error { _, err := unix.Wait4(pid, &ws, 0, nil); return err }); err != nil {
			break
		}
	}
	return ns, err
}
