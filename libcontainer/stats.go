package libcontainer

import (
	"runc/libcontainer/cgroups"
	"runc/libcontainer/intelrdt"
)

// Stats is what a container has used, with the JSON keys that runc prints and
// engines read (go-runc's Stats). Times are in nanoseconds, sizes in bytes.
type Stats struct {
	CPU     CPUStats                `json:"cpu"`
	CPUSet  CPUSetStats             `json:"cpuset"`
	Memory  MemoryStats             `json:"memory"`
	Pids    PidsStats               `json:"pids"`
	Blkio   BlkioStats              `json:"blkio"`
	Hugetlb map[string]HugetlbStats `json:"hugetlb"`
	// IntelRdt is empty for a container without a resctrl group.
	IntelRdt intelrdt.Stats `json:"intel_rdt"`
	// NetworkInterfaces is always null, as in runc: the OCI spec has no
	// interfaces that the runtime would make.
	NetworkInterfaces []struct{} `json:"network_interfaces"`
}

// CPUStats is the use of CPU time.
type CPUStats struct {
	Usage struct {
		Total        uint64   `json:"total,omitempty"`
		Percpu       []uint64 `json:"percpu,omitempty"`
		PercpuKernel []uint64 `json:"percpu_kernel,omitempty"`
		PercpuUser   []uint64 `json:"percpu_user,omitempty"`
		Kernel       uint64   `json:"kernel"`
		User         uint64   `json:"user"`
	} `json:"usage"`
	Throttling struct {
		Periods          uint64 `json:"periods,omitempty"`
		ThrottledPeriods uint64 `json:"throttledPeriods,omitempty"`
		ThrottledTime    uint64 `json:"throttledTime,omitempty"`
	} `json:"throttling"`
	PSI *PSIStats `json:"psi,omitempty"`
}

// PSIStats is how long processes waited for something: some of them, or all
// (cgroup v2; Documentation/accounting/psi.rst).
type PSIStats struct {
	Some cgroups.PSIData `json:"some"`
	Full cgroups.PSIData `json:"full"`
}

func psiStats(from *cgroups.PSIStats) *PSIStats {
	if from == nil {
		return nil
	}
	return &PSIStats{from.Some, from.Full}
}

// CPUSetStats is where processes may run and allocate.
type CPUSetStats struct {
	CPUs                  []uint16 `json:"cpus,omitempty"`
	CPUExclusive          uint64   `json:"cpu_exclusive"`
	Mems                  []uint16 `json:"mems,omitempty"`
	MemHardwall           uint64   `json:"mem_hardwall"`
	MemExclusive          uint64   `json:"mem_exclusive"`
	MemoryMigrate         uint64   `json:"memory_migrate"`
	MemorySpreadPage      uint64   `json:"memory_spread_page"`
	MemorySpreadSlab      uint64   `json:"memory_spread_slab"`
	MemoryPressure        uint64   `json:"memory_pressure"`
	SchedLoadBalance      uint64   `json:"sched_load_balance"`
	SchedRelaxDomainLevel int64    `json:"sched_relax_domain_level"`
}

// MemoryStats is the use of memory. Raw is memory.stat.
type MemoryStats struct {
	Cache     uint64            `json:"cache,omitempty"`
	Usage     MemoryEntry       `json:"usage"`
	Swap      MemoryEntry       `json:"swap"`
	Kernel    MemoryEntry       `json:"kernel"`
	KernelTCP MemoryEntry       `json:"kernelTCP"`
	Raw       map[string]uint64 `json:"raw,omitempty"`
	PSI       *PSIStats         `json:"psi,omitempty"`
}

// MemoryEntry is the use of one kind of memory.
type MemoryEntry struct {
	Limit   uint64 `json:"limit"`
	Usage   uint64 `json:"usage,omitempty"`
	Max     uint64 `json:"max,omitempty"`
	Failcnt uint64 `json:"failcnt"`
}

// PidsStats is the number of processes and threads; Limit is 0 for none.
type PidsStats struct {
	Current uint64 `json:"current,omitempty"`
	Limit   uint64 `json:"limit,omitempty"`
}

