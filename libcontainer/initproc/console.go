package initproc

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/console"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// openConsole makes the terminal inside the container's root and hands its
// master out. In a new container it is /dev/console as well.
func openConsole(i *initProcess) error {
	if !i.Process.Terminal {
		return i.ownNull()
	}
	// A process that exec adds has no procfs by now, and devices are restricted.
	pair, err := console.Open(i.Process.ConsoleSize, i.proc)
	if err != nil {
		return fmt.Errorf("process.terminal: %w", err)
	}
	defer pair.Close()
	if i.root != nil {
		if err := i.root.Console(pair.Peer); err != nil {
			return err
		}
	}
	if err := i.parent.Console(pair.Master); err != nil {
		return err
	}
	return pair.Attach()
}

// ownNull puts the container's own /dev/null in place of the host's, if that is
// a standard stream of a new container: the container is not to hold a file of
// the host's, which CRIU could not save either. Where it has none, the stream
// stays as it is.
func (i *initProcess) ownNull() error {
	if i.root == nil || !i.Config.Namespaces.Has(configs.MountNamespace) {
		return nil
	}
	var own *os.File
	for fd, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		if is, err := safepath.IsDevice(f, 1, 3); err != nil || !is {
			continue
		}
		if own == nil {
			var err error
			if own, err = i.openNull(); err != nil {
				return nil
			}
			defer own.Close()
		}
		if err := sys.DupOnto(own, fd); err != nil {
			return err
		}
	}
	return nil
}

func (i *initProcess) openNull() (*os.File, error) {
	root, err := sys.Openat(nil, "/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	null, err := safepath.Open(root, os.DevNull, unix.O_PATH)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	is, err := safepath.IsDevice(null, 1, 3)
	if err == nil && !is {
		err = &os.PathError{Op: "open", Path: os.DevNull, Err: unix.ENODEV}
	}
	if err != nil {
		return nil, err
	}
	return i.proc.ReopenFD(null, unix.O_RDWR)
}
