package libcontainer

import (
	"errors"
	"fmt"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/cleanup"
	"runc/libcontainer/fault"
)

// ErrNotPaused is in runc's words, which engines look for.
var ErrNotPaused error = &fault.Error{Code: fault.Status, Err: errors.New("container not paused")}

// newCgroup returns the cgroup of a container that is being made.
func newCgroup(s Spec) (*cgroups.Manager, error) {
	if s.NoCgroup {
		return cgroups.None(s.Cgroup)
	}
	return cgroups.New(s.Cgroup)
}

// Change is what Update changes of a live container; what has no value stays.
type Change struct {
	Resources *cgroups.Resources
	// L3CacheSchema and MemBwSchema are lines for the container's resctrl
	// group (OCI runtime spec, "IntelRdt").
	L3CacheSchema, MemBwSchema string
}

// Update changes limits. When it fails, nothing has changed.
func (c *Container) Update(change Change) error {
	status, err := c.Status()
	switch {
	case err != nil:
		return err
	case status == Stopped:
		return ErrNotRunning
	case status == Creating:
		return fault.New(fault.Status, fmt.Errorf("cannot update container %s that is being created", c.ID()), "")
	}
	undo := cleanup.New()
	defer undo.Clean()
	if err := c.updateRdt(change, undo); err != nil {
		return err
	}
	back, err := c.cgroup.Update(change.Resources)
	if err != nil {
		return fault.At("limits", err)
	}
	if err := c.dir.Save(c.st); err != nil {
		return errors.Join(err, back())
	}
	undo.Release()
	return nil
}

// Pause stops all processes of a container and waits until they stand still.
func (c *Container) Pause() error {
	status, err := c.Status()
	if err != nil {
		return err
	}
	if status != Running && status != Created {
		return ErrNotRunning
	}
	return c.cgroup.Freeze()
}

// Resume lets the processes of a paused container run again.
func (c *Container) Resume() error {
	status, err := c.Status()
	if err != nil {
		return err
	}
	if status != Paused {
		return ErrNotPaused
	}
	return c.cgroup.Thaw()
}
