package safepath

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

const beneath = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_MAGICLINKS

// openBeneath opens name below the root of a procfs without leaving its mount.
// covered says that others may have mounted something in there.
func openBeneath(root *os.File, name string, flags int, covered bool) (*os.File, error) {
	f, err := sys.Openat2(root, name, flags, beneath)
	if err == nil || !walkInstead(err) {
		return f, err
	}
	w := walker{root: root, flags: flags}
	if covered {
		if w.visit, err = sameMount(root); err != nil {
			return nil, err
		}
	}
	place, err := w.walk(name)
	if err != nil {
		return nil, err
	}
	on, err := IsProcfs(place.File)
	if err == nil && !on {
		err = &os.PathError{Op: "open", Path: place.Name(), Err: unix.EXDEV}
	}
	if err != nil {
		place.Close()
		return nil, err
	}
	return place.File, nil
}

// sameMount returns a check of each component: EXDEV if it lies on another
// mount than root.
func sameMount(root *os.File) (func(*os.File) error, error) {
	want, err := mountID(root, root)
	if err != nil {
		return nil, err
	}
	return func(f *os.File) error {
		id, err := mountID(root, f)
		if err == nil && id != want {
			err = &os.PathError{Op: "open", Path: f.Name(), Err: unix.EXDEV}
		}
		return err
	}, nil
}

// ReopenFD opens anew, with O_* flags, what fd (perhaps O_PATH) refers to. It
// follows the magic link of fd in the procfs, and no other.
func (p *Proc) ReopenFD(fd *os.File, flags int) (*os.File, error) {
	// thread-self is the thread's; ours must not change in between.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dir, err := p.FDDir()
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	f, err := sys.Openat(dir, strconv.Itoa(int(fd.Fd())), flags, 0)
	if err != nil {
		return nil, fmt.Errorf("reopen %s: %w", fd.Name(), err)
	}
	if err := sameFile(fd, f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sameFile makes sure that f is what fd is.
func sameFile(fd, f *os.File) error {
	want, err := sys.Fstat(fd)
	if err != nil {
		return err
	}
	got, err := sys.Fstat(f)
	if err == nil && (got.Dev != want.Dev || got.Ino != want.Ino) {
		err = fmt.Errorf("reopen %s: another file came (possible attack)", fd.Name())
	}
	return err
}

// FDDir opens the directory in which the decimal number of a descriptor of the
// calling thread stands for what it refers to. The caller has locked the
// goroutine to its thread.
func (p *Proc) FDDir() (*os.File, error) {
	const flags = unix.O_PATH | unix.O_DIRECTORY
	dir, err := p.open("thread-self/fd", flags)
	if err == nil || p.tried {
		return dir, err
	}
	p.makeOwn()
	return p.open("thread-self/fd", flags)
}

// MountID returns the id of the mount that f lies on, as the first field of
// mountinfo.
func (p *Proc) MountID(f *os.File) (uint64, error) {
	if p.own != nil {
		return mountID(p.own, f)
	}
	return mountID(p.visible, f)
}

func mountID(proc, f *os.File) (uint64, error) {
	facts, err := sys.StatMount(f)
	if !errors.Is(err, unix.ENOSYS) {
		return facts.ID, err
	}
	return mountIDFromInfo(proc, f)
}

// mountIDFromInfo reads fdinfo (proc_pid_fdinfo(5)), for kernels before 5.8.
func mountIDFromInfo(proc, f *os.File) (uint64, error) {
	if proc == nil {
		return 0, &os.PathError{Op: "read mount id of", Path: f.Name(), Err: os.ErrClosed}
	}
	info, err := sys.Openat(proc, "self/fdinfo/"+strconv.Itoa(int(f.Fd())), unix.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	defer info.Close()
	if on, err := IsProcfs(info); err != nil || !on {
		return 0, errors.Join(err, &os.PathError{Op: "open", Path: info.Name(), Err: unix.EXDEV})
	}
	lines := bufio.NewScanner(info)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "mnt_id:"); ok {
			return strconv.ParseUint(strings.TrimSpace(id), 10, 64)
		}
	}
	return 0, fmt.Errorf("%s: no mnt_id", info.Name())
}
