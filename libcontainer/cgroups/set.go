package cgroups

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"runc/libcontainer/fault"
)

// Set puts limits in force: those of the configuration, with the device rules,
// if r is nil; else those of r that have a value, and no device rules, which
// cannot be changed later.
func (m *Manager) Set(r *Resources) error {
	if len(m.paths) == 0 && m.wants(r) == nil {
		return nil
	}
	limits := m.cfg.Resources
	if r != nil {
		limits = r
	}
	set := *limits
	set.SkipDevices = set.SkipDevices || r != nil
	if err := m.checkControllers(&set); err != nil {
		return err
	}
	if m.v2 {
		warnV1Only(&set)
	}
	m.dropUnlimited(&set)
	m.settleIdle(&set)
	if m.v2 {
		liftThrottles(&set)
	}
	lib, err := m.library()
	if err != nil {
		return err
	}
	if err = m.endIdleV1(&set); err == nil {
		err = lib.Set(&set)
	}
	if err != nil {
		if !m.Exists() {
			return fmt.Errorf("linux.resources: the cgroup is gone, its processes have ended: %w", err)
		}
		return explainSet(err)
	}
	if m.v2 {
		return setDeviceWeights(m.paths[""], &set)
	}
	return nil
}

// endIdleV1 does first what the library does last with cgroup v1: an idle cgroup takes
// no shares.
func (m *Manager) endIdleV1(r *Resources) error {
	dir, v1 := m.paths["cpu"]
	if !v1 || r.CpuShares == 0 || r.CPUIdle == nil || *r.CPUIdle != 0 {
		return nil
	}
	return write(dir, "cpu.idle", "0")
}

// wants returns what r, or the configuration, needs controllers for.
func (m *Manager) wants(r *Resources) []want {
	if r == nil {
		r = m.cfg.Resources
	}
	return wants(r, m.v2)
}

// want is a limit that was asked for, and the controller that has to be there.
type want struct{ field, controller string }

// wants lists the limits in r. A limit of "unlimited" needs no controller.
func wants(r *Resources, v2 bool) (list []want) {
	add := func(asked bool, field, v1Name, v2Name string) {
		switch {
		case asked && v2 && v2Name != "":
			list = append(list, want{field, v2Name})
		case asked && !v2 && v1Name != "":
			list = append(list, want{field, v1Name})
		}
	}
	add(r.Memory > 0, "memory.limit", "memory", "memory")
	add(r.MemoryReservation > 0, "memory.reservation", "memory", "memory")
	add(r.MemorySwap > 0, "memory.swap", "memory", "memory")
	add(r.OomKillDisable, "memory.disableOOMKiller", "memory", "")
	add(r.MemorySwappiness != nil, "memory.swappiness", "memory", "")
	add(r.CpuShares != 0, "cpu.shares", "cpu", "")
	add(r.CpuWeight != 0, "cpu.shares", "", "cpu")
	add(r.CpuQuota > 0, "cpu.quota", "cpu", "cpu")
	add(r.CpuPeriod != 0, "cpu.period", "cpu", "cpu")
	add(r.CpuBurst != nil, "cpu.burst", "cpu", "cpu")
	add(r.CPUIdle != nil, "cpu.idle", "cpu", "cpu")
	add(r.CpuRtRuntime != 0, "cpu.realtimeRuntime", "cpu", "")
	add(r.CpuRtPeriod != 0, "cpu.realtimePeriod", "cpu", "")
	add(r.CpusetCpus != "", "cpu.cpus", "cpuset", "cpuset")
	add(r.CpusetMems != "", "cpu.mems", "cpuset", "cpuset")
	add(r.PidsLimit != nil && *r.PidsLimit >= 0, "pids.limit", "pids", "pids")
	add(r.BlkioWeight != 0 || len(r.BlkioWeightDevice) > 0, "blockIO.weight", "blkio", "io")
	add(r.BlkioLeafWeight != 0, "blockIO.leafWeight", "blkio", "")
	add(len(r.BlkioThrottleReadBpsDevice)+len(r.BlkioThrottleWriteBpsDevice)+
		len(r.BlkioThrottleReadIOPSDevice)+len(r.BlkioThrottleWriteIOPSDevice) > 0, "blockIO.throttle", "blkio", "io")
	add(len(r.HugetlbLimit) > 0, "hugepageLimits", "hugetlb", "hugetlb")
	add(r.NetClsClassid != 0, "network.classID", "net_cls", "")
	add(len(r.NetPrioIfpriomap) > 0, "network.priorities", "net_prio", "")
	add(len(r.Rdma) > 0, "rdma", "rdma", "rdma")
	if v2 {
		list = append(list, unifiedWants(r)...)
	}
	return list
}

