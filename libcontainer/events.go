package libcontainer

import (
	"errors"

	"runc/libcontainer/cgroups"
)

// Watch begins to watch a live container: for a lack of memory, for pressure on
// memory of the level (empty: none), and for its end.
func (c *Container) Watch(level cgroups.PressureLevel) (*cgroups.Watcher, error) {
	init, err := c.holdInit()
	if err != nil && !errors.Is(err, ErrNotRunning) {
		return nil, err
	}
	return c.cgroup.Watch(init, level)
}

// Stats reads what the container has used so far. The error is ErrNotRunning when
// it ended meanwhile: its cgroup may be removed by now, or half of it, and counts
// nothing.
func (c *Container) Stats() (*Stats, error) {
	s, err := c.cgroup.Stats()
	if alive, aliveErr := c.st.InitAlive(); aliveErr == nil && !alive && !c.hasProcesses() {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	stats := statsOf(s)
	rdt, err := rdtOf(c.st).Stats()
	if err != nil {
		return nil, err
	}
	stats.IntelRdt = *rdt
	return stats, nil
}
