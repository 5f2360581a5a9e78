package sys

import (
	"math"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// FDPath is the magic link to an open file in this process's procfs.
func FDPath(f *os.File) string { return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())) }

// SetSubreaper makes the caller the parent of orphans among its descendants
// (PR_SET_CHILD_SUBREAPER).
func SetSubreaper() error {
	return os.NewSyscallError("prctl(PR_SET_CHILD_SUBREAPER)", unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
}

// SetNoNewPrivs forbids the thread and its children to gain privileges by
// exec (PR_SET_NO_NEW_PRIVS).
func SetNoNewPrivs() error {
	return os.NewSyscallError("prctl(PR_SET_NO_NEW_PRIVS)", unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
}

// SetKeepCaps keeps the permitted capabilities when the uid changes from 0
// (PR_SET_KEEPCAPS). The exec drops the setting.
func SetKeepCaps() error {
	return os.NewSyscallError("prctl(PR_SET_KEEPCAPS)", unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0))
}

// SetDumpable sets whether others of the same user may look into the process
// (PR_SET_DUMPABLE).
func SetDumpable(on bool) error {
	v := uintptr(0)
	if on {
		v = 1
	}
	return os.NewSyscallError("prctl(PR_SET_DUMPABLE)", unix.Prctl(unix.PR_SET_DUMPABLE, v, 0, 0, 0))
}

// Unshare leaves the given namespaces for new ones, for the calling thread.
func Unshare(flags int) error { return os.NewSyscallError("unshare", unix.Unshare(flags)) }

// Umask sets the file mode creation mask of the process.
func Umask(mask uint32) { unix.Umask(int(mask)) }

// SetHostname and SetDomainname name the UTS namespace.
func SetHostname(name string) error {
	return os.NewSyscallError("sethostname", unix.Sethostname([]byte(name)))
}

// SetDomainname sets the NIS domain name of the UTS namespace.
func SetDomainname(name string) error {
	return os.NewSyscallError("setdomainname", unix.Setdomainname([]byte(name)))
}

// CloseOnExecFrom sets close-on-exec on every descriptor from first on
// (close_range(2); Linux 5.11), or one by one where the kernel is older.
func CloseOnExecFrom(first int) error {
	err := unix.CloseRange(uint(first), math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil {
		return nil
	}
	return closeOnExecEach(first)
}

func closeOnExecEach(first int) error {
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil && fd >= first {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// Inherited tells whether descriptor fd is open and came with the exec of this
// program: what the program has opened itself is close-on-exec, the files that
// the Go runtime keeps open included.
func Inherited(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC == 0
}

// Writable tells whether descriptor fd, of our caller's, can be written to.
func Writable(fd int) (bool, error) {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return flags&unix.O_ACCMODE != unix.O_RDONLY, err
}

// Chown changes the owner of an open file.
func Chown(f *os.File, uid, gid int) error {
	return onFD("chown", f, func(fd int) error { return unix.Fchown(fd, uid, gid) })
}

// Getcwd asks the kernel for the working directory. The error is ENOENT when
// it lies outside the root ("(unreachable)", CVE-2024-21626).
func Getcwd() (string, error) {
	dir, err := syscall.Getwd()
	return dir, os.NewSyscallError("getcwd", err)
}
