package safepath

import (
	"errors"
	"fmt"
	"os"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Proc is a procfs that can be trusted: no file of it is a plain file, nothing
// is mounted over any of it. A write to /proc that lands elsewhere has been the
// way out of many a container (CVE-2019-16884, CVE-2025-52881).
//
// It begins as the visible /proc, checked to be the root of a procfs and asked
// by openat2 rules that do not cross a mount. The first use that matters makes
// a procfs of our own that is mounted nowhere; where that is denied (AppArmor
// in an outer container, runc #4968) the visible one goes on serving.
type Proc struct {
	visible *os.File // nil if /proc is no procfs
	own     *os.File // nil before it is needed, and where it is denied
	tried   bool     // to make own
	missing error    // why there is no visible
}

// procRootIno is the inode number of the root of every procfs
// (PROC_ROOT_INO of linux/proc_ns.h).
const procRootIno = 1

// OpenProc returns a handle of procfs. It is to be opened while /proc is the
// host's and in the PID namespace that it shall be about: init does so before
// it mounts anything. That there is no /proc at all matters to the first use
// only; that something else poses as one is an error.
func OpenProc() (*Proc, error) {
	p := &Proc{}
	p.visible, p.missing = openVisible()
	if p.missing == nil {
		return p, nil
	}
	p.makeOwn()
	if p.own == nil && !errors.Is(p.missing, unix.ENOENT) {
		return nil, fmt.Errorf("no trustworthy procfs: %w; mount a procfs on /proc", p.missing)
	}
	return p, nil
}

// Close lets go of the handle.
func (p *Proc) Close() {
	for _, f := range []*os.File{p.visible, p.own} {
		if f != nil {
			f.Close()
		}
	}
	p.visible, p.own, p.tried = nil, nil, true
}

func openVisible() (*os.File, error) {
	f, err := sys.Openat(nil, "/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	if err := checkProcRoot(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// checkProcRoot makes sure that f is the root of a procfs: a directory of one
// that is bound on /proc would give names another meaning.
func checkProcRoot(f *os.File) error {
	on, err := IsProcfs(f)
	if err != nil {
		return err
	}
	st, err := sys.Fstat(f)
	if err == nil && (!on || st.Ino != procRootIno) {
		err = errors.New("/proc is not the root of a procfs")
	}
	return err
}

// makeOwn makes the private procfs if it can.
func (p *Proc) makeOwn() {
	if p.tried {
		return
	}
	p.tried = true
	own, err := newProcfs()
	if err != nil {
		// A copy of the visible one without what is mounted over it is as good.
		own, err = cloneVisible(p.visible, err)
	}
	if err != nil {
		logrus.Debugf("no private procfs (%v): using /proc, checked", err)
		return
	}
	p.own = own
}

// newProcfs makes a procfs of this PID namespace that is mounted nowhere. EPERM
// where /proc has files covered that a new procfs would show (mount_too_revealing
// in the kernel).
func newProcfs() (*os.File, error) {
	ctx, err := sys.Fsopen("proc")
	if err != nil {
		return nil, err
	}
	defer ctx.Close()
	if err := ctx.Create(); err != nil {
		return nil, err
	}
	return ctx.Mount("/proc", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
}

func cloneVisible(visible *os.File, cause error) (*os.File, error) {
	if visible == nil {
		return nil, cause
	}
	own, err := sys.OpenTree(visible, "", false)
	if err != nil {
		return nil, errors.Join(cause, err)
	}
	return own, nil
}

// Private lets go of the visible /proc if there is a procfs of our own. Init
// calls it before anybody else can be in the container: the host's /proc leads
// to the host's processes and their roots, and must not be found among its
// descriptors (CVE-2016-9962).
func (p *Proc) Private() {
	p.makeOwn()
	if p.own != nil && p.visible != nil {
		p.visible.Close()
		p.visible = nil
	}
}

// OpenFile opens a file below /proc ("sys/net/ipv4/ip_forward",
// "thread-self/attr/exec") with O_* flags. EXDEV means that something is
// mounted over it.
func (p *Proc) OpenFile(name string, flags int) (*os.File, error) {
	p.makeOwn()
	f, err := p.open(name, flags)
	denied := errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM)
	if !denied || p.own == nil || p.visible == nil {
		return f, err
	}
	// AppArmor judges by path, and a file of a detached mount has none.
	f, again := openBeneath(p.visible, name, flags, true)
	if again != nil {
		return nil, err
	}
	logrus.Debugf("private procfs: %v: used /proc, checked", err)
	return f, nil
}

// open opens a file in the best procfs there is.
func (p *Proc) open(name string, flags int) (*os.File, error) {
	switch {
	case p.own != nil:
		return openBeneath(p.own, name, flags, false)
	case p.visible != nil:
		return openBeneath(p.visible, name, flags, true)
	}
	err := p.missing
	if err == nil {
		err = os.ErrClosed
	}
	return nil, fmt.Errorf("no trustworthy procfs for %s: %w; mount a procfs on /proc", name, err)
}

// Write writes data to a file below /proc, by one write(2).
func (p *Proc) Write(name string, data []byte) error {
	f, err := p.OpenFile(name, unix.O_WRONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(data)
	return err
}
