package specconv

import (
	"fmt"

	devices "github.com/opencontainers/cgroups/devices/config"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// fixedRules are runc's, for the lot of containers that could not live without:
// mknod of anything (which does not let it be opened), the default nodes, the
// container's own terminals and tunnels. They come last, so that a rule of
// config.json that denies all leaves them.
var fixedRules = [...]devices.Rule{
	{Type: 'c', Major: devices.Wildcard, Minor: devices.Wildcard, Permissions: "m", Allow: true},
	{Type: 'b', Major: devices.Wildcard, Minor: devices.Wildcard, Permissions: "m", Allow: true},
}

// fixedRulesAfter follow those of the default nodes: /dev/pts/*, /dev/ptmx and
// /dev/net/tun.
var fixedRulesAfter = [...]devices.Rule{
	{Type: 'c', Major: 136, Minor: devices.Wildcard, Permissions: "rwm", Allow: true},
	{Type: 'c', Major: 5, Minor: 2, Permissions: "rwm", Allow: true},
	{Type: 'c', Major: 10, Minor: 200, Permissions: "rwm", Allow: true},
}

// deviceRules makes the whole list of the device controller: nothing allowed,
// then the user's rules in their order, then what is always allowed. A default
// node that linux.devices replaces is the user's, rule and all.
func deviceRules(spec *specs.Spec, user []specs.LinuxDeviceCgroup) ([]*devices.Rule, error) {
	rules := []*devices.Rule{{Type: 'a', Major: devices.Wildcard, Minor: devices.Wildcard, Permissions: "rwm"}}
	for i := range user {
		more, err := deviceRule(&user[i])
		if err != nil {
			return nil, fmt.Errorf("linux.resources.devices[%d].%w", i, err)
		}
		rules = append(rules, more...)
	}
	for _, r := range fixedRules {
		rules = append(rules, &r)
	}
	for _, d := range defaultNodes {
		if !listed(linux(spec).Devices, d.path) {
			rules = append(rules, &devices.Rule{Type: 'c', Major: d.major, Minor: d.minor, Permissions: "rwm", Allow: true})
		}
	}
	for _, r := range fixedRulesAfter {
		rules = append(rules, &r)
	}
	return rules, nil
}

// deviceRule translates one rule of linux.resources.devices. Its error begins
// with the field in the rule.
func deviceRule(from *specs.LinuxDeviceCgroup) ([]*devices.Rule, error) {
	r := devices.Rule{Type: 'a', Major: devices.Wildcard, Minor: devices.Wildcard, Allow: from.Allow, Permissions: devices.Permissions(from.Access)}
	switch from.Type {
	case "", "a":
	case "b", "c":
		r.Type = devices.Type(from.Type[0])
	default:
		return nil, fmt.Errorf("type: invalid cgroup device type %q; known: a (all), b (block), c (character)", from.Type)
	}
	if err := checkAccess(from.Access); err != nil {
		return nil, err
	}
	var err error
	if r.Major, err = ruleNumber("major", from.Major); err != nil {
		return nil, err
	}
	if r.Minor, err = ruleNumber("minor", from.Minor); err != nil {
		return nil, err
	}
	return splitRule(r), nil
}

func checkAccess(access string) error {
	if access == "" {
		return fmt.Errorf("access: device access cannot be empty; give a part of \"rwm\"")
	}
	for _, c := range access {
		if c != 'r' && c != 'w' && c != 'm' {
			return fmt.Errorf("access: %q holds %q; give a part of \"rwm\" (read, write, mknod)", access, c)
		}
	}
	return nil
}

// ruleNumber reads a major or minor number; -1 is the old word for all.
func ruleNumber(field string, n *int64) (int64, error) {
	if n == nil || *n == devices.Wildcard {
		return devices.Wildcard, nil
	}
	if err := checkNumbers(*n, 0); err != nil {
		return 0, fmt.Errorf("%s: %d is not from 0 to 4294967295; leave it out for all", field, *n)
	}
	return *n, nil
}

// splitRule keeps a rule that allows some access to devices of both types from
// allowing everything: the cgroup library and the v1 controller look at nothing
// else in a rule of type "a". One that denies stays whole, as with runc: it
// denies more than asked, which harms no one else.
func splitRule(r devices.Rule) []*devices.Rule {
	all := r.Major == devices.Wildcard && r.Minor == devices.Wildcard && fullAccess(r.Permissions)
	if r.Type != devices.WildcardDevice || !r.Allow || all {
		return []*devices.Rule{&r}
	}
	char, block := r, r
	char.Type, block.Type = devices.CharDevice, devices.BlockDevice
	return []*devices.Rule{&char, &block}
}

func fullAccess(p devices.Permissions) bool {
	return devices.Permissions("rwm").Difference(p).IsEmpty()
}
