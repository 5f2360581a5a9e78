package selinux

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const label = "system_u:system_r:container_t:s0:c1,c2"

// TestApply: which file gets what. A plain file reads back what was written, as
// SELinux does.
func TestApply(t *testing.T) {
	dir := t.TempDir()
	attr := filepath.Join(dir, "thread-self", "attr")
	if err := os.MkdirAll(attr, 0o755); err != nil {
		t.Fatal(err)
	}
	open := func(name string, flags int) (*os.File, error) { return os.OpenFile(filepath.Join(dir, name), flags, 0) }
	for name, apply := range map[string]func(string, Opener) error{"exec": Apply, "keycreate": ApplyToKeys} {
		if err := apply(label, open); err == nil || !strings.HasPrefix(err.Error(), "selinux failed to set the label: ") {
			t.Errorf("%s: no file: %v", name, err)
		}
		file := filepath.Join(attr, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := apply(label, open); err != nil {
			t.Error(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != label {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestNotTaken: what the kernel does not say back has not been set.
func TestNotTaken(t *testing.T) {
	err := Apply(label, func(string, int) (*os.File, error) { return os.OpenFile("/dev/null", os.O_RDWR, 0) })
	if err == nil || !strings.Contains(err.Error(), `the kernel took it as ""`) {
		t.Errorf("error %v", err)
	}
}

func TestMeans(t *testing.T) {
	for got, want := range map[string]bool{
		label:                                    true,
		"system_u:system_r:container_t:s0:c2,c1": true,
		"system_u:system_r:container_t":          true,
		"system_u:system_r:spc_t:s0:c1,c2":       false,
		"kernel":                                 false,
		"":                                       false,
	} {
		if means(got, label) != want {
			t.Errorf("%q", got)
		}
	}
}

func TestHints(t *testing.T) {
	for errno, want := range map[unix.Errno]string{unix.EINVAL: "policy does not know", unix.EACCES: "own domain"} {
		if got := hint(errno); !strings.Contains(got, want) {
			t.Errorf("%v: %q", errno, got)
		}
	}
}
