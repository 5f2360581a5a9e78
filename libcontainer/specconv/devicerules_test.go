package specconv

import (
	"slices"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// fixedTail is what follows the user's rules, as Debian's runc 1.1.5 has it.
var fixedTail = []string{
	"+c *:* m", "+b *:* m", "+c 1:3 rwm", "+c 1:8 rwm", "+c 1:7 rwm", "+c 5:0 rwm", "+c 1:5 rwm", "+c 1:9 rwm",
	"+c 136:* rwm", "+c 5:2 rwm", "+c 10:200 rwm",
}

func TestDeviceRules(t *testing.T) {
	for _, tc := range []struct {
		name string
		rule specs.LinuxDeviceCgroup
		want []string
	}{
		{"deny all", specs.LinuxDeviceCgroup{Access: "rwm"}, []string{"-a *:* rwm"}},
		{"deny some stays all", specs.LinuxDeviceCgroup{Access: "m", Major: ptr(int64(8))}, []string{"-a 8:* m"}},
		{"allow all", specs.LinuxDeviceCgroup{Allow: true, Access: "mrw"}, []string{"+a *:* mrw"}},
		{"allow all to read", specs.LinuxDeviceCgroup{Allow: true, Type: "a", Access: "r"}, []string{"+c *:* r", "+b *:* r"}},
		{"allow a number of both", specs.LinuxDeviceCgroup{Allow: true, Major: ptr(int64(8)), Access: "rwm"}, []string{"+c 8:* rwm", "+b 8:* rwm"}},
		{"allow one", specs.LinuxDeviceCgroup{Allow: true, Type: "b", Major: ptr(int64(8)), Minor: ptr(int64(1)), Access: "rw"}, []string{"+b 8:1 rw"}},
		{"-1 is all", specs.LinuxDeviceCgroup{Allow: true, Type: "c", Major: ptr(int64(8)), Minor: ptr(int64(-1)), Access: "w"}, []string{"+c 8:* w"}},
	} {
		c := mustConvert(t, Options{}, func(s *specs.Spec) { s.Linux.Resources.Devices = []specs.LinuxDeviceCgroup{tc.rule} })
		var got []string
		for _, r := range c.Cgroup.Devices {
			sign := map[bool]string{true: "+", false: "-"}[r.Allow]
			got = append(got, sign+r.CgroupString())
		}
		want := slices.Concat([]string{"-a *:* rwm"}, tc.want, fixedTail)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", tc.name, got, want)
		}
	}
}

// TestRulesAreCopies: a rule changed in one container is not in the next.
func TestRulesAreCopies(t *testing.T) {
	nothing := func(*specs.Spec) {}
	for _, r := range mustConvert(t, Options{}, nothing).Cgroup.Devices {
		r.Allow, r.Permissions = true, "changed"
	}
	for _, r := range mustConvert(t, Options{}, nothing).Cgroup.Devices {
		if r.Permissions == "changed" {
			t.Fatalf("%s", r.CgroupString())
		}
	}
}
