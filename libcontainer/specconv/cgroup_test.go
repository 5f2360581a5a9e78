package specconv

import (
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestCgroupPath(t *testing.T) {
	for _, tc := range []struct {
		path              string
		systemd, rootless bool
		// want is Path, Parent, ScopePrefix and Name.
		want string
	}{
		{"", false, false, "|||id"},
		{"/a/b/", false, false, "/a/b|||"},
		{"/a/../../b", false, false, "/b|||"},
		{"a/b", false, false, "a/b|||"},
		{"../../a", false, false, "a|||"},
		{"", true, false, "|system.slice|runc|id"},
		{"", true, true, "|user.slice|runc|id"},
		{":pre:name", true, true, "|user.slice|pre|name"},
		{"machine.slice:pre:name", true, true, "|machine.slice|pre|name"},
		{"machine.slice::name", true, false, "|machine.slice||name"},
		{"a:b:c", false, false, "a:b:c|||"},
		{":my pre:a+b_c.d-e\\x2df\u00e9", true, false, `|system.slice|my\x20pre|a\x2bb_c.d-e\x2df\xc3\xa9`},
	} {
		c := mustConvert(t, Options{ID: "id", SystemdCgroup: tc.systemd, RootlessCgroups: tc.rootless}, func(s *specs.Spec) { s.Linux.CgroupsPath = tc.path })
		got := strings.Join([]string{c.Cgroup.Path, c.Cgroup.Parent, c.Cgroup.ScopePrefix, c.Cgroup.Name}, "|")
		if got != tc.want || c.Cgroup.Systemd != tc.systemd || c.Cgroup.Rootless != tc.rootless {
			t.Errorf("%q systemd %v rootless %v: got %s, want %s", tc.path, tc.systemd, tc.rootless, got, tc.want)
		}
	}
}

// TestSystemdPropertiesNeedSystemd: the annotations are not even read without.
func TestSystemdPropertiesNeedSystemd(t *testing.T) {
	c := mustConvert(t, Options{}, func(s *specs.Spec) { s.Annotations = map[string]string{propertyPrefix + "x y": "bad"} })
	if len(c.Cgroup.SystemdProps) != 0 {
		t.Errorf("got %v", c.Cgroup.SystemdProps)
	}
}

func TestCgroupOwner(t *testing.T) {
	writable := func(s *specs.Spec) {
		s.Mounts = []specs.Mount{{Destination: "/sys/fs/cgroup", Type: "cgroup", Source: "cgroup"}}
		s.Process.User.UID = 5
	}
	for _, tc := range []struct {
		name   string
		want   int
		change func(*specs.Spec)
	}{
		{"read-only", -1, func(s *specs.Spec) { s.Process.User.UID = 5 }},
		{"writable", 5, writable},
		{"no cgroup namespace", -1, func(s *specs.Spec) { writable(s); s.Linux.Namespaces = nil }},
		{"joined cgroup namespace", -1, func(s *specs.Spec) {
			writable(s)
			s.Linux.Namespaces = []specs.LinuxNamespace{{Type: "cgroup", Path: "/x"}}
		}},
		{"mapped", 1005, func(s *specs.Spec) {
			writable(s)
			s.Linux.Namespaces = append(s.Linux.Namespaces, specs.LinuxNamespace{Type: "user"})
			s.Linux.UIDMappings = []specs.LinuxIDMapping{{HostID: 1000, Size: 10}}
		}},
		{"unmapped", -1, func(s *specs.Spec) {
			writable(s)
			s.Linux.Namespaces = append(s.Linux.Namespaces, specs.LinuxNamespace{Type: "user"})
			s.Linux.UIDMappings = []specs.LinuxIDMapping{{HostID: 1000, Size: 5}}
		}},
	} {
		got := -1
		if owner := mustConvert(t, Options{}, tc.change).Cgroup.OwnerUID; owner != nil {
			got = *owner
		}
		if got != tc.want {
			t.Errorf("%s: owner %d, want %d", tc.name, got, tc.want)
		}
	}
}
