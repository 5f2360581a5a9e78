package libcontainer

import (
	"runc/libcontainer/cleanup"
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

// moveDevices gives the container its network devices. It comes before anything
// of the container's is told or set up: hooks and sysctls find them there.
func (c *Container) moveDevices() (*netdev.Moved, error) {
	return netdev.Move(c.st.Config.NetDevices, c.nsPath("net"))
}
