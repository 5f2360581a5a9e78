package cgroups

import (
	"errors"
	"fmt"

	"runc/libcontainer/fault"
)

// None returns the manager of a container that is to have no cgroup: its
// processes stay in that of the runtime. It makes and removes nothing, and
// limits are refused. Devices are not forbidden then.
func None(cfg *Config) (*Manager, error) {
	if cfg == nil || cfg.Resources == nil {
		return nil, errors.New("cgroup: no configuration")
	}
	m := &Manager{cfg: cfg, fresh: true}
	for _, v2 := range [...]bool{false, true} {
		if list := wants(cfg.Resources, v2); len(list) > 0 {
			return nil, fault.Worded(fault.CgroupController,
				fmt.Errorf("linux.resources.%s: the container has no cgroup (--cgroup-manager disabled); drop the limit or the flag", list[0].field))
		}
	}
	return m, nil
}
