package cgroups

import (
	"os"
	"reflect"
	"strings"
	"testing"

	occ "github.com/opencontainers/cgroups"
	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

func TestMerge(t *testing.T) {
	old := &Resources{
		Memory: 100, PidsLimit: ptr(int64(5)), CpusetCpus: "0", OomKillDisable: true,
		BlkioThrottleReadBpsDevice: []*occ.ThrottleDevice{occ.NewThrottleDevice(8, 0, 1), occ.NewThrottleDevice(8, 16, 2)},
		HugetlbLimit:               []*occ.HugepageLimit{{Pagesize: "2MB", Limit: 1}, {Pagesize: "1GB", Limit: 2}},
		Unified:                    map[string]string{"a.b": "1", "c.d": "2"},
	}
	before := *old
	change := &Resources{
		PidsLimit: ptr(int64(0)), CpuShares: 7,
		BlkioThrottleReadBpsDevice: []*occ.ThrottleDevice{occ.NewThrottleDevice(8, 0, 3)},
		HugetlbLimit:               []*occ.HugepageLimit{{Pagesize: "2MB", Limit: 4}},
		Unified:                    map[string]string{"c.d": "5"},
	}
	want := Resources{
		Memory: 100, PidsLimit: ptr(int64(0)), CpusetCpus: "0", OomKillDisable: true, CpuShares: 7,
		BlkioThrottleReadBpsDevice: []*occ.ThrottleDevice{occ.NewThrottleDevice(8, 16, 2), occ.NewThrottleDevice(8, 0, 3)},
		HugetlbLimit:               []*occ.HugepageLimit{{Pagesize: "1GB", Limit: 2}, {Pagesize: "2MB", Limit: 4}},
		Unified:                    map[string]string{"a.b": "1", "c.d": "5"},
	}
	if got := merge(old, change); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !reflect.DeepEqual(*old, before) || len(old.Unified) != 2 || old.Unified["c.d"] != "2" || old.HugetlbLimit[0].Pagesize != "2MB" {
		t.Errorf("the old limits have changed: %+v", old)
	}
}

// A limit that can be updated must be merged: a new field of the library's has
// to be thought about.
func TestMergeKnowsAllFields(t *testing.T) {
	unchanged := map[string]string{
		"Devices": "cannot be changed", "Freezer": "not a limit", "SkipDevices": "not kept", "SkipFreezeOnSet": "not kept",
	}
	fields := reflect.TypeFor[Resources]()
	for i := range fields.NumField() {
		change := new(Resources)
		setSomething(reflect.ValueOf(change).Elem().Field(i))
		merged := merge(new(Resources), change)
		name := fields.Field(i).Name
		if kept := !reflect.ValueOf(merged).Field(i).IsZero(); kept == (unchanged[name] != "") {
			t.Errorf("%s: merged: %v", name, kept)
		}
	}
}

func setSomething(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if v.Index(0).Kind() == reflect.Pointer {
			v.Index(0).Set(reflect.New(v.Type().Elem().Elem()))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x"), reflect.New(v.Type().Elem()).Elem())
	case reflect.Int64:
		v.SetInt(1)
	default:
		v.SetUint(1)
	}
}

func TestComplete(t *testing.T) {
	old := &Resources{Memory: 100, CpuQuota: 20, CpuPeriod: 30, CpuShares: 7, CpuWeight: 8,
		BlkioWeightDevice: []*occ.WeightDevice{occ.NewWeightDevice(8, 0, 300, 0)}}
	idle, busy := int64(1), int64(0)
	for _, c := range []struct{ change, want Resources }{
		{Resources{CpuQuota: 5}, Resources{CpuQuota: 5, CpuPeriod: 30}},
		{Resources{CpuPeriod: 5}, Resources{CpuQuota: 20, CpuPeriod: 5}},
		{Resources{CpuQuota: 5, CpuPeriod: 6}, Resources{CpuQuota: 5, CpuPeriod: 6}},
		{Resources{MemorySwap: 200}, Resources{Memory: 100, MemorySwap: 200}},
		{Resources{Memory: -1}, Resources{Memory: -1, MemorySwap: -1}},
		{Resources{Memory: 50}, Resources{Memory: 50}},
		{Resources{CPUIdle: &idle}, Resources{CPUIdle: &idle}},
		{Resources{CPUIdle: &busy}, Resources{CPUIdle: &busy, CpuShares: 7, CpuWeight: 8}},
		{Resources{CPUIdle: &busy, CpuWeight: 9}, Resources{CPUIdle: &busy, CpuWeight: 9}},
		{Resources{BlkioWeight: 9}, Resources{BlkioWeight: 9, BlkioWeightDevice: old.BlkioWeightDevice}},
		{Resources{}, Resources{}},
	} {
		got := c.change
		if complete(&got, old); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v becomes %+v, want %+v", c.change, got, c.want)
		}
	}
}

