package validate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runc/libcontainer/configs"
)

// memoryPolicy checks the nodes that set_mempolicy(2) wants with each mode.
func memoryPolicy(c *configs.Config) error {
	if c.MemoryPolicy == nil {
		return nil
	}
	const preferred, deflt, local = 1, 0, 4
	given := len(c.MemoryPolicy.Nodes)
	switch c.MemoryPolicy.Mode {
	case preferred: // with or without
	case deflt, local:
		if given > 0 {
			return fmt.Errorf("linux.memoryPolicy.nodes: memory policy mode requires 0 nodes but got %d; drop them", given)
		}
	default:
		if given == 0 {
			return errors.New("linux.memoryPolicy.nodes: memory policy mode requires at least one node but got 0")
		}
	}
	return nil
}

// intelRdt checks what becomes a directory name and lines of a file.
func intelRdt(c *configs.Config) error {
	r := c.IntelRdt
	if r == nil {
		return nil
	}
	if id := r.ClosID; id == "." || id == ".." || id != "/" && strings.ContainsAny(id, "/\n") {
		return fmt.Errorf("linux.intelRdt.closID: %q is not a directory name", id)
	}
	if strings.Contains(r.L3CacheSchema, "\n") {
		return errors.New("linux.intelRdt.l3CacheSchema: holds a newline")
	}
	if s := r.MemBwSchema; s != "" && (!strings.HasPrefix(s, "MB:") || strings.Contains(s, "\n")) {
		return fmt.Errorf("linux.intelRdt.memBwSchema: %q is not a line that begins with \"MB:\"", s)
	}
	for i, s := range r.Schemata {
		if strings.Contains(s, "\n") {
			return fmt.Errorf("linux.intelRdt.schemata[%d]: holds a newline; make it two entries", i)
		}
	}
	return nil
}

func netDevices(c *configs.Config) error {
	if len(c.NetDevices) == 0 {
		return nil
	}
	if !owns(c, configs.NetworkNamespace) {
		return errors.New(`linux.netDevices: unable to move network devices without a NET namespace; add {"type": "network"} to linux.namespaces`)
	}
	if c.RootlessEUID || c.RootlessCgroups {
		return errors.New("linux.netDevices: network devices are not supported for rootless containers; drop them")
	}
	taken := make(map[string]string, len(c.NetDevices))
	for _, name := range slices.Sorted(maps.Keys(c.NetDevices)) {
		inside := c.NetDevices[name]
		if inside == "" {
			inside = name
		}
		for _, n := range [...]string{name, inside} {
			if !isDevice(n) {
				return fmt.Errorf("linux.netDevices[%q]: invalid network device name %q; it has 1 to 15 bytes, no '/', ':' or space", name, n)
			}
		}
		if other, ok := taken[inside]; ok && !strings.Contains(inside, "%d") {
			return fmt.Errorf("linux.netDevices[%q]: the container's name %q is that of %q already", name, inside, other)
		}
		taken[inside] = name
	}
	return nil
}

// isDevice is the kernel's dev_valid_name.
func isDevice(name string) bool {
	return name != "" && len(name) < 16 && name != "." && name != ".." && !strings.ContainsAny(name, "/:\x00 \t\n\v\f\r")
}
