package rootfs

import (
	"flag"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

var update = flag.Bool("update", false, "write the golden files anew")

func printPlan(ops []Op) string {
	var b strings.Builder
	last := Stage(255)
	for i := range ops {
		if ops[i].Stage != last {
			last = ops[i].Stage
			b.WriteString([...]string{"mounts:", "devices:", "enter:", "seal:"}[last] + "\n")
		}
		b.WriteString("  " + ops[i].String() + "\n")
	}
	return b.String()
}

func hybrid() configs.CgroupView {
	return configs.CgroupView{Hierarchies: []configs.CgroupHierarchy{
		{Name: "cpu,cpuacct", Options: "cpu,cpuacct", Path: "/sys/fs/cgroup/cpu,cpuacct/own", Links: []string{"cpu", "cpuacct"}},
		{Name: "systemd", Options: "name=systemd"},
		{Name: "unified", Version2: true, Path: "/sys/fs/cgroup/unified/own"},
	}}
}

func unifiedView() configs.CgroupView {
	return configs.CgroupView{Unified: true, Hierarchies: []configs.CgroupHierarchy{{Version2: true, Path: "/sys/fs/cgroup/own"}}}
}

func TestPlan(t *testing.T) {
	r := &room{T: t, root: "/rootfs"}
	odd := func() *configs.Config {
		bind := bindOf("/src", "//a/../b/", unix.MS_REC|unix.MS_RDONLY|unix.MS_LAZYTIME)
		bind.ClearFlags, bind.RecSet, bind.RecClear = unix.MS_NOEXEC, unix.MOUNT_ATTR_NODEV, unix.MOUNT_ATTR_NOSUID
		bind.Propagation = []uint64{unix.MS_SLAVE | unix.MS_REC, unix.MS_SHARED}
		bind.IDMapping = &configs.MountIDMapping{}
		up := tmpfs("/tmp", "size=1m")
		up.TmpCopyUp, up.Flags = true, unix.MS_RDONLY
		c := r.config(bind, up, configs.Mount{Destination: "/b", Type: "none", Flags: unix.MS_REMOUNT | unix.MS_RDONLY}, bindOf("/dev", "/dev", 0))
		c.Root.Propagation, c.NoPivot = unix.MS_SHARED, true
		c.Devices = []configs.Device{{Path: "/dev/fuse", Type: 'c', Major: 10, Minor: 229}}
		return c
	}
	cgroup := func(ro uint64) *configs.Config { return r.config(cgroupMount(ro)) }
	chroot := usual(r)
	chroot.Mounts, chroot.MaskPaths, chroot.ReadonlyPaths, chroot.Root.Readonly, chroot.Namespaces = nil, nil, nil, false, nil
	detached := *chroot
	detached.Mounts, detached.Root.Readonly = []configs.Mount{tmpfs("/tmp", "")}, true

	for name, c := range map[string]struct {
		cfg  *configs.Config
		view configs.CgroupView
	}{
		"usual":           {usual(r), hybrid()},
		"odd":             {odd(), hybrid()},
		"chroot":          {chroot, hybrid()},
		"detached":        {&detached, hybrid()},
		"cgroup-v1":       {cgroup(unix.MS_RDONLY), hybrid()},
		"cgroup-v1-host":  {withoutCgroupNS(cgroup(0)), hybrid()},
		"cgroup-v2":       {cgroup(unix.MS_RDONLY), unifiedView()},
		"cgroup-v2-host":  {withoutCgroupNS(cgroup(0)), unifiedView()},
		"cgroup-v2-empty": {withoutCgroupNS(cgroup(0)), configs.CgroupView{Unified: true}},
	} {
		t.Run(name, func(t *testing.T) {
			ops, err := Plan(c.cfg, c.view)
			if err != nil {
				t.Fatal(err)
			}
			golden := "testdata/" + name + ".golden"
			got := printPlan(ops)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the plan has changed (-update writes it anew):\n%s", diff(string(want), got))
			}
		})
	}
}

func TestPlanLeavesConfigAlone(t *testing.T) {
	r := &room{T: t, root: "/rootfs"}
	c := usual(r)
	before := c.Mounts[1]
	if _, err := Plan(c, hybrid()); err != nil {
		t.Fatal(err)
	}
	if c.Mounts[1].Flags != before.Flags {
		t.Error("the config was changed")
	}
}

