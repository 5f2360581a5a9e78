package specconv

import (
	"fmt"

	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/runtime-spec/specs-go"
)

func convertBlockIO(from *specs.LinuxResources, r *cgroups.Resources) error {
	b := from.BlockIO
	if b == nil {
		return nil
	}
	assign(&r.BlkioWeight, b.Weight)
	assign(&r.BlkioLeafWeight, b.LeafWeight)
	if err := checkWeight("blockIO.weight", r.BlkioWeight); err != nil {
		return err
	}
	if err := checkWeight("blockIO.leafWeight", r.BlkioLeafWeight); err != nil {
		return err
	}
	r.BlkioThrottleReadBpsDevice = throttles(b.ThrottleReadBpsDevice)
	r.BlkioThrottleWriteBpsDevice = throttles(b.ThrottleWriteBpsDevice)
	r.BlkioThrottleReadIOPSDevice = throttles(b.ThrottleReadIOPSDevice)
	r.BlkioThrottleWriteIOPSDevice = throttles(b.ThrottleWriteIOPSDevice)
	return convertWeights(b.WeightDevice, r)
}

func convertWeights(from []specs.LinuxWeightDevice, r *cgroups.Resources) error {
	for i, d := range from {
		var weight, leaf uint16
		assign(&weight, d.Weight)
		assign(&leaf, d.LeafWeight)
		field := fmt.Sprintf("blockIO.weightDevice[%d]", i)
		if err := checkWeight(field+".weight", weight); err != nil {
			return err
		}
		if err := checkWeight(field+".leafWeight", leaf); err != nil {
			return err
		}
		r.BlkioWeightDevice = append(r.BlkioWeightDevice, cgroups.NewWeightDevice(d.Major, d.Minor, weight, leaf))
	}
	return nil
}

// checkWeight takes the range of cgroup v1, and 0 for unset. Outside of it the
// translation to a v2 weight would run over.
func checkWeight(field string, weight uint16) error {
	if weight != 0 && (weight < 10 || weight > 1000) {
		return fmt.Errorf("%s: %d is not from 10 to 1000", field, weight)
	}
	return nil
}

func throttles(from []specs.LinuxThrottleDevice) []*cgroups.ThrottleDevice {
	var list []*cgroups.ThrottleDevice
	for _, d := range from {
		list = append(list, cgroups.NewThrottleDevice(d.Major, d.Minor, d.Rate))
	}
	return list
}
