package libcontainer

import (
	"cmp"

	"runc/libcontainer/cleanup"
	"runc/libcontainer/configs"
	"runc/libcontainer/intelrdt"
	"runc/libcontainer/netdev"
	"runc/libcontainer/state"
)

// rdtOf is the resctrl group of a container; nil for none.
func rdtOf(st *state.State) *intelrdt.Group {
	return intelrdt.Load(st.Config.IntelRdt, st.ID, st.IntelRdtPath)
}

// findRdt looks where the resctrl group is to be, for the state: what a killed
// create leaves can be found by it.
func (c *Container) findRdt() error {
	group, err := intelrdt.New(c.st.Config.IntelRdt, c.ID())
	c.st.IntelRdtPath = group.Path()
	return err
}

func (c *Container) makeRdt(undo *cleanup.Stack) error {
	group := rdtOf(c.st)
	if err := group.Create(); err != nil {
		return err
	}
	undo.Add(func() { warn(group.Destroy()) })
	return nil
}

// updateRdt changes the schemata of the container's resctrl group. A container
// without one gets one, as runc does it.
func (c *Container) updateRdt(change Change, undo *cleanup.Stack) error {
	if change.L3CacheSchema == "" && change.MemBwSchema == "" {
		return nil
	}
	if err := intelrdt.CanUpdate(change.L3CacheSchema, change.MemBwSchema); err != nil {
		return err
	}
	config, path := c.st.Config.IntelRdt, c.st.IntelRdtPath
	undo.Add(func() { c.st.Config.IntelRdt, c.st.IntelRdtPath = config, path })
	changed := configs.IntelRdt{}
	if config != nil {
		changed = *config
	}
	c.st.Config.IntelRdt = &changed
	if path == "" {
		if err := c.joinNewRdt(undo); err != nil {
			return err
		}
	}
	back, err := rdtOf(c.st).Update(change.L3CacheSchema, change.MemBwSchema)
	if err != nil {
		return err
	}
	undo.Add(func() { warn(back()) })
	changed.L3CacheSchema = cmp.Or(change.L3CacheSchema, changed.L3CacheSchema)
	changed.MemBwSchema = cmp.Or(change.MemBwSchema, changed.MemBwSchema)
	return nil
}

// joinNewRdt makes a resctrl group for a container that runs, and moves its
// processes there.
func (c *Container) joinNewRdt(undo *cleanup.Stack) error {
	if err := c.findRdt(); err != nil {
		return err
	}
	if err := c.makeRdt(undo); err != nil {
		return err
	}
	pids, err := c.Pids()
	for _, pid := range pids {
		if err == nil {
			err = rdtOf(c.st).Join(pid)
		}
	}
	return err
}

// moveDevices gives the container its network devices. It comes before anything
// of the container's is told or set up: hooks and sysctls find them there.
func (c *Container) moveDevices() (*netdev.Moved, error) {
	return netdev.Move(c.st.Config.NetDevices, c.nsPath("net"))
}
