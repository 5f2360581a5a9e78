package libcontainer

import "github.com/opencontainers/runtime-spec/specs-go"

// Status is where a container is in its life. It is derived from facts: the
// process, its start time, the cgroup, the gate. It is not stored.
type Status string

// The statuses (OCI runtime spec, "State"; paused is runc's).
const (
	Creating Status = "creating"
	Created  Status = "created"
	Running  Status = "running"
	Paused   Status = "paused"
	Stopped  Status = "stopped"
)

// Status tells where the container is in its life. It never waits.
func (c *Container) Status() (Status, error) {
	if c.init == nil && c.dir.BeingCreated() {
		return Creating, nil
	}
	alive, err := c.st.InitAlive()
	if err != nil {
		return "", err
	}
	if !alive {
		return Stopped, nil
	}
	if frozen, err := c.cgroup.Frozen(); err != nil {
		return "", err
	} else if frozen {
		return Paused, nil
	}
	if c.dir.HasGate() {
		return Created, nil
	}
	return Running, nil
}

// PID is the first process's number, 0 once it has ended.
func (c *Container) PID() int {
	if alive, err := c.st.InitAlive(); err != nil || !alive {
		return 0
	}
	return c.st.InitPID
}

// ociState is the state that the OCI runtime spec words ("State").
func (c *Container) ociState(status Status) specs.State {
	pid := c.st.InitPID
	if c.init != nil {
		pid = c.init.PID()
	}
	return specs.State{
		Version:     c.st.Config.OCIVersion,
		ID:          c.ID(),
		Status:      specs.ContainerState(status),
		Pid:         pid,
		Bundle:      c.st.Config.Bundle,
		Annotations: c.st.Config.Annotations,
	}
}
