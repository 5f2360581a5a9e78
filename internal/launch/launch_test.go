package launch

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// TestParseID: half-read numbers have made users root (CVE-2026-30892,
// CVE-2024-40635).
func TestParseID(t *testing.T) {
	for in, want := range map[string]uint32{"0": 0, "1": 1, "1000": 1000, "4294967294": 4294967294, "007": 7} {
		if got, err := parseID("--user", in); err != nil || got != want {
			t.Errorf("%q: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "root", "+1", " 1", "1 ", "0x1", "-1", "1_0", "4294967295", "4294967296", "18446744073709551616", "1.0"} {
		if got, err := parseID("--user", in); err == nil {
			t.Errorf("%q: %d, want an error", in, got)
		}
	}
}

func TestUserOption(t *testing.T) {
	for in, want := range map[string]specs.User{
		"":      {UID: 5, GID: 6},
		"1":     {UID: 1, GID: 6},
		"1:2":   {UID: 1, GID: 2},
		"0:0":   {},
		"7:006": {UID: 7, GID: 6},
	} {
		p := &specs.Process{User: specs.User{UID: 5, GID: 6}}
		o := ExecOptions{User: in}
		if err := o.applyUser(p); err != nil || p.User.UID != want.UID || p.User.GID != want.GID {
			t.Errorf("%q: %+v, %v", in, p.User, err)
		}
	}
	for _, in := range []string{"1:", ":1", ":", "1:2:3", "a:1", "1:a"} {
		o := ExecOptions{User: in}
		if err := o.applyUser(&specs.Process{}); err == nil {
			t.Errorf("%q: no error", in)
		}
	}
}

// TestCapsNeverInheritable: CVE-2022-29162.
func TestCapsNeverInheritable(t *testing.T) {
	p := new(specs.Process)
	addCaps(p, []string{"CAP_KILL"})
	c := p.Capabilities
	if len(c.Bounding) != 1 || len(c.Effective) != 1 || len(c.Permitted) != 1 || len(c.Inheritable)+len(c.Ambient) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pid")
	for _, content := range []string{"1234", "5"} {
		if err := replaceFile(path, content); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := replaceFile(filepath.Join(dir, "none", "pid"), "1"); err == nil {
		t.Error("no error for a missing directory")
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 1 {
		t.Errorf("left: %q", names)
	}
	if hidden, _ := filepath.Glob(filepath.Join(dir, ".*")); len(hidden) != 0 {
		t.Errorf("left: %q", hidden)
	}
}

func TestRootless(t *testing.T) {
	for in, want := range map[string]bool{"true": true, "false": false} {
		if _, cgroups, err := (&Options{Rootless: in}).rootless(); err != nil || cgroups != want {
			t.Errorf("%q: %v, %v", in, cgroups, err)
		}
	}
	if _, _, err := (&Options{Rootless: "maybe"}).rootless(); err == nil {
		t.Error("no error")
	}
}
