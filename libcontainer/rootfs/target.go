package rootfs

import (
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// heldDir keeps the directory of a name open while more names are made in it.
type heldDir struct {
	path  string
	place *safepath.Place
}

func (d *heldDir) close() {
	if d.place != nil {
		d.place.Close()
		*d = heldDir{}
	}
}

// parent opens the directory of p, making it if it is missing, and returns it
// with the last component of p. It is not the caller's to close.
func (b *Builder) parent(p string) (dir *safepath.Place, name string, err error) {
	up, name := path.Split(p)
	if b.dir.place != nil && b.dir.path == up {
		return b.dir.place, name, nil
	}
	if dir, err = safepath.MakeDir(b.root, up, 0o755); err != nil {
		return nil, "", err
	}
	if err := notProcfs(dir, up); err != nil {
		dir.Close()
		return nil, "", err
	}
	b.dir.close()
	b.dir = heldDir{up, dir}
	return dir, name, nil
}

// notProcfs refuses a directory of a procfs for nodes, which may be bind mounts:
// a /dev of the image that is a symlink to /proc must not let them cover its
// files (CVE-2025-52881).
func notProcfs(dir *safepath.Place, wanted string) error {
	on, err := safepath.IsProcfs(dir.File)
	if err == nil && on {
		err = fmt.Errorf("%s leads to %s, which is inside a procfs; remove the symlink from the rootfs, or mount a tmpfs on /dev", wanted, dir.Path)
	}
	return err
}

// target opens the directory that op is to be mounted on, and makes what is
// missing.
func (b *Builder) target(op *Op) (*safepath.Place, error) {
	find := safepath.MakeDir
	if t := op.Mount.Type; t == "proc" || t == "sysfs" {
		// A symlink would let an image move what the runtime and the kernel
		// take for /proc (CVE-2019-19921, CVE-2023-27561).
		find = safepath.MakeRealDir
	}
	at, err := find(b.root, op.Path, 0o755)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if at, err = checked(op, at, op.Mount.Type == "proc"); err != nil || at.Made {
		return at, err
	}
	dir, err := safepath.IsDir(at.File)
	if err == nil && !dir {
		err = fault.New(fault.MountKind, fmt.Errorf("target %s: %w", at.Path, unix.ENOTDIR), "the target in the rootfs must be a directory")
	}
	if err != nil {
		at.Close()
		return nil, err
	}
	return at, nil
}

// targetFor opens the file or directory that a bind mount goes on, and makes
// what is missing after the kind of its source.
func (b *Builder) targetFor(op *Op, tree *unix.Stat_t, isProc bool) (*safepath.Place, error) {
	dir := tree.Mode&unix.S_IFMT == unix.S_IFDIR
	find := safepath.MakeFile
	if dir {
		find = safepath.MakeDir
	}
	at, err := find(b.root, op.Path, 0o755)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if at, err = checked(op, at, isProc); err != nil || at.Made {
		return at, err
	}
	st, err := sys.Fstat(at.File)
	if err == nil && dir != (st.Mode&unix.S_IFMT == unix.S_IFDIR) {
		err = fault.Worded(fault.MountKind, fmt.Errorf("bind source %s is a %s, target %s in the rootfs is a %s; make both a file or both a directory",
			op.Source, kindOf(tree.Mode), at.Path, kindOf(st.Mode)))
	}
	if err != nil {
		at.Close()
		return nil, err
	}
	return at, nil
}

func kindOf(mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return "directory"
	case unix.S_IFREG:
		return "regular file"
	case unix.S_IFCHR, unix.S_IFBLK:
		return "device"
	case unix.S_IFIFO:
		return "FIFO"
	case unix.S_IFSOCK:
		return "socket"
	}
	return "symlink"
}

// checked refuses a place in /proc, or on any procfs, for a mount there can
// make the writes of privileged processes go elsewhere (CVE-2019-16884,
// CVE-2025-52881). It closes the place then. isProc says that a whole procfs
// is to be mounted, which may cover another.
func checked(op *Op, at *safepath.Place, isProc bool) (*safepath.Place, error) {
	on, err := safepath.IsProcfs(at.File)
	if err == nil && !mayMountAt(at, on, isProc) {
		err = procError(op, at)
	}
	if err != nil {
		at.Close()
		return nil, err
	}
	return at, nil
}

func mayMountAt(at *safepath.Place, onProcfs, isProc bool) bool {
	switch {
	case at.Path == "/proc":
		return isProc
	case strings.HasPrefix(at.Path, "/proc/"):
		return emulated(at.Path)
	case onProcfs:
		return isProc && isProcRoot(at.File)
	}
	return true
}

// isProcRoot tells whether f, which lies on a procfs, is the root of it
// (PROC_ROOT_INO in the kernel).
func isProcRoot(f *os.File) bool {
	st, err := sys.Fstat(f)
	return err == nil && st.Ino == 1
}

// emulated tells whether path is one of the files that lxcfs and the like put
// over the kernel's. The kernel's own tools read them, nothing writes there.
func emulated(p string) bool {
	switch p {
	case "/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/slabinfo", "/proc/stat",
		"/proc/swaps", "/proc/uptime", "/proc/sys/crypto/fips_enabled", "/proc/sys/kernel/ns_last_pid":
		return true
	}
	// /proc/net is a symlink to the directory of the process. New kernels take
	// the mount and drop it with the next look at the directory.
	ok, _ := path.Match("/proc/[0-9]*/net/dev", p)
	return ok
}

func procError(op *Op, at *safepath.Place) error {
	through := ""
	if at.Path != op.Path {
		through = fmt.Sprintf(" (reached through a symlink as %s)", op.Path)
	}
	if at.Path == "/proc" {
		return fmt.Errorf("%s%s cannot be mounted because it is not of type proc; only a procfs may be mounted there", at.Path, through)
	}
	return fmt.Errorf("%s%s is inside /proc; only a few files (cpuinfo, meminfo, uptime, ...) may be mounted over there", at.Path, through)
}
