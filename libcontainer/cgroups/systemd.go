package cgroups

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	sdbus "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
	occ "github.com/opencontainers/cgroups"
	devices "github.com/opencontainers/cgroups/devices/config"
)

// unitProperties tells systemd what the library does not: device rules as we word
// them, and limits that systemd would else put its own idea of in the place of, at a
// daemon-reload or an update of others.
func (m *Manager) unitProperties(r *Resources, _ int) (props []sdbus.Property, err error) {
	if !r.SkipDevices {
		props = deviceProperties(r.Devices, m.v2)
	}
	if !m.v2 {
		return props, nil
	}
	if r.MemorySwap > 0 && r.MemorySwap == r.Memory {
		props = append(props, property("MemorySwapMax", uint64(0)))
	}
	if endsIdle(r) {
		props = append(props, property("CPUWeight", uint64(math.MaxUint64))) // "not set" ends idleness
	}
	if weight := m.ioWeight(r); weight != 0 {
		props = append(props, property("IOWeight", weight))
	}
	if list := m.ioDeviceWeights(r); len(list) > 0 {
		props = append(props, property("IODeviceWeight", list))
	}
	return props, nil
}

func property(name string, value any) sdbus.Property {
	return sdbus.Property{Name: name, Value: dbus.MakeVariant(value)}
}

// endsIdle tells whether cpu.idle is to be 0, and no weight says the same to systemd.
func endsIdle(r *Resources) bool {
	named := r.CPUIdle != nil && *r.CPUIdle == 0
	return (named || strings.TrimSpace(r.Unified["cpu.idle"]) == "0") && r.CpuWeight == 0 && r.Unified["cpu.weight"] == ""
}

// ioWeight is the weight for all disks, in systemd's measure; 0: none is asked for.
func (m *Manager) ioWeight(r *Resources) uint64 {
	if weight := defaultWeight(r.Unified["io.bfq.weight"]); weight != 0 {
		return ofBFQ(weight)
	}
	if weight := defaultWeight(r.Unified["io.weight"]); weight != 0 {
		return weight
	}
	return m.systemdWeight(r.BlkioWeight)
}

// deviceWeight is systemd's (st).
type deviceWeight struct {
	Path   string
	Weight uint64
}

// ioDeviceWeights are the weights for single disks: BFQ forgets them when it gets
// one for all.
func (m *Manager) ioDeviceWeights(r *Resources) (list []deviceWeight) {
	for _, d := range r.BlkioWeightDevice {
		if weight := m.systemdWeight(d.Weight); weight != 0 {
			list = append(list, deviceWeight{fmt.Sprintf("/dev/block/%d:%d", d.Major, d.Minor), weight})
		}
	}
	return list
}

// systemdWeight is what makes systemd write what the library does for weight.
func (m *Manager) systemdWeight(weight uint16) uint64 {
	if _, err := os.Lstat(m.paths[""] + "/io.bfq.weight"); err == nil {
		return ofBFQ(uint64(weight))
	}
	return occ.ConvertBlkIOToIOWeightValue(weight)
}

// defaultWeight finds "default 300" or "300" among lines for single disks; 0: it is
// not there.
func defaultWeight(text string) uint64 {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "default"))
		if weight, err := strconv.ParseUint(line, 10, 16); err == nil {
			return weight
		}
	}
	return 0
}

// ofBFQ is what makes systemd write weight to io.bfq.weight, whose 100 to 1000 are
// 100 to 10000 to it.
func ofBFQ(weight uint64) uint64 {
	if weight > 100 {
		return 100 + (weight-100)*11
	}
	return weight
}

// deviceAllow is systemd's (ss).
type deviceAllow struct{ Path, Perms string }

// deviceProperties words the rules for systemd, every device by its number:
// names would be looked up again at each daemon-reload, and devices without a
// name would be lost then. What systemd has no words for is left to us alone with
// cgroup v2, where programs add up. With v1 systemd would then allow everything.
func deviceProperties(rules []*DeviceRule, v2 bool) []sdbus.Property {
	policy := "strict"
	allow, entries, ok := systemdRules(rules)
	if allow || !ok && v2 {
		policy, entries = "auto", []deviceAllow{}
	}
	return []sdbus.Property{
		property("DeviceAllow", []deviceAllow{}), // clears the list
		property("DevicePolicy", policy),
		property("DeviceAllow", entries),
	}
}

// systemdRules returns whether every device is allowed, or else those that are; ok
// is false if systemd could not be told of all.
func systemdRules(rules []*DeviceRule) (allow bool, entries []deviceAllow, ok bool) {
	entries = []deviceAllow{}
	allow, list, err := exceptions(rules)
	if err != nil || allow { // it knows no exceptions from all
		all := err == nil && len(list) == 0
		return all, entries, all
	}
	ok = true
	for i := range list {
		if name := systemdName(&list[i]); name != "" {
			entries = append(entries, deviceAllow{name, string(list[i].Permissions)})
		} else {
			ok = false
		}
	}
	return false, entries, ok
}

// systemdName names devices by number (systemd.resource-control(5),
// "DeviceAllow="); "" if that cannot be.
func systemdName(r *DeviceRule) string {
	kind := "char"
	if r.Type == devices.BlockDevice {
		kind = "block"
	}
	switch {
	case r.Major == devices.Wildcard && r.Minor == devices.Wildcard:
		return kind + "-*"
	case r.Major == devices.Wildcard:
		return ""
	case r.Minor == devices.Wildcard:
		return kind + "-" + strconv.FormatInt(r.Major, 10)
	}
	return fmt.Sprintf("/dev/%s/%d:%d", kind, r.Major, r.Minor)
}
