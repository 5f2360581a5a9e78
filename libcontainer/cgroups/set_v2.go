package cgroups

import (
	"fmt"
	"os"
	"slices"
	"strings"

	occ "github.com/opencontainers/cgroups"
)

// refuseV1Only refuses limits that cgroup v2 has no word for: the library would
// pass over them.
func refuseV1Only(r *Resources) error {
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
			return fmt.Errorf("linux.resources.%s: cgroup v2, which this host has, knows no such limit; drop it", f.field)
		}
	}
	return nil
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
