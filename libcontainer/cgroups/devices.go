package cgroups

import (
	"errors"
	"fmt"
	"strings"

	"github.com/moby/sys/userns"
	occ "github.com/opencontainers/cgroups"
	devices "github.com/opencontainers/cgroups/devices/config"
	"github.com/opencontainers/cgroups/systemd"

	"runc/libcontainer/fault"
)

// hook makes the library call our code for devices, and let us tell systemd of
// limits.
func (m *Manager) hook() {
	occ.DevicesSetV1 = setDevicesV1
	occ.DevicesSetV2 = m.setDevicesV2
	systemd.GenerateDeviceProps = m.unitProperties
}

// DeviceRule allows or forbids access to devices. Rules count in their order:
// of those that match, the last decides. Without any rule nothing is allowed.
type DeviceRule = devices.Rule

// normal checks the rules and words them such that a rule of type 'a' is one
// for every device and every access, and no other rule is without effect.
func normal(rules []*DeviceRule) ([]*DeviceRule, error) {
	list := make([]*DeviceRule, 0, len(rules)+1)
	for i, r := range rules {
		switch {
		case !r.Type.CanCgroup():
			return nil, fmt.Errorf("rule %d: type %q; use a, b or c", i, r.Type)
		case strings.Trim(string(r.Permissions), "rwm") != "":
			return nil, fmt.Errorf("rule %d: access %q; use letters of rwm", i, r.Permissions)
		case r.Major < devices.Wildcard || r.Minor < devices.Wildcard:
			return nil, fmt.Errorf("rule %d: device number %d:%d", i, r.Major, r.Minor)
		case r.Type != devices.WildcardDevice:
			if r.Permissions != "" {
				list = append(list, r)
			}
		case r.Permissions == "" || r.Permissions.Union("") == "rwm" && r.Major == devices.Wildcard && r.Minor == devices.Wildcard:
			list = append(list, r)
		default: // the kernel would ignore all that such a rule says
			c, b := *r, *r
			c.Type, b.Type = devices.CharDevice, devices.BlockDevice
			list = append(list, &c, &b)
		}
	}
	return list, nil
}

// sinceWildcard cuts the rules before the last that matches every device with
// every access, and returns its answer: the default.
func sinceWildcard(rules []*DeviceRule) (allow bool, rest []*DeviceRule) {
	for i, r := range rules {
		if r.Type == devices.WildcardDevice {
			allow, rest = r.Allow, rules[i+1:]
		} else if i == 0 {
			rest = rules
		}
	}
	return allow, rest
}

// exceptions turns rules into what cgroup v1 and systemd can hold: a default
// and a set of exceptions from it, whose order does not matter.
func exceptions(rules []*DeviceRule) (allow bool, list []DeviceRule, err error) {
	if rules, err = normal(rules); err != nil {
		return false, nil, err
	}
	allow, rest := sinceWildcard(rules)
	for _, r := range rest {
		if r.Allow != allow {
			list = addException(list, *r)
			continue
		}
		if list, err = removeException(list, r); err != nil {
			return false, nil, err
		}
	}
	return allow, list, nil
}

func addException(list []DeviceRule, r DeviceRule) []DeviceRule {
	for i, e := range list {
		if e.Type == r.Type && e.Major == r.Major && e.Minor == r.Minor {
			list[i].Permissions = e.Permissions.Union(r.Permissions)
			return list
		}
	}
	return append(list, r)
}

// removeException takes r out of the exceptions. One that is wider than r would
// need a hole, which cannot be had: the kernel would silently keep it whole.
func removeException(list []DeviceRule, r *DeviceRule) ([]DeviceRule, error) {
	kept := list[:0]
	for _, e := range list {
		left := e.Permissions.Difference(r.Permissions)
		switch {
		case e.Type != r.Type || left == e.Permissions || !meets(e.Major, r.Major) || !meets(e.Minor, r.Minor):
			kept = append(kept, e)
		case !covers(r.Major, e.Major) || !covers(r.Minor, e.Minor):
			return nil, fmt.Errorf("cgroup v1 cannot make an exception (%s) from an exception (%s); list the devices one by one",
				r.CgroupString(), e.CgroupString())
		case !left.IsEmpty():
			e.Permissions = left
			kept = append(kept, e)
		}
	}
	return kept, nil
}

func covers(wide, narrow int64) bool { return wide == devices.Wildcard || wide == narrow }
func meets(a, b int64) bool          { return covers(a, b) || covers(b, a) }

// setDevicesV1 puts the rules of a new container in force.
func setDevicesV1(dir string, r *Resources) error {
	if r.SkipDevices || userns.RunningInUserNS() { // devices cannot be set there, nor made
		return nil
	}
	if dir == "" {
		return errors.New("there is no devices cgroup")
	}
	allow, list, err := exceptions(r.Devices)
	if err != nil {
		return fmt.Errorf("linux.resources.devices: %w", err)
	}
	whole, part := "devices.deny", "devices.allow"
	if allow {
		whole, part = part, whole
	}
	lines := make([]string, len(list))
	for i := range list {
		lines[i] = list[i].CgroupString()
	}
	// One rule a write: that is all the kernel reads of it.
	if err = write(dir, whole, "a"); err == nil {
		err = write(dir, part, lines...)
	}
	if err != nil {
		return fault.New(fault.DeviceFilter, fmt.Errorf("linux.resources.devices: %w", err), "a parent cgroup may not allow it")
	}
	return nil
}