func TestKeepUntold(t *testing.T) {
	key := "memory.oom.group"
	old := &Resources{Unified: map[string]string{key: "1", "memory.max": "5", "memory.reclaim": "1M"}}
	for _, c := range []struct{ change, want map[string]string }{
		{nil, map[string]string{key: "1"}},
		{map[string]string{"pids.max": "3"}, map[string]string{key: "1", "pids.max": "3"}},
		{map[string]string{key: "0"}, map[string]string{key: "0"}},
	} {
		r := &Resources{Unified: c.change}
		if keepUntold(r, old); !reflect.DeepEqual(r.Unified, c.want) {
			t.Errorf("%v becomes %v, want %v", c.change, r.Unified, c.want)
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ file, have, want, write string }{
		{"pids.max", "10\n", "max\n", "max"},
		{"cpu.max", "1 2\n", "max 100000\n", "max 100000"},
		{"cpuset.cpus", "0\n", "\n", "\n"},
		{"memory.oom_control", "oom_kill_disable 1\nunder_oom 0\n", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", "0"},
		{"io.max", "8:0 rbps=1\n8:16 rbps=2\n", "8:16 rbps=3\n", "8:0 rbps=max wbps=max riops=max wiops=max|8:16 rbps=3"},
		{"io.weight", "default 50\n8:0 5\n", "default 100\n", "8:0 default|default 100"},
		{"blkio.throttle.read_bps_device", "8:0 1\n", "", "8:0 0"},
		{"blkio.throttle.read_bps_device", "", "8:0 1\n", "8:0 1"},
		{"net_prio.ifpriomap", "lo 1\neth0 0\n", "lo 0\neth0 0\n", "lo 0|eth0 0"},
	} {
		if got := strings.Join(lines(c.file, c.have, c.want), "|"); got != c.write {
			t.Errorf("%s: from %q to %q: writes %q, want %q", c.file, c.have, c.want, got, c.write)
		}
	}
}

// all returns the files that a change may write.
func all(m *Manager) saved {
	s := saved{}
	for controller, dir := range m.paths {
		if m.v2 {
			controller = "hugetlb"
		}
		for _, pattern := range limitFiles(controller) {
			s.add(dir, pattern)
		}
	}
	return s
}

func TestSnapshotOfAnyName(t *testing.T) {
	needRoot(t)
	cfg := newConfig()
	cfg.Path += "[*"
	m := newManager(t, cfg)
	dir, pattern := m.procsDir(), "cgroup.*s"
	s := saved{}
	if s.add(dir, pattern); s[dir+"/cgroup.procs"] != "" || len(s) == 0 {
		t.Errorf("%s/%s: got %v", dir, pattern, s)
	}
}

func TestUpdateIsUndone(t *testing.T) {
	needV1(t)
	cfg := newConfig()
	cfg.Resources.Memory = 64 << 20
	m := newManager(t, cfg)
	if err := m.Set(nil); err != nil {
		t.Fatal(err)
	}
	before := all(m)
	change := &Resources{
		Memory: 32 << 20, MemorySwap: 32 << 20, MemoryReservation: 1 << 20, MemorySwappiness: ptr(uint64(7)), OomKillDisable: true,
		CpuShares: 99, CpuQuota: 20000, CpuPeriod: 40000, CpuBurst: ptr(uint64(1000)), CpusetCpus: "0", PidsLimit: ptr(int64(3)),
	}
	undo, err := m.Update(change)
	if err != nil {
		t.Fatal(err)
	}
	if m.cfg.Resources.PidsLimit == nil || m.cfg.Resources.Memory != 32<<20 || m.cfg.Resources.Devices == nil {
		t.Errorf("kept: %+v", m.cfg.Resources)
	}
	changed := 0
	for path, text := range all(m) {
		if text != before[path] {
			changed++
		}
	}
	if changed < 10 {
		t.Errorf("%d files have changed", changed)
	}
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	if after := all(m); !reflect.DeepEqual(after, before) {
		t.Errorf("after undo %v, want %v", after, before)
	}
	if m.cfg.Resources.PidsLimit != nil || m.cfg.Resources.Memory != 64<<20 {
		t.Errorf("kept after undo: %+v", m.cfg.Resources)
	}
}

func TestFailedUpdateChangesNothing(t *testing.T) {
	needRoot(t)
	m := newManager(t, newConfig())
	if m.v2 { // no limit reads as one of two words
		m.cfg.Resources.HugetlbLimit = []*occ.HugepageLimit{{Pagesize: "2MB", Limit: 4 << 20}}
		if err := m.Set(nil); err != nil {
			t.Skipf("no huge pages: %v", err)
		}
	}
	before, kept := all(m), m.cfg.Resources
	change := &Resources{HugetlbLimit: []*occ.HugepageLimit{{Pagesize: "2MB", Limit: 2 << 20}, {Pagesize: "3MB"}}}
	if !m.v2 {
		change = &Resources{Memory: 32 << 20, CpuShares: 99, BlkioThrottleReadBpsDevice: []*occ.ThrottleDevice{occ.NewThrottleDevice(4095, 1, 5)}}
	}
	if _, err := m.Update(change); err == nil {
		t.Fatal("no error")
	}
	if after := all(m); !reflect.DeepEqual(after, before) {
		t.Errorf("%v, want %v", after, before)
	}
	if len(before) == 0 {
		t.Error("no files")
	}
	if !reflect.DeepEqual(m.cfg.Resources, kept) {
		t.Errorf("kept: %+v, want %+v", m.cfg.Resources, kept)
	}
}

func TestNone(t *testing.T) {
	m, err := None(&Config{Name: "x", Resources: &Resources{Devices: allowed()}})
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"create": func() error { return m.Create(nil) }, "set": func() error { return m.Set(nil) }, "join": func() error { return m.Join(1) },
		"signal": func() error { return m.Signal(unix.SIGKILL) }, "thaw": m.Thaw, "destroy": m.Destroy,
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(m.Paths()) > 0 || m.Exists() {
		t.Errorf("it has a cgroup: %v", m.Paths())
	}
	if err := m.Freeze(); err == nil {
		t.Error("it can be frozen")
	}
	for _, r := range []*Resources{{PidsLimit: ptr(int64(1))}, {Unified: map[string]string{"memory.max": "1"}}, {NetClsClassid: 1}, nil} {
		if _, err := None(&Config{Name: "x", Resources: r}); err == nil {
			t.Errorf("%+v: no error", r)
		}
	}
}

func TestV1Only(t *testing.T) {
	var log strings.Builder
	logrus.SetOutput(&log)
	defer logrus.SetOutput(os.Stderr)
	for _, r := range []*Resources{
		{OomKillDisable: true}, {MemorySwappiness: ptr(uint64(0))}, {CpuRtRuntime: 1}, {CpuRtPeriod: 1}, {NetClsClassid: 1},
		{NetPrioIfpriomap: []*occ.IfPrioMap{{}}}, {BlkioLeafWeight: 1}, {BlkioWeightDevice: []*occ.WeightDevice{occ.NewWeightDevice(8, 0, 0, 9)}},
	} {
		log.Reset()
		if warnV1Only(r); strings.Count(log.String(), "cgroup v2") != 1 {
			t.Errorf("%+v: %s", r, log.String())
		}
	}
	log.Reset()
	if warnV1Only(&Resources{Memory: 1, BlkioWeightDevice: []*occ.WeightDevice{occ.NewWeightDevice(8, 0, 9, 0)}}); log.Len() > 0 {
		t.Error(log.String())
	}
}

// next takes what a watcher reports.
func next(t *testing.T, w *Watcher, want Happening) {
	t.Helper()
	if got, err := w.Next(); got != want || err != nil {
		t.Fatalf("happened: %q, %v; want %q", got, err, want)
	}
}

func watch(t *testing.T, m *Manager, pid int) *Watcher {
	t.Helper()
	init, err := sys.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Watch(init, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func TestWatchEnd(t *testing.T) {
	needRoot(t)
	for _, events := range []bool{true, false} {
		m := newManager(t, newConfig())
		if !events {
			// As on a host with cgroup v1 alone, or none.
			if dir, ok := m.paths[""]; ok {
				t.Cleanup(func() { _ = sys.Rmdir(dir) }) // after those of the processes
				delete(m.paths, "")
			}
			if m.v2 {
				continue
			}
		}
		one, other := sleeper(t, m), sleeper(t, m)
		w := watch(t, m, one.Process.Pid)
		one.Process.Kill()
		one.Wait()
		go other.Process.Kill()
		next(t, w, Ended)
		if pids, err := m.AllPids(); len(pids) > 0 {
			t.Errorf("ended, but there are %v, %v", pids, err)
		}
		next(t, w, Ended)
		w, err := m.Watch(nil, "")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		next(t, w, Ended)
	}
}

func TestWatchOOM(t *testing.T) {
	needV1(t)
	cfg := newConfig()
	cfg.Resources.Memory, cfg.Resources.MemorySwap = 4<<20, 4<<20
	m := newManager(t, cfg)
	if err := m.Set(nil); err != nil {
		t.Skipf("no limit of swap here: %v", err)
	}
	cmd := sleeper(t, m)
	w := watch(t, m, cmd.Process.Pid)
	for range 2 {
		start(t, m, null(), "dd", "if=/dev/zero", "of=/dev/null", "bs=50M", "count=1")
		next(t, w, OOM)
	}
	kills, err := m.OOMKills()
	cmd.Process.Kill()
	cmd.Wait()
	// Now and then there is one more: the kernel kills a further process, or tells
	// once more of one that is slow to go.
	reported := uint64(2)
	for h, nextErr := w.Next(); h != Ended; h, nextErr = w.Next() {
		if nextErr != nil || h != OOM {
			t.Fatalf("after %d kills: %q, %v", reported, h, nextErr)
		}
		reported++
	}
	if err != nil || reported < kills {
		t.Errorf("%d of %d kills reported, %v", reported, kills, err)
	}
}

func TestWatchEndsWithTheCgroup(t *testing.T) {
	needV1(t)
	m := newManager(t, newConfig())
	if dir, ok := m.paths[""]; ok {
		t.Cleanup(func() { _ = sys.Rmdir(dir) })
		delete(m.paths, "")
	}
	cmd := sleeper(t, m)
	w := watch(t, m, cmd.Process.Pid)
	w.sources = w.sources[:1] // the counter alone
	cmd.Process.Kill()
	cmd.Wait()
	if err := m.Destroy(); err != nil {
		t.Fatal(err)
	}
	next(t, w, Ended)
}
