package specconv

import (
	"fmt"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/sirupsen/logrus"

	"runc/libcontainer/configs"
)

func convertPaths(spec *specs.Spec, c *configs.Config) error {
	l := linux(spec)
	c.MaskPaths, c.ReadonlyPaths, c.MountLabel = l.MaskedPaths, l.ReadonlyPaths, l.MountLabel
	return nil
}

// personalityDomains are those of config-linux.md.
var personalityDomains = []name{
	{"LINUX", 0x0000},
	{"LINUX32", 0x0008},
}

// personalityFlags are those of linux/personality.h, by its names: the spec has
// none so far.
var personalityFlags = []name{
	{"ADDR_COMPAT_LAYOUT", 0x0200000},
	{"ADDR_LIMIT_32BIT", 0x0800000},
	{"ADDR_LIMIT_3GB", 0x8000000},
	{"ADDR_NO_RANDOMIZE", 0x0040000},
	{"FDPIC_FUNCPTRS", 0x0080000},
	{"MMAP_PAGE_ZERO", 0x0100000},
	{"READ_IMPLIES_EXEC", 0x0400000},
	{"SHORT_INODE", 0x1000000},
	{"STICKY_TIMEOUTS", 0x4000000},
	{"UNAME26", 0x0020000},
	{"WHOLE_SECONDS", 0x2000000},
}

// convertPersonality drops flags that it does not know with a warning, as runc
// does with all.
func convertPersonality(spec *specs.Spec, c *configs.Config) error {
	p := linux(spec).Personality
	if p == nil {
		return nil
	}
	domain, err := lookup("linux.personality.domain", "personality domain", string(p.Domain), personalityDomains)
	if err != nil {
		return err
	}
	c.Personality = &configs.Personality{Domain: uint32(domain)}
	for i, flag := range p.Flags {
		bits, err := lookup(fmt.Sprintf("linux.personality.flags[%d]", i), "personality flag", string(flag), personalityFlags)
		if err != nil {
			logrus.Warnf("%v (ignored)", err)
		}
		c.Personality.Flags |= uint32(bits)
	}
	return nil
}

// memoryModes and memoryFlags are those of linux/mempolicy.h.
var (
	memoryModes = []name{
		{"MPOL_BIND", 2},
		{"MPOL_DEFAULT", 0},
		{"MPOL_INTERLEAVE", 3},
		{"MPOL_LOCAL", 4},
		{"MPOL_PREFERRED", 1},
		{"MPOL_PREFERRED_MANY", 5},
		{"MPOL_WEIGHTED_INTERLEAVE", 6},
	}
	memoryFlags = []name{
		{"MPOL_F_NUMA_BALANCING", 1 << 13},
		{"MPOL_F_RELATIVE_NODES", 1 << 14},
		{"MPOL_F_STATIC_NODES", 1 << 15},
	}
)

func convertMemoryPolicy(spec *specs.Spec, c *configs.Config) error {
	p := linux(spec).MemoryPolicy
	if p == nil {
		return nil
	}
	mode, err := lookup("linux.memoryPolicy.mode: invalid memory policy mode", "mode", string(p.Mode), memoryModes)
	if err != nil {
		return err
	}
	flags, err := lookupAll("linux.memoryPolicy.flags[%d]: invalid memory policy flag", "flag", p.Flags, memoryFlags)
	if err != nil {
		return err
	}
	nodes, err := parseList("linux.memoryPolicy.nodes: invalid memory policy node", p.Nodes)
	if err != nil {
		return err
	}
	c.MemoryPolicy = &configs.MemoryPolicy{Mode: uint32(mode), Flags: uint32(flags), Nodes: nodes}
	return nil
}

func convertIntelRdt(spec *specs.Spec, c *configs.Config) error {
	r := linux(spec).IntelRdt
	if r == nil {
		return nil
	}
	c.IntelRdt = &configs.IntelRdt{
		ClosID:           r.ClosID,
		Schemata:         r.Schemata,
		L3CacheSchema:    r.L3CacheSchema,
		MemBwSchema:      r.MemBwSchema,
		EnableMonitoring: r.EnableMonitoring,
	}
	return nil
}

func convertNetDevices(spec *specs.Spec, c *configs.Config) error {
	from := linux(spec).NetDevices
	if len(from) == 0 {
		return nil
	}
	c.NetDevices = make(map[string]string, len(from))
	for device, d := range from {
		c.NetDevices[device] = d.Name
	}
	return nil
}
