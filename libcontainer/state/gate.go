package state

import (
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// MakeGate makes the FIFO at which the first process waits for start: it opens
// it for writing, which blocks until start opens it for reading. Others than
// its owner, the container's root user (host ids), may only write (0622), as in
// runc.
func (d *Dir) MakeGate(uid, gid int) error {
	path := d.file(gateFile)
	if err := sys.Mkfifo(path, 0o622); err != nil {
		return fmt.Errorf("make gate: %w", err)
	}
	if uid == os.Geteuid() && gid == os.Getegid() {
		return nil
	}
	if err := os.Lchown(path, uid, gid); err != nil {
		return fmt.Errorf("make gate: %w", err)
	}
	return nil
}

// OpenGate returns the gate as the first process needs it: a descriptor that
// only names it (O_PATH), to be opened through /proc/self/fd.
func (d *Dir) OpenGate() (*os.File, error) { return d.openGate(unix.O_PATH) }

// OpenGateReader opens the gate for reading, which lets the first process
// through, and does not wait for it.
func (d *Dir) OpenGateReader() (*os.File, error) { return d.openGate(unix.O_RDONLY | unix.O_NONBLOCK) }

func (d *Dir) openGate(flags int) (*os.File, error) {
	f, err := os.OpenFile(d.file(gateFile), flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open gate: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Type() != fs.ModeNamedPipe {
		err = fmt.Errorf("%s is not a FIFO", f.Name())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open gate: %w", err)
	}
	return f, nil
}

// HasGate tells whether the container waits for start, or would if it lived.
func (d *Dir) HasGate() bool { return d.has(gateFile) }

// RemoveGate deletes the gate: the container has been started.
func (d *Dir) RemoveGate() error {
	if err := os.Remove(d.file(gateFile)); err != nil {
		return fmt.Errorf("remove gate: %w", err)
	}
	return nil
}