// BlkioStats is the use of block devices.
type BlkioStats struct {
	IoServiceBytesRecursive []BlkioEntry `json:"ioServiceBytesRecursive,omitempty"`
	IoServicedRecursive     []BlkioEntry `json:"ioServicedRecursive,omitempty"`
	IoQueuedRecursive       []BlkioEntry `json:"ioQueueRecursive,omitempty"`
	IoServiceTimeRecursive  []BlkioEntry `json:"ioServiceTimeRecursive,omitempty"`
	IoWaitTimeRecursive     []BlkioEntry `json:"ioWaitTimeRecursive,omitempty"`
	IoMergedRecursive       []BlkioEntry `json:"ioMergedRecursive,omitempty"`
	IoTimeRecursive         []BlkioEntry `json:"ioTimeRecursive,omitempty"`
	SectorsRecursive        []BlkioEntry `json:"sectorsRecursive,omitempty"`
	PSI                     *PSIStats    `json:"psi,omitempty"`
}

// BlkioEntry is a count of one kind of operation on a device.
type BlkioEntry struct {
	Major uint64 `json:"major,omitempty"`
	Minor uint64 `json:"minor,omitempty"`
	Op    string `json:"op,omitempty"`
	Value uint64 `json:"value,omitempty"`
}

// HugetlbStats is the use of huge pages of one size.
type HugetlbStats struct {
	Usage   uint64 `json:"usage,omitempty"`
	Max     uint64 `json:"max,omitempty"`
	Failcnt uint64 `json:"failcnt"`
}

// statsOf puts the library's figures under runc's keys.
func statsOf(s *cgroups.Stats) *Stats {
	to := &Stats{
		CPUSet: CPUSetStats(s.CPUSetStats),
		Pids:   PidsStats(s.PidsStats),
		Memory: MemoryStats{
			Cache:     s.MemoryStats.Cache,
			Usage:     memoryEntry(s.MemoryStats.Usage),
			Swap:      memoryEntry(s.MemoryStats.SwapUsage),
			Kernel:    memoryEntry(s.MemoryStats.KernelUsage),
			KernelTCP: memoryEntry(s.MemoryStats.KernelTCPUsage),
			Raw:       s.MemoryStats.Stats,
			PSI:       psiStats(s.MemoryStats.PSI),
		},
		Hugetlb: make(map[string]HugetlbStats, len(s.HugetlbStats)),
	}
	cpuStats(s, &to.CPU)
	blkioStats(s, &to.Blkio)
	for size, h := range s.HugetlbStats {
		to.Hugetlb[size] = HugetlbStats{Usage: h.Usage, Max: h.MaxUsage, Failcnt: h.Failcnt}
	}
	return to
}

func cpuStats(s *cgroups.Stats, to *CPUStats) {
	from := &s.CpuStats
	to.Usage.Total = from.CpuUsage.TotalUsage
	to.Usage.Percpu = from.CpuUsage.PercpuUsage
	to.Usage.PercpuKernel = from.CpuUsage.PercpuUsageInKernelmode
	to.Usage.PercpuUser = from.CpuUsage.PercpuUsageInUsermode
	to.Usage.Kernel = from.CpuUsage.UsageInKernelmode
	to.Usage.User = from.CpuUsage.UsageInUsermode
	to.Throttling.Periods = from.ThrottlingData.Periods
	to.Throttling.ThrottledPeriods = from.ThrottlingData.ThrottledPeriods
	to.Throttling.ThrottledTime = from.ThrottlingData.ThrottledTime
	to.PSI = psiStats(from.PSI)
}

func memoryEntry(d cgroups.MemoryData) MemoryEntry {
	return MemoryEntry{Limit: d.Limit, Usage: d.Usage, Max: d.MaxUsage, Failcnt: d.Failcnt}
}

func blkioStats(s *cgroups.Stats, to *BlkioStats) {
	from := &s.BlkioStats
	*to = BlkioStats{
		IoServiceBytesRecursive: blkioEntries(from.IoServiceBytesRecursive),
		IoServicedRecursive:     blkioEntries(from.IoServicedRecursive),
		IoQueuedRecursive:       blkioEntries(from.IoQueuedRecursive),
		IoServiceTimeRecursive:  blkioEntries(from.IoServiceTimeRecursive),
		IoWaitTimeRecursive:     blkioEntries(from.IoWaitTimeRecursive),
		IoMergedRecursive:       blkioEntries(from.IoMergedRecursive),
		IoTimeRecursive:         blkioEntries(from.IoTimeRecursive),
		SectorsRecursive:        blkioEntries(from.SectorsRecursive),
		PSI:                     psiStats(from.PSI),
	}
}

func blkioEntries(from []cgroups.BlkioStatEntry) []BlkioEntry {
	var list []BlkioEntry
	for _, e := range from {
		list = append(list, BlkioEntry(e))
	}
	return list
}
