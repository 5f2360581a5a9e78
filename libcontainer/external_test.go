package libcontainer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func checkpointConfig() *configs.Config {
	return &configs.Config{
		Root: configs.Root{Path: "/rootfs"},
		Namespaces: configs.Namespaces{
			{Type: configs.MountNamespace}, {Type: configs.CgroupNamespace},
		},
		Mounts: []configs.Mount{
			{Destination: "/proc", Type: "proc", Source: "proc"},
			{Destination: "/a", Type: "bind", Source: "/host/a", Flags: unix.MS_BIND},
			{Destination: "/tmp", Type: "tmpfs", Source: "tmpfs"},
			{Destination: "/a/b", Type: "bind", Source: "/host/b", Flags: unix.MS_BIND},
			{Destination: "/sys/fs/cgroup", Type: "cgroup", Source: "cgroup"},
			{Destination: "/a/b/c", Type: "tmpfs", Source: "tmpfs"},
			{Destination: "/tmp/x", Type: "bind", Source: "/host/x", Flags: unix.MS_BIND},
			{Destination: "/ab", Type: "bind", Source: "/host/ab", Flags: unix.MS_BIND},
		},
		Devices:   []configs.Device{{Path: "/dev/fuse", Type: 'c', Major: 10, Minor: 229}},
		MaskPaths: []string{"/proc/kcore"},
	}
}

func listOf(t *testing.T, cfg *configs.Config, view configs.CgroupView) (words []string, list []external) {
	t.Helper()
	list, err := externals(cfg, view)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		words = append(words, e.name()+" = "+e.source)
	}
	return words, list
}

func TestExternals(t *testing.T) {
	v2 := configs.CgroupView{Unified: true, Hierarchies: []configs.CgroupHierarchy{{Version2: true, Path: "/sys/fs/cgroup/x"}}}
	got, _ := listOf(t, checkpointConfig(), v2)
	want := []string{
		"mounts[1] (/a) = /host/a", "mounts[3] (/a/b) = /host/b", "mounts[4] (/sys/fs/cgroup) = /sys/fs/cgroup/x",
		"mounts[6] (/tmp/x) = /host/x", "mounts[7] (/ab) = /host/ab",
		"linux.devices (/dev/fuse) = /dev/fuse", "linux.maskedPaths[0] (/proc/kcore) = /dev/null",
	}
	if !slices.Equal(got, want) {
		t.Errorf("v2:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	v1 := configs.CgroupView{Hierarchies: []configs.CgroupHierarchy{{Name: "cpu", Options: "cpu", Path: "/sys/fs/cgroup/cpu/x"}}}
	if got, _ := listOf(t, checkpointConfig(), v1); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "cgroup") }) {
		t.Errorf("v1 in a namespace is mounted anew: %q", got)
	}
	cfg := checkpointConfig()
	cfg.Namespaces = cfg.Namespaces[:1]
	if got, _ := listOf(t, cfg, v1); !slices.Contains(got, "mounts[4] (/sys/fs/cgroup/cpu) = /sys/fs/cgroup/cpu/x") {
		t.Errorf("v1: %q", got)
	}
}

func TestRestoreKeysFollowDestinations(t *testing.T) {
	_, list := listOf(t, checkpointConfig(), configs.CgroupView{Unified: true})
	keys, err := restoreKeys(list, []string{"/ab", "", "/a", "/proc/kcore"})
	if want := []string{"mnt[0]:/host/ab", "mnt[2]:/host/a", "mnt[3]:/dev/null"}; err != nil || !slices.Equal(keys, want) {
		t.Errorf("%q, %v", keys, err)
	}
	if _, err := restoreKeys(list, []string{"/a", "/a"}); err == nil {
		t.Error("one mount of the bundle stands for two")
	}
	if _, err := restoreKeys(list, []string{"/none"}); err == nil || !strings.Contains(err.Error(), "mounted on /none; the bundle has not") {
		t.Errorf("missing: %v", err)
	}
	if len(list) != 6 || list[0].Path != "/a" {
		t.Errorf("the list has changed: %d", len(list))
	}
}

func TestCarrier(t *testing.T) {
	cfg := checkpointConfig()
	for i, want := range []string{"/rootfs /proc", "/rootfs /a", "/rootfs /tmp", "/host/a /b", "/rootfs /sys/fs/cgroup", "/host/b /c", " ", "/rootfs /ab"} {
		host, rest := carrier(cfg, i)
		if got := fmt.Sprint(host, " ", rest); got != want {
			t.Errorf("%s lies on %q, want %q", cfg.Mounts[i].Destination, got, want)
		}
	}
}
