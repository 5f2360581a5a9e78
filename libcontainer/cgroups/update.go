package cgroups

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	occ "github.com/opencontainers/cgroups"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
)

// Update puts those limits of r in force that have a value. On failure the old
// ones are. The function returned undoes it, for the caller's own failures.
func (m *Manager) Update(r *Resources) (undo func() error, err error) {
	change, old := *r, *m.cfg.Resources
	complete(&change, &old)
	if m.cfg.Systemd {
		keepUntold(&change, &old)
	}
	m.settleIdle(&change)
	saved := m.snapshot(&change)
	// The library takes what it has set for the whole of the limits.
	undo = func() error {
		m.cfg.Resources = &old
		return m.restore(saved)
	}
	if err := m.Set(&change); err != nil {
		err = m.explainUpdate(&change, &old, err)
		if undoErr := undo(); undoErr != nil {
			err = fmt.Errorf("%w (and the old limits could not all be restored: %w)", err, undoErr)
		}
		return nil, err
	}
	merged := merge(&old, &change)
	m.cfg.Resources = &merged
	return undo, nil
}

// explainUpdate adds to an error of a change what else the kernel heeds.
func (m *Manager) explainUpdate(r, old *Resources, err error) error {
	if !errors.Is(err, unix.EINVAL) {
		return err
	}
	if dir := m.dirOf("memory"); !m.v2 && r.Memory > 0 && r.MemorySwap == 0 {
		both, readErr := read(dir, "memory.memsw.limit_in_bytes")
		if n, parseErr := strconv.ParseInt(strings.TrimSpace(both), 10, 64); readErr == nil && parseErr == nil && n < r.Memory {
			return fault.Worded(fault.Resources, fmt.Errorf("%w: memory and swap together may not exceed %d; raise memory.swap (--memory-swap) as well", err, n))
		}
	}
	if r.MemorySwap > 0 && r.MemorySwap < r.Memory {
		return fault.Worded(fault.Resources, fmt.Errorf("%w: memory+swap limit should be >= memory limit, which is %d; lower memory (--memory) as well", err, r.Memory))
	}
	if quota, burst := cmp.Or(r.CpuQuota, old.CpuQuota), cmp.Or(r.CpuBurst, old.CpuBurst); burst != nil && quota > 0 && *burst > uint64(quota) {
		return fault.Worded(fault.Resources, fmt.Errorf("%w: a burst of %d is above the quota of %d; change both (--cpu-burst, --cpu-quota)", err, *burst, quota))
	}
	if idle, _ := read(m.dirOf("cpu"), "cpu.idle"); idle == "1\n" && (r.CpuShares != 0 || r.CpuWeight != 0) {
		return fault.Worded(fault.Resources, fmt.Errorf("%w: the cgroup is idle, so it has no shares; set cpu.idle (--cpu-idle) to 0 as well", err))
	}
	return err
}

// complete adds to a change what it is read together with: quota and period are
// one file of cgroup v2 and one property of systemd, its limit of swap is the
// difference to that of memory, what was idle has no weight left, and with a weight
// for all disks BFQ forgets those for single ones.
func complete(r, old *Resources) {
	if r.CPUIdle != nil && *r.CPUIdle == 0 && r.CpuWeight == 0 {
		r.CpuShares, r.CpuWeight = old.CpuShares, old.CpuWeight
	}
	if r.BlkioWeight != 0 {
		devices := old.BlkioWeightDevice
		replace(&devices, r.BlkioWeightDevice, weighed)
		r.BlkioWeightDevice = devices
	}
	if (r.CpuQuota == 0) != (r.CpuPeriod == 0) {
		take(&r.CpuQuota, old.CpuQuota)
		take(&r.CpuPeriod, old.CpuPeriod)
	}
	if r.MemorySwap > 0 {
		take(&r.Memory, old.Memory)
	}
	if r.Memory == -1 && r.MemorySwap == 0 {
		r.MemorySwap = -1 // else it would stay below the limit of memory
	}
}

