package validate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
)

// bind checks the bind mount mounts[i].
func bind(c *configs.Config, i int) error {
	m := &c.Mounts[i]
	if m.Data != "" {
		// The kernel has no place for them. runc before 1.2 took such configs.
		logrus.Warnf("mounts[%d] (%s): option `%s` is ignored: bind mounts cannot have any filesystem-specific options applied", i, m.Destination, m.Data)
	}
	if m.Flags&unix.MS_REMOUNT != 0 {
		return nil // it changes a mount that is there, and needs no source
	}
	source, err := os.Stat(m.Source)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return fault.New(fault.MountSource, fmt.Errorf("bind source %s: no such file or directory", m.Source), "create it or drop the mount")
	}
	if err != nil {
		return nil // whoever opens the source may be allowed more
	}
	return sameKind(c, i, source)
}

// sameKind checks that a directory meets a directory and a file a file, if the
// rootfs has something at the destination already. It only speaks when it is
// sure: what lies behind absolute symlinks or other mounts is left to mount(2).
func sameKind(c *configs.Config, i int, source os.FileInfo) error {
	if ns := c.Namespaces.Get(configs.MountNamespace); ns == nil || ns.Path != "" {
		return nil // the rootfs may look different in there
	}
	rootfs, err := os.OpenRoot(c.Root.Path)
	if err != nil {
		return nil
	}
	defer rootfs.Close()
	m := &c.Mounts[i]
	target, err := rootfs.Stat(inRoot(m.Destination))
	if err != nil || target.IsDir() == source.IsDir() || mayBeCovered(rootfs, c.Mounts[:i], m.Destination) {
		return nil
	}
	// Docker looks for what mount(2) says either way, to add a hint of its own.
	return fault.Worded(fault.MountKind, fmt.Errorf("bind source %s is a %s, target %s in rootfs is a %s: %w; make both the same", m.Source, kindOf(source), m.Destination, kindOf(target), unix.ENOTDIR))
}

// inRoot turns a path of the container into one for os.Root.
func inRoot(path string) string { return "." + path }

// mayBeCovered tells whether one of the mounts made earlier could be what is
// found at path. A symlink on either way makes that impossible to say by name.
func mayBeCovered(rootfs *os.Root, earlier []configs.Mount, path string) bool {
	if hasSymlink(rootfs, path) {
		return true
	}
	for i := range earlier {
		at := earlier[i].Destination
		if at == path || at == "/" || strings.HasPrefix(path, at+"/") || hasSymlink(rootfs, at) {
			return true
		}
	}
	return false
}

// hasSymlink tells whether a component of path is a symlink.
func hasSymlink(rootfs *os.Root, path string) bool {
	for end := 1; end <= len(path); end++ {
		if end < len(path) && path[end] != '/' {
			continue
		}
		if info, err := rootfs.Lstat(inRoot(path[:end])); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return true
		}
	}
	return false
}

func kindOf(info os.FileInfo) string {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return "directory"
	case mode.IsRegular():
		return "regular file"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeNamedPipe != 0:
		return "FIFO"
	default:
		return "device"
	}
}
