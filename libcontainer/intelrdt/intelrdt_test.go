package intelrdt

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runc/libcontainer/configs"
)

// fake makes a tree like that of resctrl, with the control groups named, whose
// schemata are as the kernel prints them. It stands in for the mount: here is no
// CPU with RDT. What mkdir makes there, makeFiles must add by hand.
func fake(t *testing.T, groups ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range append(groups, "") {
		dir := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Join(dir, "mon_groups"), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, "schemata"), "    L3:0=07ff;1=07ff\n    MB:0= 100;1=  20\n")
		put(t, filepath.Join(dir, "tasks"), "")
	}
	if err := os.Mkdir(filepath.Join(root, "info"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "info", "last_cmd_status"), "ok\n")
	was := mounted
	mounted = func() (string, error) { return root, nil }
	t.Cleanup(func() { mounted = was })
	return root
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// group makes the group of the container "c1".
func group(t *testing.T, config configs.IntelRdt) *Group {
	t.Helper()
	g, err := New(&config, "c1")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// dirs lists the directories below root, but for those that are always there.
func dirs(t *testing.T, root string) []string {
	t.Helper()
	list := []string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, root)
		if err == nil && d.IsDir() && name != "" && name != "/info" && filepath.Base(name) != "mon_groups" {
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func wantError(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, text := range append(texts, "linux.intelRdt") {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("error %v, want %q in it", err, text)
		}
	}
}

// TestOwnGroup: without a closID the group has the container's name, and goes
// with it. A directory of the fake has no files, so it is left to the test to
// make them between the steps.
func TestOwnGroup(t *testing.T) {
	root := fake(t)
	g := group(t, configs.IntelRdt{})
	if err := g.Create(); err != nil {
		t.Fatal(err)
	}
	if got := dirs(t, root); !slices.Equal(got, []string{"/c1"}) || g.Path() != root+"/c1" {
		t.Fatalf("%s, path %s", got, g.Path())
	}
	put(t, g.Path()+"/tasks", "")
	if err := g.Join(4711); err != nil || read(t, g.Path()+"/tasks") != "4711" {
		t.Errorf("tasks: %v", err)
	}
	// The kernel's rmdir takes the files along.
	if err := os.Remove(g.Path() + "/tasks"); err != nil {
		t.Fatal(err)
	}
	if err := Load(&configs.IntelRdt{}, "c1", g.Path()).Destroy(); err != nil || len(dirs(t, root)) != 0 {
		t.Errorf("%v, left: %s", err, dirs(t, root))
	}
	if err := g.Destroy(); err != nil {
		t.Error("gone already: ", err)
	}
}

// TestOrder: L3, then MB, then schemata, a write each, every line ended.
func TestOrder(t *testing.T) {
	root := fake(t, "any")
	g := group(t, configs.IntelRdt{
		ClosID: "any", Schemata: []string{"L2:0=f", "MB:1=70"}, MemBwSchema: "MB:0=20", L3CacheSchema: "L3:0=7f0",
	})
	if got, want := strings.Join(g.lines(), "|"), "L3:0=7f0\n|MB:0=20\n|L2:0=f\nMB:1=70\n|"; got+"|" != want {
		t.Errorf("writes %q, want %q", got, want)
	}
	put(t, root+"/any/schemata", "")
	if err := g.write(g.lines()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, root+"/any/schemata"); got != "L3:0=7f0\nMB:0=20\nL2:0=f\nMB:1=70\n" {
		t.Errorf("schemata %q", got)
	}
}

// TestNoSchemata: without any the file must not be written to.
func TestNoSchemata(t *testing.T) {
	root := fake(t, "low")
	before := read(t, root+"/low/schemata")
	g := group(t, configs.IntelRdt{ClosID: "low"})
	if err := g.Create(); err != nil {
		t.Fatal(err)
	}
	if err := g.Join(7); err != nil || read(t, root+"/low/tasks") != "7" || read(t, root+"/low/schemata") != before {
		t.Errorf("%v; schemata %q", err, read(t, root+"/low/schemata"))
	}
	if err := g.Destroy(); err != nil || !slices.Equal(dirs(t, root), []string{"/low"}) {
		t.Errorf("a named group stays: %v, %s", err, dirs(t, root))
	}
}

// TestClosIDMissing: made with schemata, an error without.
func TestClosIDMissing(t *testing.T) {
	root := fake(t)
	wantError(t, group(t, configs.IntelRdt{ClosID: "low"}).Create(), `closID "low"`, root+"/low is not")
	if got := dirs(t, root); len(got) != 0 {
		t.Errorf("left: %s", got)
	}
	// The fake's new directory has no schemata: that the write is tried, and
	// that its failure leaves nothing, is what can be seen.
	wantError(t, group(t, configs.IntelRdt{ClosID: "low", L3CacheSchema: "L3:0=f"}).Create(), root+"/low/schemata")
	if got := dirs(t, root); len(got) != 0 {
		t.Errorf("left: %s", got)
	}
}

// TestDefaultGroup: "/" is the root of the file system.
func TestDefaultGroup(t *testing.T) {
	root := fake(t)
	g := group(t, configs.IntelRdt{ClosID: "/", EnableMonitoring: true})
	if err := g.Create(); err != nil {
		t.Fatal(err)
	}
	mon := root + "/mon_groups/c1"
	put(t, mon+"/tasks", "")
	if err := g.Join(9); err != nil || read(t, root+"/tasks") != "9" || read(t, mon+"/tasks") != "9" {
		t.Error(err)
	}
	if err := os.Remove(mon + "/tasks"); err != nil {
		t.Fatal(err)
	}
	if err := Load(&g.config, "c1", g.Path()).Destroy(); err != nil || len(dirs(t, root)) != 0 {
		t.Errorf("%v, left: %s", err, dirs(t, root))
	}
}

// TestMonitoring: counters of the container's own in a group of others.
func TestMonitoring(t *testing.T) {
	root := fake(t, "low")
	g := group(t, configs.IntelRdt{ClosID: "low", EnableMonitoring: true})
	if err := g.Create(); err != nil {
		t.Fatal(err)
	}
	if got := dirs(t, root); !slices.Equal(got, []string{"/low", "/low/mon_groups/c1"}) {
		t.Errorf("%s", got)
	}
	wantError(t, group(t, configs.IntelRdt{ClosID: "low", EnableMonitoring: true}).Create(), "low/mon_groups/c1", "file exists")
	if err := g.Destroy(); err != nil || !slices.Equal(dirs(t, root), []string{"/low"}) {
		t.Errorf("%v, left: %s", err, dirs(t, root))
	}
}

// TestMonitoringRefused: the kernel's own words, and nothing left.
func TestMonitoringRefused(t *testing.T) {
	root := fake(t)
	put(t, root+"/info/last_cmd_status", "Out of RMIDs\n")
	wantError(t, group(t, configs.IntelRdt{EnableMonitoring: true}).Create(), "mon_groups/c1", "Out of RMIDs")
	if got := dirs(t, root); len(got) != 0 {
		t.Errorf("left: %s", got)
	}
}

// TestExisting: a group that is there must be as the config wants it, however
// the two are written.
func TestExisting(t *testing.T) {
	root := fake(t, "low")
	for _, same := range []configs.IntelRdt{
		{L3CacheSchema: "L3:0=7ff;1=7ff", MemBwSchema: "MB:0=100;1=20"},
		{L3CacheSchema: "L3:1=0x7FF"},
		{Schemata: []string{"MB: 1 = 20", "L3:0=7ff"}},
		{L3CacheSchema: "L3:0=1", Schemata: []string{"L3:0=7ff"}}, // the last one counts
	} {
		same.ClosID = "low"
		if err := group(t, same).Create(); err != nil {
			t.Errorf("%+v: %v", same, err)
		}
	}
	wantError(t, group(t, configs.IntelRdt{ClosID: "low", L3CacheSchema: "L3:0=7ff;1=3ff", MemBwSchema: "MB:0=10;1=20"}).Create(),
		`closID "low"`, "L3:1=3ff, MB:0=10", root+"/low/schemata")
	if read(t, root+"/low/schemata") != "    L3:0=07ff;1=07ff\n    MB:0= 100;1=  20\n" {
		t.Error("the schemata of others were changed")
	}
}

// TestLeftOver: a group of the container's name that we did not make is not
// ours to use or remove.
func TestLeftOver(t *testing.T) {
	root := fake(t, "c1")
	wantError(t, group(t, configs.IntelRdt{}).Create(), root+"/c1")
	if got := dirs(t, root); !slices.Equal(got, []string{"/c1"}) {
		t.Errorf("%s", got)
	}
}

func TestKernelNames(t *testing.T) {
	fake(t)
	for _, name := range []string{"info", "mon_groups", "mon_data"} {
		_, err := New(&configs.IntelRdt{ClosID: name}, "c1")
		wantError(t, err, name)
		_, err = New(&configs.IntelRdt{}, name)
		wantError(t, err, name)
	}
}

func TestUpdate(t *testing.T) {
	root := fake(t, "low")
	file, before := root+"/low/schemata", "L3:0=7ff\nMB:0=9\n"
	put(t, file, before)
	g := Load(&configs.IntelRdt{ClosID: "low", Schemata: []string{"L2:0=f"}}, "c1", root+"/low")
	// A plain file keeps what a shorter write does not reach.
	undo, err := g.Update("L3:0=f", "MB:0=5")
	if got := read(t, file); err != nil || !strings.Contains(got, "MB:0=5") {
		t.Errorf("%v; schemata %q", err, got)
	}
	put(t, file, "")
	if err := undo(); err != nil || read(t, file) != before {
		t.Errorf("undo: %v; schemata %q", err, read(t, file))
	}
}

// TestCanUpdate: what the host has no resource for is refused, in runc's words.
func TestCanUpdate(t *testing.T) {
	root := fake(t)
	for _, tc := range []struct{ l3, mb, want string }{
		{"L3:0=f", "", "l3 cache schema is not enabled"},
		{"", "MB:0=5", "memory bandwidth schema is not enabled"},
		{"", "", ""},
	} {
		err := CanUpdate(tc.l3, tc.mb)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%q %q: %v, want %q", tc.l3, tc.mb, err, tc.want)
		}
	}
	for _, resource := range []string{"L3", "MB"} {
		if err := os.Mkdir(filepath.Join(root, "info", resource), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := CanUpdate("L3:0=f", "MB:0=5"); err != nil {
		t.Error(err)
	}
}

// TestNone: a container without the field touches nothing.
func TestNone(t *testing.T) {
	root := fake(t)
	g, err := New(nil, "c1")
	if err != nil || g != nil || Load(nil, "c1", "") != nil {
		t.Fatal(g, err)
	}
	for _, err := range []error{g.Create(), g.Join(1), g.Destroy()} {
		if err != nil {
			t.Error(err)
		}
	}
	if g.Path() != "" || len(dirs(t, root)) != 0 {
		t.Errorf("path %q, %s", g.Path(), dirs(t, root))
	}
}

func TestNotMounted(t *testing.T) {
	if root, err := mounted(); err != nil || root != "" {
		t.Skip("resctrl is mounted here: ", root, err)
	}
	_, err := New(&configs.IntelRdt{}, "c1")
	wantError(t, err, "intelRdt is specified in config, but Intel RDT is not supported or enabled", "mount -t resctrl")
}