// keepUntold adds to a change what systemd would undo with its own idea: it takes
// no property for it, at least not from a running scope.
func keepUntold(r, old *Resources) {
	for _, file := range [...]string{"memory.oom.group", "memory.zswap.max", "memory.zswap.writeback"} {
		value, is := old.Unified[file]
		if _, asked := r.Unified[file]; is && !asked {
			union(&r.Unified, map[string]string{file: value})
		}
	}
}

// take sets a value that is unset.
func take[T comparable](to *T, from T) {
	var unset T
	if *to == unset {
		*to = from
	}
}

// merge returns the limits that hold after the change r of old.
func merge(old, r *Resources) Resources {
	m := *old
	over(&m.Memory, r.Memory)
	over(&m.MemoryReservation, r.MemoryReservation)
	over(&m.MemorySwap, r.MemorySwap)
	over(&m.MemorySwappiness, r.MemorySwappiness)
	over(&m.OomKillDisable, r.OomKillDisable)
	m.MemoryCheckBeforeUpdate = r.MemoryCheckBeforeUpdate
	over(&m.CpuShares, r.CpuShares)
	over(&m.CpuWeight, r.CpuWeight)
	over(&m.CpuQuota, r.CpuQuota)
	over(&m.CpuBurst, r.CpuBurst)
	over(&m.CpuPeriod, r.CpuPeriod)
	over(&m.CpuRtRuntime, r.CpuRtRuntime)
	over(&m.CpuRtPeriod, r.CpuRtPeriod)
	over(&m.CPUIdle, r.CPUIdle)
	over(&m.CpusetCpus, r.CpusetCpus)
	over(&m.CpusetMems, r.CpusetMems)
	over(&m.PidsLimit, r.PidsLimit)
	over(&m.BlkioWeight, r.BlkioWeight)
	over(&m.BlkioLeafWeight, r.BlkioLeafWeight)
	over(&m.NetClsClassid, r.NetClsClassid)
	mergeLists(&m, r)
	return m
}

// over replaces a value by one that is set.
func over[T comparable](to *T, from T) {
	var unset T
	if from != unset {
		*to = from
	}
}

// mergeLists does the limits that there can be several of.
func mergeLists(m, r *Resources) {
	throttled := func(d *occ.ThrottleDevice) occ.BlockIODevice { return d.BlockIODevice }
	replace(&m.BlkioThrottleReadBpsDevice, r.BlkioThrottleReadBpsDevice, throttled)
	replace(&m.BlkioThrottleWriteBpsDevice, r.BlkioThrottleWriteBpsDevice, throttled)
	replace(&m.BlkioThrottleReadIOPSDevice, r.BlkioThrottleReadIOPSDevice, throttled)
	replace(&m.BlkioThrottleWriteIOPSDevice, r.BlkioThrottleWriteIOPSDevice, throttled)
	replace(&m.BlkioWeightDevice, r.BlkioWeightDevice, weighed)
	replace(&m.HugetlbLimit, r.HugetlbLimit, func(l *occ.HugepageLimit) string { return l.Pagesize })
	replace(&m.NetPrioIfpriomap, r.NetPrioIfpriomap, func(p *occ.IfPrioMap) string { return p.Interface })
	union(&m.Rdma, r.Rdma)
	union(&m.Unified, r.Unified)
}

func weighed(d *occ.WeightDevice) occ.BlockIODevice { return d.BlockIODevice }

// replace appends to a list the limits more, in place of those for the same
// subject.
func replace[T any, K comparable](list *[]T, more []T, subject func(T) K) {
	kept := slices.DeleteFunc(slices.Clone(*list), func(old T) bool {
		return slices.ContainsFunc(more, func(l T) bool { return subject(l) == subject(old) })
	})
	*list = append(kept, more...)
}

func union[V any](all *map[string]V, more map[string]V) {
	if len(more) == 0 {
		return
	}
	merged := make(map[string]V, len(*all)+len(more))
	maps.Copy(merged, *all)
	maps.Copy(merged, more)
	*all = merged
}
