package state

import (
	"math/bits"
	"time"

	"runc/libcontainer/configs"
)

type diskTimeOffset struct {
	Secs     int64  `json:"secs,omitempty"`
	Nanosecs uint32 `json:"nanosecs,omitempty"`
}

type diskNetDevice struct {
	Name string `json:"name,omitempty"`
}

// diskPersonality: runc writes the domain only.
type diskPersonality struct {
	Domain uint32 `json:"domain"`
	Flags  uint32 `json:"flags,omitempty"`
}

type diskMemoryPolicy struct {
	Mode  uint32     `json:"mode,omitempty"`
	Flags uint32     `json:"flags,omitempty"`
	Nodes diskCPUSet `json:"nodes,omitempty"`
}

type diskIntelRdt struct {
	ClosID           string   `json:"closID,omitempty"`
	Schemata         []string `json:"schemata,omitempty"`
	L3CacheSchema    string   `json:"l3_cache_schema,omitempty"`
	MemBwSchema      string   `json:"memBwSchema,omitempty"`
	EnableMonitoring bool     `json:"enableMonitoring,omitempty"`
}

// diskCPUSet is a set of CPU or NUMA node numbers as the kernel's array of
// 64-bit words, at least 16 of them, as Go's unix.CPUSet.
type diskCPUSet []uint64

func cpuSet(list []int) diskCPUSet {
	if list == nil {
		return nil
	}
	set := make(diskCPUSet, 16)
	for _, n := range list {
		for n/64 >= len(set) {
			set = append(set, 0)
		}
		set[n/64] |= 1 << (n % 64)
	}
	return set
}

func (s diskCPUSet) list() []int {
	if s == nil {
		return nil
	}
	list := []int{}
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			list = append(list, i*64+bits.TrailingZeros64(w))
		}
	}
	return list
}

// fromKernel fills in the settings of kernel features that few containers use.
func (d *diskConfig) fromKernel(c *configs.Config) {
	if len(c.TimeOffsets) > 0 {
		d.TimeOffsets = make(map[string]diskTimeOffset, len(c.TimeOffsets))
		for clock, o := range c.TimeOffsets {
			d.TimeOffsets[clock] = diskTimeOffset(o)
		}
	}
	if len(c.NetDevices) > 0 {
		d.NetDevices = make(map[string]diskNetDevice, len(c.NetDevices))
		for host, name := range c.NetDevices {
			d.NetDevices[host] = diskNetDevice{name}
		}
	}
	if p := c.Personality; p != nil {
		d.Personality = (*diskPersonality)(p)
	}
	if m := c.MemoryPolicy; m != nil {
		d.MemoryPolicy = &diskMemoryPolicy{m.Mode, m.Flags, cpuSet(m.Nodes)}
	}
	if r := c.IntelRdt; r != nil {
		d.IntelRdt = (*diskIntelRdt)(r)
	}
}

func (d *diskConfig) intoKernel(c *configs.Config) {
	if len(d.TimeOffsets) > 0 {
		c.TimeOffsets = make(map[string]configs.TimeOffset, len(d.TimeOffsets))
		for clock, o := range d.TimeOffsets {
			c.TimeOffsets[clock] = configs.TimeOffset(o)
		}
	}
	if len(d.NetDevices) > 0 {
		c.NetDevices = make(map[string]string, len(d.NetDevices))
		for host, n := range d.NetDevices {
			c.NetDevices[host] = n.Name
		}
	}
	if p := d.Personality; p != nil {
		c.Personality = (*configs.Personality)(p)
	}
	if m := d.MemoryPolicy; m != nil {
		c.MemoryPolicy = &configs.MemoryPolicy{Mode: m.Mode, Flags: m.Flags, Nodes: m.Nodes.list()}
	}
	if r := d.IntelRdt; r != nil {
		c.IntelRdt = (*configs.IntelRdt)(r)
	}
}

// diskHooks holds the hooks of each point of life.
type diskHooks struct {
	Prestart        []diskHook `json:"prestart,omitempty"`
	CreateRuntime   []diskHook `json:"createRuntime,omitempty"`
	CreateContainer []diskHook `json:"createContainer,omitempty"`
	StartContainer  []diskHook `json:"startContainer,omitempty"`
	Poststart       []diskHook `json:"poststart,omitempty"`
	Poststop        []diskHook `json:"poststop,omitempty"`
}

// IsZero is for the json option omitzero.
func (d diskHooks) IsZero() bool {
	return len(d.Prestart)+len(d.CreateRuntime)+len(d.CreateContainer)+len(d.StartContainer)+len(d.Poststart)+len(d.Poststop) == 0
}

type diskHook struct {
	Path string   `json:"path"`
	Args []string `json:"args,omitempty"`
	Env  []string `json:"env,omitempty"`
	// Timeout is in nanoseconds; missing or null: none.
	Timeout time.Duration `json:"timeout,omitempty"`
}

func hooksToDisk(h *configs.Hooks) diskHooks {
	to := func(h configs.Hook) diskHook { return diskHook(h) }
	return diskHooks{
		mapSlice(h.Prestart, to), mapSlice(h.CreateRuntime, to), mapSlice(h.CreateContainer, to),
		mapSlice(h.StartContainer, to), mapSlice(h.Poststart, to), mapSlice(h.Poststop, to),
	}
}

func (d diskHooks) hooks() configs.Hooks {
	from := func(h diskHook) configs.Hook { return configs.Hook(h) }
	return configs.Hooks{
		Prestart: mapSlice(d.Prestart, from), CreateRuntime: mapSlice(d.CreateRuntime, from),
		CreateContainer: mapSlice(d.CreateContainer, from), StartContainer: mapSlice(d.StartContainer, from),
		Poststart: mapSlice(d.Poststart, from), Poststop: mapSlice(d.Poststop, from),
	}
}
