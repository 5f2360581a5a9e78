package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// errMoved says that a directory was removed or renamed while we took its lock.
var errMoved = errors.New("state directory was replaced")

// acquire takes the directory's lock without waiting. The error is ErrExist
// when another create holds it, errMoved when the name has come to mean
// something else meanwhile.
func (d *Dir) acquire() error {
	dir, err := sys.OpenDir(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return errMoved
	}
	if err != nil {
		return fmt.Errorf("lock state directory: %w", err)
	}
	ok, err := sys.TryFlock(dir, true)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s is being created by another process", ErrExist, d.id)
	}
	if err == nil && !samePlace(dir, d.path) {
		err = errMoved
	}
	if err != nil {
		dir.Close()
		return err
	}
	d.lock = dir
	return nil
}

// samePlace tells whether path still is the directory dir.
func samePlace(dir *os.File, path string) bool {
	held, err := dir.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(held, there)
}

// clear removes d if a create that was killed left it, after the caller's
// reclaim. Otherwise the error is ErrExist, with the state of things.
func (d *Dir) clear(reclaim Reclaim) error {
	if err := d.acquire(); err != nil {
		return err
	}
	defer d.unlock()
	s, err := d.Load()
	switch {
	case errors.Is(err, ErrNoState): // saved before anything else is made
		return d.Remove()
	case err != nil:
		return fmt.Errorf("%w: %s (%w)", ErrExist, d.id, err)
	case !d.abandoned(s):
		return d.inUse(s)
	}
	if err := reclaim(s); err != nil {
		return fmt.Errorf("%w: %s (its create was killed, and what it left cannot be removed: %w)", ErrExist, d.id, err)
	}
	return d.Remove()
}

// abandoned tells, for a directory whose lock is free, whether its create was
// killed: it got no process, or the process died with it. One that lives has
// come as far as the gate, and can be started.
func (d *Dir) abandoned(s *State) bool {
	alive, err := s.InitAlive()
	return s.InitPID == 0 || d.has(markFile) && err == nil && !alive
}

// inUse words the state of an existing container and what to do about it.
func (d *Dir) inUse(s *State) error {
	what, mend := fmt.Sprintf("running as pid %d", s.InitPID), "free the id with: delete --force "+d.id
	alive, err := s.InitAlive()
	switch {
	case err == nil && !alive:
		what = "stopped, created " + s.Created.Format("2006-01-02 15:04:05Z07:00")
		mend = "free the id with: delete " + d.id
	case d.HasGate():
		what = fmt.Sprintf("created, waiting for start as pid %d", s.InitPID)
	}
	return fault.New("", fmt.Errorf("%w: %s (%s; %s)", ErrExist, d.id, what, mend), mend)
}

// Unlock ends the create: the container is complete, and the lock is given up.
// A create whose process dies without it was killed.
func (d *Dir) Unlock() error {
	defer d.unlock()
	if err := os.Remove(d.file(markFile)); err != nil {
		return fmt.Errorf("end the create of %s: %w", d.id, err)
	}
	return nil
}

// unlock gives up the lock at once, though a child may still hold a copy of
// the descriptor.
func (d *Dir) unlock() {
	if d.lock != nil {
		_ = sys.Unflock(d.lock)
		d.lock.Close()
		d.lock = nil
	}
}

// BeingCreated tells whether a create of the container is going on, in this
// process or another. It never waits.
func (d *Dir) BeingCreated() bool {
	if d.lock != nil {
		return true
	}
	if !d.has(markFile) {
		return false
	}
	dir, err := sys.OpenDir(d.path)
	if err != nil {
		return false
	}
	defer dir.Close()
	free, err := sys.TryFlock(dir, false)
	return err == nil && !free
}
