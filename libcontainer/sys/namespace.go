package sys

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// nsGetNSType is NS_GET_NSTYPE (ioctl_ns(2)).
const nsGetNSType = 0xb703

// OpenNamespace opens the namespace at path and checks that it is one of the
// kind that the CLONE_NEW* bit names.
func OpenNamespace(path string, kind uintptr) (*os.File, error) {
	// O_NONBLOCK: the path may be a FIFO, which would make us wait.
	ns, err := retryFD("open", path, func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	})
	if err != nil {
		return nil, err
	}
	var fs unix.Statfs_t
	if err := onFD("statfs", ns, func(fd int) error { return unix.Fstatfs(fd, &fs) }); err != nil {
		ns.Close()
		return nil, err
	}
	if fs.Type != unix.NSFS_MAGIC {
		ns.Close()
		return nil, fmt.Errorf("%s is not a namespace", path)
	}
	got := 0
	err = onFD("ioctl(NS_GET_NSTYPE)", ns, func(fd int) (err error) {
		got, err = unix.IoctlRetInt(fd, nsGetNSType)
		return err
	})
	if err == nil && uintptr(got) != kind {
		err = fmt.Errorf("%s is a namespace of another type", path)
	}
	if err != nil {
		ns.Close()
		return nil, err
	}
	return ns, nil
}

// HasNamespace tells whether the kernel has a kind of namespace, by the name of
// its file (namespaces(7), "The /proc/pid/ns/ directory").
func HasNamespace(name string) bool {
	_, err := os.Lstat("/proc/self/ns/" + name)
	return err == nil
}

// SameFile tells whether two paths lead to one file, or namespace.
func SameFile(a, b string) (bool, error) {
	sa, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	sb, err := os.Stat(b)
	if err != nil {
		return false, err
	}
	return os.SameFile(sa, sb), nil
}

// WriteProc writes to a file of another process in the host's procfs.
func WriteProc(pid int, name, value string) error {
	f, err := os.OpenFile("/proc/"+strconv.Itoa(pid)+"/"+name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value)
	return err
}

// LoopbackUp brings up the loopback device of the network namespace.
func LoopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil {
		return &os.PathError{Op: "bring up", Path: "lo", Err: err}
	}
	return nil
}
