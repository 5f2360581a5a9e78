// Package mountsource opens the sources of bind mounts on behalf of init, with
// the runtime's rights: what init may not reach from inside a user namespace,
// and what is to be id-mapped. It is the only code on the host's side that
// opens a path which the container's config names.
package mountsource

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// Open returns the source of m as a detached mount tree, id-mapped if m says
// so. The path is resolved in mntNS, which is init's mount namespace: only
// mounts of its own may init attach. userNS is the container's user namespace,
// for an id map that is not spelled out; nil if there is none.
//
// Without open_tree(2) (Linux 5.2) it is a plain descriptor (O_PATH) of the
// source, which init binds by mount(2).
func Open(m *configs.Mount, mntNS, userNS *os.File) (*os.File, error) {
	var tree *os.File
	err := sys.Apart(func() (err error) {
		tree, err = openIn(m, mntNS)
		return err
	})
	if errors.Is(err, unix.ENOENT) {
		return nil, fault.New(fault.MountSource, fmt.Errorf("bind source: %w", err), "make the source, or correct its path")
	}
	if err != nil {
		return nil, fmt.Errorf("bind source: %w", err)
	}
	if m.IDMapping == nil {
		return tree, nil
	}
	if err := idMap(m.IDMapping, tree, userNS); err != nil {
		tree.Close()
		return nil, fmt.Errorf("id-map %s: %w", m.Source, err)
	}
	return tree, nil
}

// openIn moves the calling thread into mntNS and opens the source there.
func openIn(m *configs.Mount, mntNS *os.File) (*os.File, error) {
	// Root and working directory are shared with the other threads until now;
	// to change the mount namespace they must be the thread's own (setns(2)).
	if err := sys.Unshare(unix.CLONE_FS); err != nil {
		return nil, err
	}
	if err := sys.Setns(mntNS, unix.CLONE_NEWNS); err != nil {
		return nil, err
	}
	tree, err := sys.OpenTree(nil, m.Source, m.Flags&unix.MS_REC != 0)
	if sys.Unavailable(err) && m.IDMapping == nil {
		return sys.Openat(nil, m.Source, unix.O_PATH, 0)
	}
	return tree, err
}
