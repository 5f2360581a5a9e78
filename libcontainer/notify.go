package libcontainer

import "runc/libcontainer/sys"

// NotifyDir is the directory for the notify socket of the container id, which
// IO.Notify has made.
func (f *Factory) NotifyDir(id string) string { return f.root.NotifyDir(id) }

// NotifyDir is the directory of the container's notify socket; empty when it was
// created without one.
func (c *Container) NotifyDir() string { return c.dir.NotifyDir() }

// Hold returns the first process if it lives, to be released by the caller. The
// error is ErrNotRunning when it has ended.
func (c *Container) Hold() (*sys.Process, error) { return c.holdInit() }

// makeNotify lets the caller put the notify socket into its directory.
func (c *Container) makeNotify(io IO) error {
	if io.Notify == nil {
		return nil
	}
	dir, err := c.dir.MakeNotifyDir()
	if err != nil {
		return err
	}
	return io.Notify(dir)
}
