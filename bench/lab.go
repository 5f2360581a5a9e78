package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// A lab is what all cases of a view share.
type lab struct {
	options
	ctx        context.Context
	dir        string // a tmpfs of ours, as state roots are on one
	rootfs     string
	userRootfs string // the same for userFirst
	source     string // what bind mounts show
	count      int    // of containers so far
}

// newLab makes root file systems, in a tmpfs that goes with our mount namespace.
func newLab(ctx context.Context, o options) (*lab, error) {
	l := &lab{options: o, ctx: ctx, dir: filepath.Join(o.work, o.inside)}
	l.rootfs = filepath.Join(l.dir, "rootfs")
	l.userRootfs = filepath.Join(l.dir, "user-rootfs")
	l.source = filepath.Join(l.dir, "source")
	l.runtimes = append([]runtime{{nameFloor, filepath.Join(o.work, "floor")}}, present(o.runtimes)...)
	if err := os.Mkdir(l.dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.Chmod(o.work, 0o755); err != nil {
		return nil, err
	}
	mount := exec.Command("mount", "-t", "tmpfs", "-o", "mode=755", "runc-bench", l.dir)
	if output, err := mount.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mount a tmpfs: %w: %s", err, output)
	}
	if err := os.Mkdir(l.source, 0o755); err != nil {
		return nil, err
	}
	if err := makeRootfs(l.rootfs); err != nil {
		return nil, err
	}
	if err := makeRootfs(l.userRootfs); err != nil {
		return nil, err
	}
	return l, giveTo(l.userRootfs, userFirst)
}

// close unmounts the tmpfs, so that nothing is below the directory to be removed,
// and removes cgroups that a runtime left: crun 1.8 does where it can't run.
func (l *lab) close() {
	_ = exec.Command("umount", l.dir).Run()
	for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		left, _ := filepath.Glob(pattern + idPrefix() + "*")
		for _, dir := range left {
			_ = os.Remove(dir)
		}
	}
}

// idPrefix begins the ids of all our containers, and so the names of their cgroups.
func idPrefix() string { return fmt.Sprintf("bench-%d-", os.Getpid()) }

// newID returns an id that no other container has.
func (l *lab) newID() string {
	l.count++
	return idPrefix() + fmt.Sprint(l.count)
}

// giveTo changes the owner of everything below dir.
func giveTo(dir string, id int) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, id, id)
	})
}