// checkControllers refuses limits whose controller the cgroup does not have,
// and says where it got lost and how to get it.
func (m *Manager) checkControllers(r *Resources) error {
	list := wants(r, m.v2)
	if len(list) == 0 {
		return nil
	}
	have, err := m.controllers()
	if err != nil {
		return err
	}
	return m.refuseLacking(list, have)
}

func (m *Manager) refuseLacking(list []want, have []string) error {
	for _, w := range list {
		if !slices.Contains(have, w.controller) {
			where, mend := m.whyMissing(w.controller)
			return fault.New(fault.CgroupController,
				fmt.Errorf("linux.resources.%s: the cgroup controller %s is not available: %s", w.field, w.controller, where), mend)
		}
	}
	return nil
}

// controllers returns those that the cgroup has. That of a new container under
// systemd is not there yet: it gets what the root has. Controllers of the v2
// part of a hybrid host are not used.
func (m *Manager) controllers() ([]string, error) {
	if !m.v2 || len(m.paths) == 0 {
		return slices.Collect(maps.Keys(m.paths)), nil
	}
	text, err := read(m.paths[""], "cgroup.controllers")
	if gone(err) && m.cfg.Systemd {
		text, err = read(root, "cgroup.controllers")
	}
	if err != nil {
		return nil, fmt.Errorf("cgroup: %w", err)
	}
	return strings.Fields(text), nil
}

// whyMissing names the first ancestor that lacks a controller, and the mend.
func (m *Manager) whyMissing(controller string) (where, mend string) {
	switch {
	case len(m.paths) == 0 && !m.cfg.Rootless:
		return "the container has no cgroup", "make it again without --cgroup-manager disabled"
	case len(m.paths) == 0:
		return "rootless needs no limits + no cgrouppath when no permission is granted for cgroups", "let systemd delegate one to this user (Delegate=yes), or drop the limit"
	case !m.v2:
		return fmt.Sprintf("no cgroup v1 hierarchy below %s has it", root),
			fmt.Sprintf("mount it (mount -t cgroup -o %s %s %s/%s), enable it on the kernel's command line, or drop the limit",
				controller, controller, root, controller)
	}
	dir := firstLacking(m.paths[""], controller)
	if dir == root {
		return fmt.Sprintf("%s/cgroup.controllers lacks it: it is in use as a cgroup v1 hierarchy, or disabled", root),
			fmt.Sprintf("unmount that hierarchy, or boot with cgroup_enable=%s", controller)
	}
	return dir + " is the first cgroup that lacks it",
		fmt.Sprintf("enable it with: echo +%s > %s/cgroup.subtree_control, or if systemd manages that cgroup with the setting Delegate=cpu cpuset io memory pids",
			controller, filepath.Dir(dir))
}

// firstLacking goes down from the root to dir.
func firstLacking(dir, controller string) string {
	if dir != root && strings.HasPrefix(dir, root+"/") {
		if above := firstLacking(filepath.Dir(dir), controller); above != "" {
			return above
		}
	}
	have, err := read(dir, "cgroup.controllers")
	if err == nil && lacks(have, controller) == "" {
		return ""
	}
	return dir
}

// dropUnlimited takes "unlimited" out of limits whose controller is missing.
func (m *Manager) dropUnlimited(r *Resources) {
	have, err := m.controllers()
	if err != nil {
		return
	}
	if r.PidsLimit != nil && *r.PidsLimit < 0 && !slices.Contains(have, "pids") {
		r.PidsLimit = nil
	}
	if !slices.Contains(have, "memory") {
		r.Memory, r.MemorySwap, r.MemoryReservation = max(r.Memory, 0), max(r.MemorySwap, 0), max(r.MemoryReservation, 0)
	}
	if !slices.Contains(have, "cpu") {
		r.CpuQuota = max(r.CpuQuota, 0)
	}
}

// explainSet adds to an error of the library what a missing file means.
func explainSet(err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) || !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Resources, fmt.Errorf("linux.resources: %w", err), "")
	}
	file := filepath.Base(path.Path)
	hint := "the kernel was built without it"
	switch {
	case strings.HasPrefix(file, "hugetlb."):
		hint = "the sizes of pages that it has are those in /sys/kernel/mm/hugepages"
	case strings.HasPrefix(file, "memory.memsw."), strings.HasPrefix(file, "memory.swap."):
		hint = "boot with swapaccount=1, or drop linux.resources.memory.swap"
	}
	return fault.New(fault.Resources, fmt.Errorf("linux.resources: the kernel does not offer %s: %s: %w", file, hint, err), hint)
}
