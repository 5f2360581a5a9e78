package specconv

import (
	"fmt"
	"maps"
	"strings"

	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/sirupsen/logrus"
)

// convertResources translates linux.resources. Without it only the device rules
// hold that every container gets.
func convertResources(spec *specs.Spec) (*cgroups.Resources, error) {
	from := linux(spec).Resources
	if from == nil {
		from = new(specs.LinuxResources)
	}
	rules, err := deviceRules(spec, from.Devices)
	if err != nil {
		return nil, err
	}
	r, err := convertLimits(from)
	if err != nil {
		return nil, err
	}
	r.Devices = rules
	return r, nil
}

// convertLimits does all but the devices.
func convertLimits(from *specs.LinuxResources) (*cgroups.Resources, error) {
	r := new(cgroups.Resources)
	for _, convert := range [...]func(*specs.LinuxResources, *cgroups.Resources) error{
		convertMemory, convertCPU, convertPids, convertBlockIO, convertHugepages, convertNetwork, convertRdma, convertUnified,
	} {
		if err := convert(from, r); err != nil {
			return nil, fmt.Errorf("linux.resources.%w", err)
		}
	}
	return r, nil
}

// assign copies an optional value; the library takes its zero for unset.
func assign[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func convertMemory(from *specs.LinuxResources, r *cgroups.Resources) error {
	m := from.Memory
	if m == nil {
		return nil
	}
	//lint:ignore SA1019 read only to say that it has no effect
	if m.Kernel != nil || m.KernelTCP != nil {
		logrus.Warn("linux.resources.memory: kernel and kernelTCP are ignored: kernels no longer have these limits")
	}
	if m.UseHierarchy != nil && !*m.UseHierarchy {
		logrus.Warn("linux.resources.memory: useHierarchy: false is ignored: kernels always count the memory of cgroups below")
	}
	assign(&r.Memory, m.Limit)
	assign(&r.MemoryReservation, m.Reservation)
	assign(&r.MemorySwap, m.Swap)
	assign(&r.OomKillDisable, m.DisableOOMKiller)
	assign(&r.MemoryCheckBeforeUpdate, m.CheckBeforeUpdate)
	r.MemorySwappiness = m.Swappiness
	return checkMemory(r)
}

// checkMemory refuses what no kernel takes; -1 stands for no limit.
func checkMemory(r *cgroups.Resources) error {
	for _, f := range [...]struct {
		name  string
		value int64
	}{{"limit", r.Memory}, {"reservation", r.MemoryReservation}, {"swap", r.MemorySwap}} {
		if f.value < -1 {
			return fmt.Errorf("memory.%s: %d is negative; use -1 for no limit", f.name, f.value)
		}
	}
	if r.MemorySwap > 0 && r.MemorySwap < r.Memory {
		return fmt.Errorf("memory.swap: memory+swap limit should be >= memory limit: %d is below %d", r.MemorySwap, r.Memory)
	}
	if r.MemorySwappiness != nil && *r.MemorySwappiness > 100 {
		return fmt.Errorf("memory.swappiness: %d is not from 0 to 100", *r.MemorySwappiness)
	}
	return nil
}

func convertCPU(from *specs.LinuxResources, r *cgroups.Resources) error {
	c := from.CPU
	if c == nil {
		return nil
	}
	assign(&r.CpuShares, c.Shares)
	r.CpuWeight = cgroups.ConvertCPUSharesToCgroupV2Value(r.CpuShares)
	assign(&r.CpuQuota, c.Quota)
	assign(&r.CpuPeriod, c.Period)
	assign(&r.CpuRtRuntime, c.RealtimeRuntime)
	assign(&r.CpuRtPeriod, c.RealtimePeriod)
	r.CpuBurst, r.CPUIdle = c.Burst, c.Idle
	r.CpusetCpus, r.CpusetMems = c.Cpus, c.Mems
	if _, err := parseList("cpu.cpus", c.Cpus); err != nil {
		return err
	}
	if _, err := parseList("cpu.mems", c.Mems); err != nil {
		return err
	}
	if c.Idle != nil && *c.Idle != 0 && *c.Idle != 1 {
		return fmt.Errorf("cpu.idle: %d is neither 0 nor 1", *c.Idle)
	}
	return nil
}

func convertPids(from *specs.LinuxResources, r *cgroups.Resources) error {
	if from.Pids != nil {
		r.PidsLimit = from.Pids.Limit
	}
	return nil
}

// convertHugepages checks the page size, which becomes part of a file name.
func convertHugepages(from *specs.LinuxResources, r *cgroups.Resources) error {
	for i, h := range from.HugepageLimits {
		size := strings.TrimRight(h.Pagesize, "BGKM")
		if unit := h.Pagesize[len(size):]; !digits(size) || unit != "KB" && unit != "MB" && unit != "GB" {
			return fmt.Errorf("hugepageLimits[%d].pageSize: %q is no page size; write it as \"64KB\", \"2MB\" or \"1GB\"", i, h.Pagesize)
		}
		r.HugetlbLimit = append(r.HugetlbLimit, &cgroups.HugepageLimit{Pagesize: h.Pagesize, Limit: h.Limit})
	}
	return nil
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func convertNetwork(from *specs.LinuxResources, r *cgroups.Resources) error {
	n := from.Network
	if n == nil {
		return nil
	}
	assign(&r.NetClsClassid, n.ClassID)
	for _, p := range n.Priorities {
		r.NetPrioIfpriomap = append(r.NetPrioIfpriomap, &cgroups.IfPrioMap{Interface: p.Name, Priority: int64(p.Priority)})
	}
	return nil
}

func convertRdma(from *specs.LinuxResources, r *cgroups.Resources) error {
	for device, limit := range from.Rdma {
		if r.Rdma == nil {
			r.Rdma = make(map[string]cgroups.LinuxRdma, len(from.Rdma))
		}
		r.Rdma[device] = cgroups.LinuxRdma(limit)
	}
	return nil
}

// convertUnified checks the keys, which are names of files in the cgroup.
func convertUnified(from *specs.LinuxResources, r *cgroups.Resources) error {
	for key := range from.Unified {
		if key == "" || strings.Contains(key, "/") {
			return fmt.Errorf("unified[%q]: not the name of a file in the cgroup, as \"memory.high\" is", key)
		}
	}
	if len(from.Unified) > 0 { // empty is no wish; version 1 refuses others
		r.Unified = maps.Clone(from.Unified)
	}
	return nil
}