func TestPlanWithoutMountNamespace(t *testing.T) {
	for field, cfg := range map[string]configs.Config{
		"mounts[0] (/dev)":         {Mounts: []configs.Mount{{Destination: "/dev", Type: "devtmpfs", Flags: unix.MS_RDONLY}}},
		"mounts[1] (/x)":           {Mounts: []configs.Mount{tmpfs("/x", ""), {Destination: "/x", Flags: unix.MS_BIND | unix.MS_REMOUNT}}},
		"linux.maskedPaths":        {MaskPaths: []string{"/x"}},
		"linux.readonlyPaths":      {ReadonlyPaths: []string{"/x"}},
		"linux.rootfsPropagation:": {Root: configs.Root{Propagation: unix.MS_SLAVE}},
	} {
		if _, err := Plan(&cfg, hybrid()); err == nil || !strings.HasPrefix(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct{ ms, attr uint64 }{
		{0, 0},
		{unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, 0xf},
		{unix.MS_NOATIME | unix.MS_NODIRATIME, unix.MOUNT_ATTR_NOATIME | unix.MOUNT_ATTR_NODIRATIME},
		{unix.MS_STRICTATIME | unix.MS_NOSYMFOLLOW, unix.MOUNT_ATTR_STRICTATIME | unix.MOUNT_ATTR_NOSYMFOLLOW},
		{unix.MS_STRICTATIME | unix.MS_NOATIME, unix.MOUNT_ATTR_NOATIME},
		{unix.MS_RELATIME | unix.MS_REC | unix.MS_BIND, 0},
	} {
		if got := attrsOf(c.ms); got != c.attr {
			t.Errorf("attrsOf(%s) = %#x, want %#x", flagNames(c.ms), got, c.attr)
		}
		if back := attrsOf(uint64(flagsOf(c.attr))); back != c.attr {
			t.Errorf("flagsOf(%#x) = %s, which is %#x", c.attr, flagNames(uint64(flagsOf(c.attr))), back)
		}
	}
	if got := attrsOfStatfs(unix.ST_RDONLY | unix.ST_RELATIME); got != unix.MOUNT_ATTR_RDONLY {
		t.Errorf("attrsOfStatfs: %#x", got)
	}
	if got := attrsOfStatfs(0); got != unix.MOUNT_ATTR_STRICTATIME {
		t.Errorf("attrsOfStatfs(0): %#x", got)
	}
}

func TestSplitOptions(t *testing.T) {
	fs := newFilesystem(&configs.Mount{Data: `a,b=1,,c=x=y,context="s0:c1,c2",lowerdir=/a\,b:/c,d=`})
	want := []option{
		{"a", "", false}, {"b", "1", true}, {"c", "x=y", true}, {"context", "s0:c1,c2", true},
		{"lowerdir", `/a\,b:/c`, true}, {"d", "", true},
	}
	if len(fs.options) != len(want) {
		t.Fatalf("%v", fs.options)
	}
	for i := range want {
		if fs.options[i] != want[i] {
			t.Errorf("%v, want %v", fs.options[i], want[i])
		}
	}
	if got, want := fs.data(), `a,b=1,c=x=y,context="s0:c1,c2",lowerdir=/a\,b:/c,d=`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	if fs.needsMount2() {
		t.Error("mount(2) is not needed")
	}
	fs.set("long", strings.Repeat("x", 256))
	if !fs.needsMount2() {
		t.Error("fsconfig(2) does not take 256 bytes")
	}
}

func TestLabel(t *testing.T) {
	b := &Builder{cfg: &configs.Config{MountLabel: "system_u:object_r:container_file_t:s0:c1,c2"}}
	for fstype, want := range map[string]string{
		"tmpfs": `context="system_u:object_r:container_file_t:s0:c1,c2"`, "devpts": `context="system_u:object_r:container_file_t:s0:c1,c2"`,
		"proc": "", "sysfs": "", "cgroup2": "", "mqueue": "",
	} {
		fs := newFilesystem(&configs.Mount{Type: fstype})
		b.label(fs)
		if got := fs.data(); got != want {
			t.Errorf("%s: %q, want %q", fstype, got, want)
		}
	}
}
