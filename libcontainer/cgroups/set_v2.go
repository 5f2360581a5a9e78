package cgroups

import (
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	occ "github.com/opencontainers/cgroups"
	"github.com/sirupsen/logrus"
)

// warnV1Only warns of limits that cgroup v2 has no word for: the library passes
// over them, and so does runc, so that a config.json of older days still runs.
func warnV1Only(r *Resources) {
	var ignored []string
	for _, f := range [...]struct {
		asked bool
		field string
	}{
		{r.OomKillDisable, "memory.disableOOMKiller"},
		{r.MemorySwappiness != nil, "memory.swappiness"},
		{r.CpuRtRuntime != 0, "cpu.realtimeRuntime"},
		{r.CpuRtPeriod != 0, "cpu.realtimePeriod"},
		{r.NetClsClassid != 0, "network.classID"},
		{len(r.NetPrioIfpriomap) > 0, "network.priorities"},
		{r.BlkioLeafWeight != 0, "blockIO.leafWeight"},
		{slices.ContainsFunc(r.BlkioWeightDevice, func(d *occ.WeightDevice) bool { return d.LeafWeight != 0 }), "blockIO.weightDevice[].leafWeight"},
	} {
		if f.asked {
			ignored = append(ignored, f.field)
		}
	}
	if len(ignored) > 0 {
		logrus.Warnf("linux.resources: ignored, for cgroup v2, which this host has, knows no such limit: %s", strings.Join(ignored, ", "))
	}
}

// unifiedWants lists the controllers that keys of linux.resources.unified
// belong to.
func unifiedWants(r *Resources) (list []want) {
	for key := range r.Unified {
		controller, _, _ := strings.Cut(key, ".")
		if slices.Contains([]string{"cpu", "cpuset", "io", "memory", "hugetlb", "pids", "rdma", "misc"}, controller) {
			list = append(list, want{fmt.Sprintf("unified[%q]", key), controller})
		}
	}
	return list
}

// liftThrottles makes "max" of the rate 0. Both mean that there is no limit,
// the one to cgroup v1, the other to v2, which refuses a 0. The library takes
// numbers alone; this one is the kernel's own for "max".
func liftThrottles(r *Resources) {
	for _, list := range []*[]*occ.ThrottleDevice{
		&r.BlkioThrottleReadBpsDevice, &r.BlkioThrottleWriteBpsDevice,
		&r.BlkioThrottleReadIOPSDevice, &r.BlkioThrottleWriteIOPSDevice,
	} {
		*list = slices.Clone(*list) // of pointers to what the configuration keeps
		for i, d := range *list {
			if d.Rate == 0 {
				(*list)[i] = occ.NewThrottleDevice(d.Major, d.Minor, math.MaxUint64)
			}
		}
	}
}

// setDeviceWeights does what the library does with the scheduler BFQ only: it
// passes over weights of devices where io.weight is the file for them.
func setDeviceWeights(dir string, r *Resources) error {
	if _, err := os.Lstat(dir + "/io.bfq.weight"); err == nil {
		return nil
	}
	for _, d := range r.BlkioWeightDevice {
		line := fmt.Sprintf("%d:%d %d", d.Major, d.Minor, occ.ConvertBlkIOToIOWeightValue(d.Weight))
		if err := write(dir, "io.weight", line); err != nil {
			return fmt.Errorf("linux.resources.blockIO.weightDevice: %w", err)
		}
	}
	return nil
}

// settleIdle decides between a weight and cpu.idle, for which systemd has one
// property: idleness outdoes a weight given with it, a weight alone ends it. The
// kernel takes no weight for an idle cgroup, and systemd writes when it likes.
func (m *Manager) settleIdle(r *Resources) {
	if !m.v2 || !m.cfg.Systemd {
		return
	}
	if r.CPUIdle != nil && *r.CPUIdle == 1 && r.CpuWeight != 0 {
		logrus.Warn("unable to apply both CPUWeight and CpuIdle to systemd, ignoring CPUWeight")
		r.CpuShares, r.CpuWeight = 0, 0
	}
	weight, asked := r.Unified["cpu.weight"]
	if asked && strings.TrimSpace(r.Unified["cpu.idle"]) == "1" {
		logrus.Warnf("unable to apply both cpu.weight and cpu.idle to systemd, ignoring cpu.weight %s", weight)
		r.Unified = maps.Clone(r.Unified)
		delete(r.Unified, "cpu.weight")
		asked = false
	}
	_, told := r.Unified["cpu.idle"]
	if idle, _ := read(m.paths[""], "cpu.idle"); idle == "1\n" && r.CPUIdle == nil && !told && (asked || r.CpuWeight != 0) {
		r.CPUIdle = new(int64)
	}
}
