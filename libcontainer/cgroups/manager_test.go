package cgroups

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/opencontainers/cgroups/manager"
)

func TestCreateJoinDestroy(t *testing.T) {
	m := newManager(t, newConfig())
	if !m.Exists() {
		t.Error("it does not exist")
	}
	cmd := sleeper(t, m)
	loaded, err := Load(newConfig(), m.Paths())
	if err != nil {
		t.Fatal(err)
	}
	for _, fn := range []func() ([]int, error){m.Pids, m.AllPids, loaded.Pids, loaded.AllPids} {
		if pids, err := fn(); err != nil || len(pids) != 1 || pids[0] != cmd.Process.Pid {
			t.Errorf("pids %v, %v", pids, err)
		}
	}
	if err := loaded.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ended(t, cmd)
	if err := loaded.Destroy(); err != nil {
		t.Fatal(err)
	}
	if loaded.Exists() {
		t.Error("it exists still")
	}
	if pids, err := loaded.AllPids(); err != nil || len(pids) != 0 {
		t.Errorf("pids of a removed cgroup: %v, %v", pids, err)
	}
	for _, err := range []error{loaded.Destroy(), loaded.Signal(unix.SIGKILL), loaded.Thaw()} {
		if err != nil {
			t.Errorf("on a removed cgroup: %v", err)
		}
	}
}

