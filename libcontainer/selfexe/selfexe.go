// Package selfexe hands out a descriptor of the runtime's own binary that can
// be executed inside a container but never be written from there.
//
// The danger (CVE-2019-5736): while the runtime runs inside, or when a process
// of the container executes /proc/self/exe, that magic link leads root of the
// container to the very inode of the host's binary. The kernel refuses to write
// it as long as it runs (ETXTBSY), but not a moment later.
//
// First choice is a mount of the one file, read-only, that belongs to no mount
// namespace (see clone). It costs no copy and no memory. Without the privilege
// to mount, it is a sealed copy in memory.
//
// An overlay whose lower layer is the binary's directory would do as well, and
// is read-only by its nature rather than by a flag. It is not used because it
// needs the overlay module and a super block for each start, and some file
// systems cannot be lower layers.
package selfexe

import (
	"errors"
	"fmt"
	"os"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// words are those that runc's tests look for.
const words = "runc exeseal: using /proc/self/exe clone"

// self leads to the running binary even after an upgrade has unlinked it.
const self = "/proc/self/exe"

const (
	// cloneAttrs are the properties of the mount that clone makes. Read-only
	// is the point; device files and symlinks, of which it has none, are
	// forbidden to mark it: see isClone.
	cloneAttrs = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOSYMFOLLOW
	// cloneFlags are the same in the words of statfs(2).
	cloneFlags = unix.ST_RDONLY | unix.ST_NODEV | stNoSymFollow
	// stNoSymFollow is ST_NOSYMFOLLOW of linux/statfs.h (Linux 5.10).
	stNoSymFollow = 0x2000

	allSeals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
)

// Open returns a descriptor to start the binary from, by way of
// /proc/self/fd/N. It is close-on-exec, which does not keep the child from
// executing it; but its number must not be that of a descriptor which the child
// is given.
func Open() (*os.File, error) {
	f, err := clone(self)
	if err == nil {
		logrus.Debug(words + ": a read-only mount")
		return f, nil
	}
	if errors.Is(err, unix.EINVAL) && isClone(self) {
		return os.OpenFile(self, unix.O_PATH, 0)
	}
	logrus.Debug(words + ": a sealed copy in memory")
	f, sealErr := Sealed()
	if sealErr != nil {
		return nil, fmt.Errorf("protect the runtime's binary: no read-only mount: %w; no sealed copy: %w", err, sealErr)
	}
	return f, nil
}

// Pending is a descriptor that OpenAsync is about to get.
type Pending struct {
	done chan struct{}
	file *os.File
	err  error
}

// OpenAsync is Open meanwhile: to let go of the mount waits for a grace period of
// the kernel's. It must be closed.
func OpenAsync() *Pending {
	p := &Pending{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.file, p.err = Open()
	}()
	return p
}

// Wait returns what Open returned; p keeps the file.
func (p *Pending) Wait() (*os.File, error) {
	<-p.done
	return p.file, p.err
}

// Close closes the file.
func (p *Pending) Close() {
	if f, err := p.Wait(); err == nil {
		f.Close()
	}
}

// clone puts the file on a read-only mount that nobody can make writable.
//
// Read-only is a flag of the mount, and mount_setattr(2) lets anyone with
// CAP_SYS_ADMIN over any mount namespace, so root of a user namespace too,
// clear it on a detached mount that he can name, be it through /proc/PID/exe:
// the kernel does not ask whose it is. But only as long as the mount is
// mounted, in the anonymous namespace that it shares its life with: that of the
// descriptor of open_tree(2). So that one is closed here. The second descriptor
// keeps the mount itself alive, and with it the flag; to mount_setattr,
// remount, bind and move it is no mount any more, and says EINVAL.
func clone(path string) (*os.File, error) {
	tree, err := sys.CloneFile(path, cloneAttrs)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	return os.OpenFile(sys.FDPath(tree), unix.O_PATH, 0)
}

// isClone tells whether path, a file that cannot be cloned (EINVAL), is on a
// mount that clone made. Other read-only mounts that cannot be cloned belong to
// another mount namespace, whose owner may make them writable one day while a
// process of the container still holds them; they lack the mark.
func isClone(path string) bool {
	flags, err := sys.MountFlags(path)
	return err == nil && flags&cloneFlags == cloneFlags
}
