package sys

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SpawnAttr says how Spawn starts a child.
type SpawnAttr struct {
	// Exe is the open program; it need not have a path, but must not be a
	// script. nil: the program at Path.
	Exe  *os.File
	Path string
	// Args and Env are complete; nothing is inherited.
	Args, Env []string
	// Files become the descriptors 0, 1, 2, ... of the child; a nil entry is
	// closed there.
	Files []*os.File
	// CgroupDir is a cgroup v2 directory to be born in (clone3(2),
	// CLONE_INTO_CGROUP); nil: the caller's cgroup.
	CgroupDir *os.File
}

// Spawn starts a child and returns it with its pidfd. It goes around
// os.StartProcess, which forks once more at its first use to try out pidfds.
func Spawn(a SpawnAttr) (*Process, error) {
	name, path := a.Path, a.Path
	if a.Exe != nil {
		// The path is resolved by the child, whose descriptor table is a copy
		// of ours, but for the low numbers that Files have taken by then.
		exe, err := dupAbove(a.Exe, len(a.Files), a.Files)
		if err != nil {
			return nil, err
		}
		defer exe.Close()
		name, path = a.Exe.Name(), FDPath(exe)
	}
	pidfd := -1
	attr := &syscall.ProcAttr{
		Env: a.Env,
		Sys: &syscall.SysProcAttr{PidFD: &pidfd},
	}
	for _, f := range a.Files {
		fd := ^uintptr(0)
		if f != nil {
			fd = f.Fd()
		}
		attr.Files = append(attr.Files, fd)
	}
	if a.CgroupDir != nil {
		attr.Sys.UseCgroupFD = true
		attr.Sys.CgroupFD = int(a.CgroupDir.Fd())
	}
	var pid int
	err := forking(func() (err error) {
		pid, _, err = syscall.StartProcess(path, a.Args, attr)
		return err
	})
	runtime.KeepAlive(a)
	if err != nil {
		return nil, &os.PathError{Op: "start", Path: name, Err: err}
	}
	p := &Process{PID: pid}
	if pidfd >= 0 {
		p.fd = os.NewFile(uintptr(pidfd), "pidfd")
		return p, nil
	}
	if err := p.openPidfd(); err != nil {
		return nil, err
	}
	return p, nil
}

// dupAbove duplicates f to a number that the child does not use: syscall moves
// files that stand in the way of others to numbers above all of them and above
// count, one for each file at most.
func dupAbove(f *os.File, count int, files []*os.File) (*os.File, error) {
	highest := count
	for _, other := range files {
		if other != nil {
			highest = max(highest, int(other.Fd()))
		}
	}
	dup := -1
	err := onFD("duplicate", f, func(fd int) (err error) {
		dup, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, highest+count+2)
		return err
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(dup), f.Name()), nil
}

// Process is a process held by a pidfd (pidfd_open(2)): a number that was
// recycled can never be signalled through it.
type Process struct {
	PID int
	fd  *os.File
}

// FindProcess holds the process pid. The error is ESRCH when there is none.
func FindProcess(pid int) (*Process, error) {
	p := &Process{PID: pid}
	if pid <= 0 {
		return nil, os.NewSyscallError("pidfd_open", unix.ESRCH)
	}
	return p, p.openPidfd()
}

func (p *Process) openPidfd() error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	p.fd = os.NewFile(uintptr(fd), "pidfd")
	return nil
}

// File returns the pidfd; p keeps it.
func (p *Process) File() *os.File { return p.fd }

// Signal sends sig; ESRCH when the process is gone.
func (p *Process) Signal(sig unix.Signal) error {
	return onFD("signal", p.fd, func(fd int) error { return unix.PidfdSendSignal(fd, sig, nil, 0) })
}

// Ended waits until the process is dead, its child or not, for at most
// timeout; below 0 without end. It does not reap.
func (p *Process) Ended(timeout time.Duration) (bool, error) {
	ready, err := Poll(timeout, p.fd)
	return len(ready) > 0 && ready[0], err
}

