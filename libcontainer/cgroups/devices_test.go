package cgroups

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	devices "github.com/opencontainers/cgroups/devices/config"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// rule words a rule as "+c 1:3 rwm" or "-b 8:* w".
func rule(s string) *DeviceRule {
	f := strings.FieldsFunc(s[1:], func(r rune) bool { return r == ' ' || r == ':' })
	r := &DeviceRule{Type: devices.Type(f[0][0]), Major: -1, Minor: -1, Allow: s[0] == '+'}
	if len(f) > 1 && f[1] != "*" {
		fmt.Sscan(f[1], &r.Major)
	}
	if len(f) > 2 && f[2] != "*" {
		fmt.Sscan(f[2], &r.Minor)
	}
	if len(f) > 3 {
		r.Permissions = devices.Permissions(f[3])
	}
	return r
}

func rules(list ...string) (out []*DeviceRule) {
	for _, s := range list {
		out = append(out, rule(s))
	}
	return out
}

// allowed are the rules of an ordinary container.
func allowed() []*DeviceRule {
	return rules("-a *:* rwm", "+c *:* m", "+b *:* m", "+c 1:3 rwm", "+c 1:8 rwm", "+c 1:7 rwm", "+c 5:0 rwm", "+c 1:5 rwm",
		"+c 1:9 rwm", "+c 136:* rwm", "+c 5:2 rwm", "+c 10:200 rwm")
}

func TestExceptions(t *testing.T) {
	for _, c := range []struct {
		in    []*DeviceRule
		allow bool
		out   string
		err   string
	}{
		{in: nil},
		{in: rules("+a *:* rwm"), allow: true},
		{in: rules("+a"), allow: true},
		{in: rules("+c 1:3 r", "-a *:* rwm")},
		{in: rules("+c 1:3 r", "+c 1:3 w", "+b *:* m"), out: "c 1:3 rw, b *:* m"},
		{in: rules("-c 1:3 w"), out: ""},
		{in: rules("+a *:* rwm", "-c 1:3 w", "-b 8:* rwm"), allow: true, out: "c 1:3 w, b 8:* rwm"},
		{in: rules("+a *:* rwm", "-c 1:3 rw", "+c 1:* w"), allow: true, out: "c 1:3 r"},
		{in: rules("+c 1:3 rwm", "+c 1:5 rwm", "-c 1:* rw"), out: "c 1:3 m, c 1:5 m"},
		{in: rules("+c 1:3 rwm", "-c *:* rwm", "+c 1:5 r"), out: "c 1:5 r"},
		{in: rules("+c *:* r", "-c 1:3 w"), out: "c *:* r"},
		{in: rules("+c *:* rw", "-b 1:3 w"), out: "c *:* rw"},
		{in: rules("+c *:* rw", "-c 1:3 w"), err: "cannot make an exception (c 1:3 w) from an exception (c *:* rw)"},
		{in: rules("+c 1:* rw", "-c *:3 w"), err: "cannot make an exception"},
		{in: rules("+a *:* r"), out: "c *:* r, b *:* r"},
		{in: rules("+a 1:3 rwm"), out: "c 1:3 rwm, b 1:3 rwm"},
		{in: rules("+c 1:3"), out: ""},
		{in: rules("+p 1:3 r"), err: "rule 0: type 'p'"},
		{in: rules("-a", "+c 1:3 rx"), err: `rule 1: access "rx"`},
		{in: rules("+c -2:3 r"), err: "device number -2:3"},
	} {
		allow, list, err := exceptions(c.in)
		var words []string
		for _, r := range list {
			words = append(words, r.CgroupString())
		}
		if out := strings.Join(words, ", "); allow != c.allow || out != c.out || (err == nil) != (c.err == "") ||
			err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%v: got %v, %q, %v; want %v, %q, %q", c.in, allow, out, err, c.allow, c.out, c.err)
		}
	}
}