// The paths are those that runc's library would give, so that runc can manage
// the container.
func TestPathsAreTheLibrarys(t *testing.T) {
	needRoot(t)
	for name, cfg := range map[string]*Config{
		"absolute": {Path: "/cgtest/x", Resources: &Resources{}},
		"dots":     {Path: "/cgtest/../../y/./z", Resources: &Resources{}},
		"relative": {Path: "../../cgtest/x", Resources: &Resources{}},
		"name":     {Name: "cgtest", Resources: &Resources{}},
		"parent":   {Name: "cgtest", Parent: "/up", Resources: &Resources{}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			lib, err := manager.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			want := lib.GetPaths()
			got := m.Paths()
			for k, v := range want {
				if got[k] != v {
					t.Errorf("%q: got %q, want %q", k, got[k], v)
				}
			}
			if len(got) != len(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	needRoot(t)
	for want, cfg := range map[string]*Config{
		"root cgroup":        {Path: "/", Resources: &Resources{}},
		"not both":           {Path: "/x", Name: "y", Resources: &Resources{}},
		"neither a path":     {Resources: &Resources{}},
		"no configuration":   {Path: "/x"},
		"systemd not runnin": {Path: "", Name: "x", Systemd: true, Resources: &Resources{}},
	} {
		if cfg.Systemd {
			if _, err := os.Stat("/run/systemd/system"); err == nil {
				continue
			}
		}
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	for _, dir := range []string{"", "/", root, "/sys/fs/cgroup/../x", "x"} {
		if _, err := Load(newConfig(), map[string]string{"": dir}); err == nil {
			t.Errorf("%q was taken for a cgroup", dir)
		}
	}
}

func TestMissingAncestorsAreMadeAndUndone(t *testing.T) {
	cfg := newConfig()
	top := cfg.Path
	cfg.Path += "/a/b"
	m := newManager(t, cfg)
	sleeper(t, m) // cpuset v1 lets it in only if the ancestors have cpus
	for _, dir := range m.dirs() {
		dir = strings.TrimSuffix(dir, "/a/b")
		t.Cleanup(func() { // after newManager's
			for _, d := range []string{dir + "/a", dir} {
				if err := os.Remove(d); err != nil && !gone(err) {
					t.Error(err)
				}
			}
		})
	}
	t.Cleanup(func() {
		if err := first(m.Signal(unix.SIGKILL), m.Destroy()); err != nil {
			t.Error(err)
		}
	})

	failing := newConfig()
	failing.Path = top + "/c/d"
	m2, err := New(failing)
	if err != nil {
		t.Fatal(err)
	}
	// A file in place of a directory that comes last.
	dirs := m2.dirs()
	blocked := filepath.Join(filepath.Dir(filepath.Dir(dirs[len(dirs)-1])), "cgroup.procs")
	for name, dir := range m2.paths {
		if dir == dirs[len(dirs)-1] {
			m2.paths[name] = blocked + "/d"
		}
	}
	if err := m2.Create(nil); err == nil || !strings.Contains(err.Error(), "create cgroup") {
		t.Fatalf("got %v", err)
	}
	for _, dir := range dirs {
		if _, err := os.Lstat(filepath.Dir(dir)); err == nil {
			t.Errorf("left: %s", filepath.Dir(dir))
		}
	}
}

func TestOccupiedIsRefused(t *testing.T) {
	m := newManager(t, newConfig())
	if other, err := New(&Config{Path: m.cfg.Path, Resources: &Resources{}}); err != nil {
		t.Errorf("empty one refused: %v", err)
	} else if err := other.Create(nil); err != nil {
		t.Errorf("empty one refused: %v", err)
	}
	sleeper(t, m)
	const want = "container's cgroup is not empty: 1 process(es) found"
	if _, err := New(&Config{Path: m.cfg.Path, Resources: &Resources{}}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "(sleep)") {
		t.Errorf("got %v", err)
	}
	if err := m.Create(nil); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	if !m.Exists() {
		t.Error("the refusal removed it")
	}
}

func TestNoCgroup(t *testing.T) {
	m, err := Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	frozen, err1 := m.Frozen()
	pids, err2 := m.AllPids()
	var birth *os.File
	kills, err3 := m.OOMKills()
	called := false
	err4 := m.BornAsync(func(b *os.File) error { called, birth = true, b; return nil })()
	if frozen || len(pids) > 0 || birth != nil || kills != 0 || !called || m.Exists() || len(m.Paths()) != 0 {
		t.Error("no cgroup has something")
	}
	if err := first(err1, err2, err3, err4, m.Join(1), m.JoinAsync(1, false)(), m.Set(nil), m.Thaw(), m.Signal(unix.SIGKILL), m.Destroy()); err != nil {
		t.Error(err)
	}
	if err := m.Freeze(); err == nil {
		t.Error("frozen without a cgroup")
	}
	if err := m.Set(&Resources{Memory: 1 << 20}); err == nil {
		t.Error("limited without a cgroup")
	}
}

func TestRootlessWithoutPermission(t *testing.T) {
	needRoot(t)
	deny := func(cfg *Config) error {
		cfg.Rootless, cfg.Name, cfg.Path = true, filepath.Base(newConfig().Path), ""
		m, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		err = asNobody(func() error { return first(m.Create(nil), m.Set(nil)) })
		if len(m.Paths()) != 0 {
			t.Errorf("it has %v", m.Paths())
		}
		return err
	}
	if err := deny(&Config{Resources: &Resources{Devices: allowed()}}); err != nil {
		t.Errorf("without limits: %v", err)
	}
	err := deny(&Config{Resources: &Resources{Memory: 1 << 30}})
	if err == nil || !strings.Contains(err.Error(), "linux.resources.memory.limit") {
		t.Errorf("with limits: %v", err)
	}
	cfg := newConfig()
	cfg.Rootless = true
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := asNobody(func() error { return m.Create(nil) }); !denied(err) {
		t.Errorf("with a path: %v", err)
	}
}

func TestDestroyNamesStragglers(t *testing.T) {
	m := newManager(t, newConfig())
	cmd := sleeper(t, m)
	sub := filepath.Join(m.procsDir(), "sub")
	if err := os.Mkdir(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	err := m.destroyWithin(50 * time.Millisecond)
	if !errors.Is(err, unix.EBUSY) || !strings.Contains(err.Error(), "1 process(es) left:") || !strings.Contains(err.Error(), "(sleep)") {
		t.Fatalf("got %v", err)
	}
	if err := cmd.Process.Signal(unix.Signal(0)); err != nil {
		t.Fatalf("destroy killed it: %v", err)
	}
	// It waits for one that dies meanwhile, and removes what is below.
	go cmd.Process.Kill()
	if err := m.Destroy(); err != nil {
		t.Fatal(err)
	}
	if m.Exists() {
		t.Error("still there")
	}
}

// TestOutOfCgroups: a host that can make no more of them is told how many there
// are (users.md, B28).
func TestOutOfCgroups(t *testing.T) {
	needRoot(t)
	want := regexp.MustCompile(`^create cgroup /x: .*; [1-9][0-9]* memory cgroups exist, .* 65535; [0-9]+ of them are removed`)
	for _, errno := range []error{unix.ENOSPC, unix.ENOMEM} {
		if text := explainMkdir("/x", errno).Error(); !want.MatchString(text) {
			t.Error(text)
		}
	}
	if text := explainMkdir("/x", unix.EACCES).Error(); strings.Contains(text, "65535") {
		t.Error(text)
	}
}

// A host whose only hierarchy is v2, which it has not mounted.
func TestNothingIsMounted(t *testing.T) {
	for mend, own := range map[string][]membership{
		"; mount it: mount -t cgroup2 cgroup2 /sys/fs/cgroup":                   {{"", "/"}},
		"; mount it: mount -t cgroup -o devices devices /sys/fs/cgroup/devices": {{"none-such", "/"}, {"", "/"}},
	} {
		m := &Manager{cfg: newConfig(), own: own}
		if err := m.placeV1("/x"); err == nil || !strings.HasSuffix(err.Error(), mend) {
			t.Errorf("got %v, want %q", err, mend)
		}
	}
}