// Wait reaps the process, a child of ours, and returns how it ended.
func (p *Process) Wait() (unix.WaitStatus, error) { return Reap(p.PID) }

// Release lets go of the pidfd.
func (p *Process) Release() {
	if p != nil && p.fd != nil {
		p.fd.Close()
	}
}

// NextZombie returns a dead child that waits to be reaped, without reaping it;
// 0 when there is none. The error is ECHILD when there are no children.
func NextZombie() (pid int, err error) {
	var info unix.Siginfo
	err = Retry(func() error {
		return unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	})
	if err != nil {
		return 0, os.NewSyscallError("waitid", err)
	}
	return int(childOf(&info).pid), nil
}

// KilledBy tells whether the process, a child that has ended, was killed by
// sig. It stays to be reaped.
func (p *Process) KilledBy(sig unix.Signal) bool {
	const killed, dumped = 2, 3 // CLD_KILLED, CLD_DUMPED (sigaction(2))
	var info unix.Siginfo
	err := Retry(func() error {
		return unix.Waitid(unix.P_PID, p.PID, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	})
	return err == nil && (info.Code == killed || info.Code == dumped) && childOf(&info).status == int32(sig)
}

// siginfoChild is what the union in siginfo_t holds of a child (sigaction(2)).
type siginfoChild struct {
	pid    int32
	uid    uint32
	status int32
}

// childOf reads the union, which follows three numbers and, on 64 bit, padding.
func childOf(info *unix.Siginfo) siginfoChild {
	offset := unsafe.Sizeof(int32(0)) * 3
	offset = (offset + unsafe.Sizeof(uintptr(0)) - 1) &^ (unsafe.Sizeof(uintptr(0)) - 1)
	return *(*siginfoChild)(unsafe.Add(unsafe.Pointer(info), offset))
}

// Reap waits for the child pid and returns how it ended.
func Reap(pid int) (unix.WaitStatus, error) {
	var ws unix.WaitStatus
	err := Retry(func() error {
		_, err := unix.Wait4(pid, &ws, 0, nil)
		return err
	})
	return ws, os.NewSyscallError("wait4", err)
}

// Poll waits until one of files can be read or has hung up, for at most
// timeout; below 0 without end. It tells for each whether it is.
func Poll(timeout time.Duration, files ...*os.File) ([]bool, error) {
	fds := make([]unix.PollFd, len(files))
	for i, f := range files {
		fds[i] = unix.PollFd{Fd: int32(f.Fd()), Events: unix.POLLIN}
	}
	deadline := time.Now().Add(timeout)
	for {
		ms := -1
		if timeout >= 0 {
			ms = int(max(0, time.Until(deadline)+time.Millisecond-1) / time.Millisecond)
		}
		_, err := unix.Poll(fds, ms)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		ready := make([]bool, len(files))
		for i := range fds {
			ready[i] = fds[i].Revents != 0
		}
		runtime.KeepAlive(files)
		return ready, os.NewSyscallError("poll", err)
	}
}

// Exec replaces the program of this process by exe, keeping the descriptors
// without close-on-exec. It returns only on failure. As syscall.Exec it gives
// RLIMIT_NOFILE back the soft limit that Go raised at start, unless SetNofile
// was called.
func Exec(path string, args, env []string) error {
	return &os.PathError{Op: "exec", Path: path, Err: syscall.Exec(path, args, env)}
}

// SetNofile sets the soft limit of open files; Exec hands it on as it is.
func SetNofile(soft uint64) error {
	var lim syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		return os.NewSyscallError("getrlimit", err)
	}
	lim.Cur = min(soft, lim.Max)
	return os.NewSyscallError("setrlimit", syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim))
}

// SetRlimit sets a resource limit of another process (prlimit(2)).
func SetRlimit(pid, resource int, soft, hard uint64) error {
	return os.NewSyscallError("prlimit", unix.Prlimit(pid, resource, &unix.Rlimit{Cur: soft, Max: hard}, nil))
}
