package cgroups

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	occ "github.com/opencontainers/cgroups"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

func ptr[T any](v T) *T { return &v }

func TestLimitsV1(t *testing.T) {
	needV1(t)
	cfg := newConfig()
	cfg.Resources.Memory, cfg.Resources.PidsLimit = 64<<20, ptr(int64(7))
	cfg.Resources.CpuShares, cfg.Resources.CpusetCpus = 512, "0"
	m := newManager(t, cfg)
	sleeper(t, m)
	if err := m.Set(nil); err != nil {
		t.Fatal(err)
	}
	expect := func(controller, file, want string) {
		t.Helper()
		if got, err := read(m.paths[controller], file); err != nil || strings.TrimSpace(got) != want {
			t.Errorf("%s: %q, %v; want %s", file, got, err, want)
		}
	}
	expect("memory", "memory.limit_in_bytes", "67108864")
	expect("pids", "pids.max", "7")
	expect("cpu", "cpu.shares", "512")
	expect("cpuset", "cpuset.cpus", "0")
	if err := m.Set(&Resources{Memory: 32 << 20, PidsLimit: ptr(int64(-1))}); err != nil {
		t.Fatal(err)
	}
	expect("memory", "memory.limit_in_bytes", "33554432")
	expect("pids", "pids.max", "max")
	expect("cpu", "cpu.shares", "512")
	if n, err := m.OOMKills(); n != 0 || err != nil {
		t.Errorf("%d oom kills, %v", n, err)
	}
}

