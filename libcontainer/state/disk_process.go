package state

import (
	"strconv"

	"runc/libcontainer/capabilities"
	"runc/libcontainer/configs"
)

// diskCapabilities holds the five sets as lists of names.
type diskCapabilities struct {
	Bounding    []string `json:"Bounding,omitempty"`
	Effective   []string `json:"Effective,omitempty"`
	Inheritable []string `json:"Inheritable,omitempty"`
	Permitted   []string `json:"Permitted,omitempty"`
	Ambient     []string `json:"Ambient,omitempty"`
}

type diskRlimit struct {
	Type int    `json:"type"`
	Hard uint64 `json:"hard"`
	Soft uint64 `json:"soft"`
}

// diskScheduler is worded as in config.json.
type diskScheduler struct {
	Policy   string   `json:"policy"`
	Nice     int32    `json:"nice,omitempty"`
	Priority uint32   `json:"priority,omitempty"`
	Flags    []string `json:"flags,omitempty"`
	Runtime  uint64   `json:"runtime,omitempty"`
	Deadline uint64   `json:"deadline,omitempty"`
	Period   uint64   `json:"period,omitempty"`
}

// diskIOPriority is worded as in config.json.
type diskIOPriority struct {
	Class    string `json:"class"`
	Priority int    `json:"priority"`
}

// diskCPUAffinity has no key names in runc, only Go's field names.
type diskCPUAffinity struct {
	Initial diskCPUSet `json:"Initial,omitempty"`
	Final   diskCPUSet `json:"Final,omitempty"`
}

func (d *diskConfig) fromProcess(p *configs.Process) {
	d.Umask, d.OOMScoreAdj, d.NoNewPrivileges = p.User.Umask, p.OOMScoreAdj, p.NoNewPrivileges
	d.AppArmorProfile, d.ProcessLabel = p.AppArmorProfile, p.SELinuxLabel
	d.Rlimits = mapSlice(p.Rlimits, func(r configs.Rlimit) diskRlimit { return diskRlimit{r.Type, r.Hard, r.Soft} })
	if c := p.Capabilities; c != nil {
		d.Capabilities = &diskCapabilities{
			Bounding:    capabilities.Names(c.Bounding),
			Effective:   capabilities.Names(c.Effective),
			Inheritable: capabilities.Names(c.Inheritable),
			Permitted:   capabilities.Names(c.Permitted),
			Ambient:     capabilities.Names(c.Ambient),
		}
	}
	if s := p.Scheduler; s != nil {
		d.Scheduler = &diskScheduler{
			wordOf(schedPolicies[:], uint64(s.Policy)), s.Nice, s.Priority, flagWords(s.Flags), s.Runtime, s.Deadline, s.Period,
		}
	}
	if io := p.IOPriority; io != nil {
		d.IOPriority = &diskIOPriority{wordOf(ioClasses[:], uint64(io.Class)), io.Priority}
	}
	if a := p.CPUAffinity; a != nil {
		d.ExecCPUAffinity = &diskCPUAffinity{cpuSet(a.Initial), cpuSet(a.Final)}
	}
}

func (d *diskConfig) process() *configs.Process {
	p := &configs.Process{
		User:            configs.User{Umask: d.Umask},
		NoNewPrivileges: d.NoNewPrivileges,
		OOMScoreAdj:     d.OOMScoreAdj,
		AppArmorProfile: d.AppArmorProfile,
		SELinuxLabel:    d.ProcessLabel,
		Rlimits: mapSlice(d.Rlimits, func(r diskRlimit) configs.Rlimit {
			return configs.Rlimit{Type: r.Type, Soft: r.Soft, Hard: r.Hard}
		}),
	}
	if c := d.Capabilities; c != nil {
		p.Capabilities = &configs.Capabilities{
			Bounding: capMask(c.Bounding), Effective: capMask(c.Effective), Inheritable: capMask(c.Inheritable),
			Permitted: capMask(c.Permitted), Ambient: capMask(c.Ambient),
		}
	}
	if s := d.Scheduler; s != nil {
		p.Scheduler = &configs.Scheduler{
			Policy: uint32(numberOf(schedPolicies[:], s.Policy)), Nice: s.Nice, Priority: s.Priority,
			Runtime: s.Runtime, Deadline: s.Deadline, Period: s.Period,
		}
		for _, f := range s.Flags {
			p.Scheduler.Flags |= numberOf(schedFlags[:], f)
		}
	}
	if io := d.IOPriority; io != nil {
		p.IOPriority = &configs.IOPriority{Class: int(numberOf(ioClasses[:], io.Class)), Priority: io.Priority}
	}
	if a := d.ExecCPUAffinity; a != nil {
		p.CPUAffinity = &configs.CPUAffinity{Initial: a.Initial.list(), Final: a.Final.list()}
	}
	return p
}

// capMask drops names that this version does not know: less power is the safe
// side.
func capMask(names []string) uint64 {
	mask, _ := capabilities.Parse(names)
	return mask
}

// word is a number of the kernel and its name in config.json.
type word struct {
	number uint64
	name   string
}

var (
	schedPolicies = [...]word{ // sched_setattr(2)
		{0, "SCHED_OTHER"}, {1, "SCHED_FIFO"}, {2, "SCHED_RR"}, {3, "SCHED_BATCH"},
		{4, "SCHED_ISO"}, {5, "SCHED_IDLE"}, {6, "SCHED_DEADLINE"}, {7, "SCHED_EXT"},
	}
	schedFlags = [...]word{
		{0x01, "SCHED_FLAG_RESET_ON_FORK"}, {0x02, "SCHED_FLAG_RECLAIM"}, {0x04, "SCHED_FLAG_DL_OVERRUN"},
		{0x08, "SCHED_FLAG_KEEP_POLICY"}, {0x10, "SCHED_FLAG_KEEP_PARAMS"},
		{0x20, "SCHED_FLAG_UTIL_CLAMP_MIN"}, {0x40, "SCHED_FLAG_UTIL_CLAMP_MAX"},
	}
	ioClasses = [...]word{ // ioprio_set(2)
		{1, "IOPRIO_CLASS_RT"}, {2, "IOPRIO_CLASS_BE"}, {3, "IOPRIO_CLASS_IDLE"},
	}
)

// wordOf names number; one that has no name is written as digits.
func wordOf(table []word, number uint64) string {
	for _, w := range table {
		if w.number == number {
			return w.name
		}
	}
	return strconv.FormatUint(number, 10)
}

// numberOf is the reverse of wordOf. For a name of a later version it gives a
// number that the kernel refuses: it must not fail here, where it would keep
// the container from being killed, but where it is used.
func numberOf(table []word, name string) uint64 {
	for _, w := range table {
		if w.name == name {
			return w.number
		}
	}
	if n, err := strconv.ParseUint(name, 10, 31); err == nil {
		return n
	}
	return unknownNumber
}

const unknownNumber = 1<<31 - 1

func flagWords(flags uint64) (names []string) {
	for _, w := range schedFlags {
		if flags&w.number != 0 {
			names = append(names, w.name)
			flags &^= w.number
		}
	}
	if flags != 0 {
		names = append(names, strconv.FormatUint(flags, 10))
	}
	return names
}