// TestAccess asks the kernel what the rules let through, in either version.
func TestAccess(t *testing.T) {
	for _, c := range []struct {
		name   string
		rules  []*DeviceRule
		v2only bool
		may    string
		mayNot string
	}{
		{name: "none", rules: nil, mayNot: "read null, write null, read zero, mknod 1:11"},
		{name: "ordinary", rules: allowed(), may: "read null, write null, read zero, mknod 1:11", mayNot: "read kmsg"},
		{name: "all", rules: rules("+a *:* rwm"), may: "read null, write null, read kmsg, mknod 1:11"},
		{name: "only deny", rules: rules("-c 1:3 w"), mayNot: "read null, write null, read zero"},
		{name: "only allow", rules: rules("+c 1:3 r"), may: "read null", mayNot: "write null, rdwr null, read zero, mknod 1:3"},
		{name: "two halves", rules: rules("+c 1:3 r", "+c 1:3 w"), may: "read null, write null, rdwr null"},
		{name: "narrow then wide", rules: rules("+c 1:3 rwm", "-c *:* rw", "+c 1:5 r"), may: "read zero", mayNot: "read null, write null"},
		{name: "all but one", rules: rules("+a *:* rwm", "-c 1:3 w"), may: "read null, read zero", mayNot: "write null, rdwr null"},
		{name: "late wildcard", rules: rules("+c 1:3 rwm", "-a *:* rwm"), mayNot: "read null"},
		{name: "other type", rules: rules("+b *:* rwm"), mayNot: "read null"},
		{name: "hole", rules: rules("+c *:* rw", "-c 1:3 w"), v2only: true, may: "read null, write zero", mayNot: "write null, rdwr null"},
		{name: "huge numbers", rules: rules("+c 4294967295:3 rwm", "+c 1:4294967295 rwm"), mayNot: "read null"},
	} {
		t.Run(c.name, func(t *testing.T) {
			needRoot(t)
			if c.v2only {
				needV2(t)
			}
			if c.name == "huge numbers" && sys.FSType(root) != unix.CGROUP2_SUPER_MAGIC {
				t.Skip("the v1 kernel refuses them")
			}
			cfg := newConfig()
			cfg.Resources.Devices = c.rules
			m := newManager(t, cfg)
			if err := m.Set(nil); err != nil {
				t.Fatal(err)
			}
			expectAccess(t, m, c.may, true)
			expectAccess(t, m, c.mayNot, false)
		})
	}
}

func expectAccess(t *testing.T, m *Manager, list string, want bool) {
	t.Helper()
	for probe := range strings.SplitSeq(list, ", ") {
		if probe == "" {
			continue
		}
		verb, object, _ := strings.Cut(probe, " ")
		dev := "/dev/" + object
		if strings.Contains(object, ":") {
			dev = t.TempDir() + "/node " + "c " + strings.Replace(object, ":", " ", 1)
		}
		script := map[string]string{
			"read": "exec 3<" + dev, "write": "exec 3>" + dev, "rdwr": "exec 3<>" + dev,
			"mknod": "mknod " + dev,
		}[verb]
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := start(t, m, r, "sh", "-c", "read x; "+script)
		w.Close() // it goes on now
		r.Close()
		err = cmd.Wait()
		if got := err == nil; got != want {
			t.Errorf("%s: %v", probe, err)
		}
		if _, ok := err.(*exec.ExitError); err != nil && !ok {
			t.Error(err)
		}
	}
}

// A directory that was used before has programs of that time.
func TestOldProgramsAreReplaced(t *testing.T) {
	needV2(t)
	cfg := newConfig()
	cfg.Resources.Devices = nil
	m := newManager(t, cfg)
	if err := m.Set(nil); err != nil {
		t.Fatal(err)
	}
	expectAccess(t, m, "read null", false)
	again, err := New(&Config{Path: cfg.Path, Resources: &Resources{Devices: allowed()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := first(again.Create(nil), again.Set(nil)); err != nil {
		t.Fatal(err)
	}
	expectAccess(t, m, "read null", true)
	dir, err := sys.OpenDir(m.procsDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	progs, err := sys.BPFDevicePrograms(dir)
	sys.CloseAll(progs)
	if err != nil || len(progs) != 1 {
		t.Errorf("%d programs, %v", len(progs), err)
	}
}

// An update leaves the rules alone, also when its limits have some.
func TestUpdateKeepsDevices(t *testing.T) {
	m := newManager(t, newConfig())
	if err := m.Set(nil); err != nil {
		t.Fatal(err)
	}
	if err := m.Set(&Resources{Devices: rules("-a *:* rwm")}); err != nil {
		t.Fatal(err)
	}
	expectAccess(t, m, "read null", true)
}

// The memory lock limit is inherited by the processes of the container.
func TestMemlockIsNotRaised(t *testing.T) {
	m := newManager(t, newConfig())
	var before, after unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_MEMLOCK, &before)
	if err := m.Set(nil); err != nil {
		t.Fatal(err)
	}
	unix.Getrlimit(unix.RLIMIT_MEMLOCK, &after)
	if before != after {
		t.Errorf("%v became %v", before, after)
	}
}

func FuzzProgram(f *testing.F) {
	f.Add([]byte("+c 1:3 rwm|-b 8:0 w|+a *:* rwm"))
	if os.Geteuid() != 0 {
		f.Skip("needs root")
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var list []*DeviceRule
		for len(data) >= 4 && len(list) < 64 {
			list = append(list, &DeviceRule{
				Type: devices.Type("abc"[data[0]%3]), Allow: data[0]&128 != 0, Major: int64(data[1]) - 1, Minor: int64(data[2]) - 1,
				Permissions: devices.Permissions([]string{"", "r", "w", "m", "rw", "rm", "wm", "rwm"}[data[3]%8]),
			})
			data = data[4:]
		}
		list, err := normal(list)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := sys.BPFLoadDevice(deviceProgram(list))
		if err != nil {
			t.Fatalf("the kernel refuses the program of %v: %v", list, err)
		}
		prog.Close()
	})
}