func TestOOMIsCounted(t *testing.T) {
	needV1(t)
	cfg := newConfig()
	cfg.Resources.Memory, cfg.Resources.MemorySwap = 2<<20, 2<<20
	m := newManager(t, cfg)
	if err := m.Set(nil); err != nil {
		t.Skipf("no limit of swap here: %v", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := start(t, m, r, "sh", "-c", "read x; x=$(head -c 20000000 /dev/zero | tr '\\0' x); echo $x")
	w.Close()
	ended(t, cmd)
	if n, err := m.OOMKills(); n == 0 || err != nil {
		t.Errorf("%d oom kills, %v", n, err)
	}
}

// A limit of processes does not keep exec out, which has to be able to look at
// what is wrong.
func TestJoinAtPidsLimit(t *testing.T) {
	needV1(t)
	cfg := newConfig()
	cfg.Resources.PidsLimit = ptr(int64(1))
	m := newManager(t, cfg)
	if err := m.Set(nil); err != nil {
		t.Fatal(err)
	}
	sleeper(t, m)
	sleeper(t, m)
}

func TestLimitsV2(t *testing.T) {
	needV2(t)
	cfg := newConfig()
	if have, err := read(root, "cgroup.controllers"); err != nil || lacks(have, "hugetlb") != "" {
		t.Skip("needs the controller hugetlb")
	}
	if len(occ.HugePageSizes()) == 0 {
		t.Skip("needs huge pages")
	}
	size := occ.HugePageSizes()[0]
	cfg.Path += "/deep" // the parent has to give the controller
	cfg.Resources.HugetlbLimit = []*occ.HugepageLimit{{Pagesize: size, Limit: 4 << 20}}
	m := newManager(t, cfg)
	t.Cleanup(func() { os.Remove(filepath.Dir(m.paths[""])) })
	t.Cleanup(func() { m.Destroy() })
	if err := m.Set(nil); err != nil {
		t.Fatal(err)
	}
	if got, err := read(m.paths[""], "hugetlb."+size+".max"); err != nil || got != "4194304\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// The configuration keeps its 0, which the state shows and cgroup v1 takes.
func TestLiftThrottles(t *testing.T) {
	cfg := Resources{BlkioThrottleWriteIOPSDevice: []*occ.ThrottleDevice{occ.NewThrottleDevice(8, 0, 0), occ.NewThrottleDevice(8, 16, 7)}}
	set := cfg
	liftThrottles(&set)
	for i, want := range [][2]uint64{{0, math.MaxUint64}, {7, 7}} {
		if old, lifted := cfg.BlkioThrottleWriteIOPSDevice[i].Rate, set.BlkioThrottleWriteIOPSDevice[i].Rate; old != want[0] || lifted != want[1] {
			t.Errorf("%d, lifted %d; want %v", old, lifted, want)
		}
	}
}

func TestMissingControllerIsNamed(t *testing.T) {
	needRoot(t)
	cfg := newConfig()
	cfg.Resources.Rdma = map[string]occ.LinuxRdma{"mlx": {HcaHandles: ptr(uint32(1))}}
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if have, err := m.controllers(); err == nil && strings.Contains(strings.Join(have, " "), "rdma") {
		t.Skip("rdma is there")
	}
	err = m.Create(nil)
	if err == nil || !strings.Contains(err.Error(), "linux.resources.rdma: the cgroup controller rdma is not available") || !strings.Contains(err.Error(), root) {
		t.Errorf("got %v", err)
	}
	if m.Exists() {
		t.Error("the refused cgroup was left")
	}
}

func TestFirstLackingAncestorIsNamed(t *testing.T) {
	needV2(t)
	if have, err := read(root, "cgroup.controllers"); err != nil || lacks(have, "hugetlb") != "" {
		t.Skip("needs the controller hugetlb")
	}
	cfg := newConfig()
	cfg.Path += "/a/b"
	m := newManager(t, cfg)
	a := filepath.Dir(m.paths[""])
	top := filepath.Dir(a)
	t.Cleanup(func() { os.Remove(a); os.Remove(top) })
	t.Cleanup(func() { m.Destroy() })
	if err := first(write(a, "cgroup.subtree_control", "-hugetlb"), write(top, "cgroup.subtree_control", "-hugetlb")); err != nil {
		t.Fatal(err)
	}
	err := m.Set(&Resources{HugetlbLimit: []*occ.HugepageLimit{{Pagesize: "2MB", Limit: 1}}})
	want := fmt.Sprintf("%s is the first cgroup that lacks it; enable it with: echo +hugetlb > %s/cgroup.subtree_control", a, top)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestUnlimitedNeedsNoController(t *testing.T) {
	needV2(t)
	m := newManager(t, newConfig())
	if err := m.Set(&Resources{PidsLimit: ptr(int64(-1)), Memory: -1, MemorySwap: -1, CpuQuota: -1}); err != nil {
		t.Error(err)
	}
}

func TestUnifiedOnV1IsRefused(t *testing.T) {
	needV1(t)
	cfg := newConfig()
	cfg.Resources.Unified = map[string]string{"memory.high": "max"}
	if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), "linux.resources.unified") {
		t.Errorf("got %v", err)
	}
}

func TestDelegation(t *testing.T) {
	needV2(t)
	cfg := newConfig()
	cfg.OwnerUID = ptr(4711)
	m := newManager(t, cfg)
	for file, want := range map[string]uint32{"": 4711, "/cgroup.procs": 4711, "/cgroup.subtree_control": 4711, "/cgroup.events": 0} {
		var st unix.Stat_t
		if err := unix.Stat(m.paths[""]+file, &st); err != nil || st.Uid != want {
			t.Errorf("%q belongs to %d, %v; want %d", file, st.Uid, err, want)
		}
	}
}

func TestView(t *testing.T) {
	m := newManager(t, newConfig())
	view, err := m.View()
	if err != nil {
		t.Fatal(err)
	}
	if m.v2 {
		if !view.Unified || len(view.Hierarchies) != 1 || !reflect.DeepEqual(view.Hierarchies[0], configs.CgroupHierarchy{Version2: true, Path: m.paths[""]}) {
			t.Errorf("%+v", view)
		}
		return
	}
	if view.Unified || len(view.Hierarchies) == 0 || m.mounts != nil {
		t.Errorf("%+v, mountinfo %v", view, m.mounts)
	}
	seen := map[string]bool{}
	for _, h := range view.Hierarchies {
		dir := filepath.Join(root, h.Name)
		if magic := sys.FSType(dir); h.Version2 != (magic == unix.CGROUP2_SUPER_MAGIC) || h.Version2 == (h.Options != "") {
			t.Errorf("%+v", h)
		}
		if h.Path != "" && !strings.HasPrefix(h.Path, dir+"/") {
			t.Errorf("%+v is not below %s", h, dir)
		}
		seen[h.Path] = true
	}
	for name, dir := range m.paths {
		if !seen[dir] {
			t.Errorf("%s is not shown", name)
		}
	}
}
