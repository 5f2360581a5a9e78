package specconv

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestFeaturesGolden(t *testing.T) {
	f := Features()
	// What the kernel and libseccomp know is not for a file.
	f.Linux.Seccomp.SupportedFlags, f.Linux.Seccomp.Archs = nil, seccompArchs
	golden(t, "features.json", f)
}

// TestSeccompFeatures: what package seccomp understands and what is let through
// to it are the same, and the kernel knows some of it.
func TestSeccompFeatures(t *testing.T) {
	s := Features().Linux.Seccomp
	for _, list := range [][2][]string{{s.Actions, seccompActions}, {s.Operators, seccompOperators}, {s.KnownFlags, seccompFlags}} {
		if !slices.Equal(list[0], list[1]) {
			t.Errorf("compiled: %s\nread:     %s", list[0], list[1])
		}
	}
	within := func(small, large []string) bool {
		return len(small) > 0 && !slices.ContainsFunc(small, func(name string) bool { return !slices.Contains(large, name) })
	}
	if !within(s.Archs, seccompArchs) {
		t.Errorf("compiled: %s\nread:     %s", s.Archs, seccompArchs)
	}
	if !within(s.SupportedFlags, s.KnownFlags) {
		t.Errorf("supported: %s", s.SupportedFlags)
	}
}

// TestFeaturesAreTrue converts each name that features promises.
func TestFeaturesAreTrue(t *testing.T) {
	f := Features()
	for _, v := range []string{f.OCIVersionMin, f.OCIVersionMax} {
		if !strings.HasPrefix(v, "1.") {
			t.Error(v)
		}
	}
	for _, ns := range f.Linux.Namespaces {
		if !slices.ContainsFunc(exampleOn(true).Linux.Namespaces, func(n specs.LinuxNamespace) bool { return string(n.Type) == ns }) && ns != "user" && ns != "time" {
			t.Errorf("namespace %s", ns)
		}
	}
	spec := exampleOn(true)
	for _, name := range f.Linux.Seccomp.Actions {
		spec.Linux.Seccomp = &specs.LinuxSeccomp{DefaultAction: specs.LinuxSeccompAction(name)}
		for _, arch := range f.Linux.Seccomp.Archs {
			spec.Linux.Seccomp.Architectures = append(spec.Linux.Seccomp.Architectures, specs.Arch(arch))
		}
		for _, flag := range f.Linux.Seccomp.KnownFlags {
			spec.Linux.Seccomp.Flags = append(spec.Linux.Seccomp.Flags, specs.LinuxSeccompFlag(flag))
		}
		if _, err := Convert(spec, Options{}); err != nil {
			t.Error(err)
		}
	}
	for _, mode := range f.Linux.MemoryPolicy.Modes {
		spec.Linux.MemoryPolicy = &specs.LinuxMemoryPolicy{Mode: specs.MemoryPolicyModeType(mode)}
		if _, err := Convert(spec, Options{}); err != nil {
			t.Error(err)
		}
	}
	hooks := make(map[string]any)
	for _, name := range f.Hooks {
		hooks[name] = []specs.Hook{{Path: "/" + name}}
	}
	data, err := json.Marshal(hooks)
	if err != nil {
		t.Fatal(err)
	}
	spec.Hooks = new(specs.Hooks)
	if err := json.Unmarshal(data, spec.Hooks); err != nil {
		t.Fatal(err)
	}
	c, err := Convert(spec, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := c.Config.Hooks
	if got := fmt.Sprint(len(h.Prestart), len(h.CreateRuntime), len(h.CreateContainer), len(h.StartContainer), len(h.Poststart), len(h.Poststop)); got != "1 1 1 1 1 1" {
		t.Errorf("hooks: %s", got)
	}
}
