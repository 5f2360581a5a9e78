package cgroups

import (
	"errors"
	"fmt"

	occ "github.com/opencontainers/cgroups"
)

// The library's words for what a cgroup has used.
type (
	Stats          = occ.Stats
	BlkioStatEntry = occ.BlkioStatEntry
	MemoryData     = occ.MemoryData
	PSIData        = occ.PSIData
	PSIStats       = occ.PSIStats
)

// Stats reads what the container has used so far. What the host has no
// controller for is 0.
func (m *Manager) Stats() (*Stats, error) {
	if len(m.paths) == 0 {
		return nil, errors.New("the container has no cgroup, which would count what it uses")
	}
	lib, err := m.library()
	if err != nil {
		return nil, err
	}
	stats, err := lib.GetStats()
	if err != nil {
		return nil, fmt.Errorf("cgroup: %w", err)
	}
	return stats, nil
}
