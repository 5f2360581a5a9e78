package specconv

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/sirupsen/logrus"

	"runc/libcontainer/configs"
)

// mustConvert converts the example after change.
func mustConvert(t *testing.T, o Options, change func(*specs.Spec)) *Container {
	t.Helper()
	spec := exampleOn(true)
	change(spec)
	c, err := Convert(spec, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// logged returns what fn logs.
func logged(t *testing.T, fn func()) string {
	t.Helper()
	var buf bytes.Buffer
	logrus.SetOutput(&buf)
	defer logrus.SetOutput(os.Stderr)
	fn()
	return buf.String()
}

func TestVersions(t *testing.T) {
	for _, v := range []string{"1.0.0", "1.0.0-rc5", "1.0.2-dev", "1.1.0+dev", "1.3.0", "1.99.0", "1.3"} {
		if _, err := Load(bundleWith(t, fmt.Sprintf(`{"ociVersion": %q, "unknown": 5}`, v))); err != nil {
			t.Errorf("%s: %v", v, err)
		}
	}
}

func TestNoFile(t *testing.T) {
	bundle := t.TempDir()
	_, err := Load(bundle)
	checkMessage(t, err, "JSON specification file config.json not found in "+bundle+"; runc spec writes an example")
	if _, err := LoadProcess(bundle + "/p.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("LoadProcess: %v", err)
	}
}

func TestLoadProcess(t *testing.T) {
	file := t.TempDir() + "/p.json"
	if err := os.WriteFile(file, []byte(`{"args": ["a"], "cwd": "/", "user": {"uid": 5}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	from, err := LoadProcess(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ConvertProcess(from)
	if err != nil {
		t.Fatal(err)
	}
	if p.User.UID != 5 || !slices.Equal(p.Args, []string{"a"}) || p.Cwd != "/" || p.Capabilities != nil {
		t.Errorf("got %+v", p)
	}
	if err := os.WriteFile(file, []byte(`{"args": 5}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = LoadProcess(file)
	checkMessage(t, err, file+": line 1, column 10: args: must be a list, not a number")
}

func TestNoCapabilitiesMeansNone(t *testing.T) {
	c := mustConvert(t, Options{}, func(s *specs.Spec) { s.Process.Capabilities = nil })
	if c.Process.Capabilities == nil || *c.Process.Capabilities != (configs.Capabilities{}) {
		t.Errorf("got %v", c.Process.Capabilities)
	}
}

func TestWarnings(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		change     func(*specs.Spec)
	}{
		{"relative destination", "mount destination data not absolute", func(s *specs.Spec) { s.Mounts[0].Destination = "data" }},
		{"capability", "ignoring unknown or unavailable capabilities: [CAP_FOO]", func(s *specs.Spec) { s.Process.Capabilities.Bounding = []string{"CAP_FOO"} }},
		//lint:ignore SA1019 deprecated, therefore the warning
		{"kernel memory", "kernel and kernelTCP are ignored", func(s *specs.Spec) { s.Linux.Resources.Memory = &specs.LinuxMemory{Kernel: ptr(int64(1))} }},
		{"personality flag", "unknown personality flag", func(s *specs.Spec) {
			s.Linux.Personality = &specs.LinuxPersonality{Domain: "LINUX", Flags: []specs.LinuxPersonalityFlag{"FOO"}}
		}},
		{"nothing", "", func(*specs.Spec) {}},
	} {
		got := logged(t, func() { mustConvert(t, Options{}, tc.change) })
		if !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%s: logged %q", tc.name, got)
		}
	}
}

func TestRootIsResolved(t *testing.T) {
	bundle, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(bundle+"/real", 0o755), os.Symlink("real", bundle+"/rootfs")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"rootfs": "/real", bundle + "/rootfs/": "/real", "missing/": "/missing"} {
		c := mustConvert(t, Options{Bundle: bundle}, func(s *specs.Spec) { s.Root.Path = path })
		if c.Config.Root.Path != bundle+want {
			t.Errorf("%s: %s", path, c.Config.Root.Path)
		}
	}
}

func TestBindTypes(t *testing.T) {
	c := mustConvert(t, Options{Bundle: "/b"}, func(s *specs.Spec) {
		s.Mounts = []specs.Mount{
			{Destination: "/1", Type: "tmpfs", Source: "rel", Options: []string{"bind"}},
			{Destination: "/2/../3/", Type: "bind", Source: "/abs/"},
			{Destination: "../../4", Type: "tmpfs", Source: "tmpfs"},
		}
	})
	var got []string
	for _, m := range c.Config.Mounts {
		got = append(got, fmt.Sprint(m.Type, " ", m.Source, " ", m.Destination, " ", m.Flags))
	}
	want := []string{"bind /b/rel /1 4096", "bind /abs /3 4096", "tmpfs tmpfs /4 0"}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestConsoleSizeNeedsTerminal(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		c := mustConvert(t, Options{}, func(s *specs.Spec) {
			s.Process.Terminal, s.Process.ConsoleSize = terminal, &specs.Box{Height: 1, Width: 2}
		})
		if got := c.Process.ConsoleSize != nil; got != terminal {
			t.Errorf("terminal %v: size %v", terminal, c.Process.ConsoleSize)
		}
	}
}

func TestNoLinux(t *testing.T) {
	c := mustConvert(t, Options{ID: "id"}, func(s *specs.Spec) { s.Linux = nil })
	if len(c.Config.Namespaces) != 0 || len(c.Config.Devices) != len(defaultNodes) || len(c.Cgroup.Devices) == 0 {
		t.Errorf("got %+v", c.Config)
	}
}

func TestEmptySeccompIsNone(t *testing.T) {
	c := mustConvert(t, Options{}, func(s *specs.Spec) { s.Linux.Seccomp = new(specs.LinuxSeccomp) })
	if c.Config.Seccomp != nil {
		t.Errorf("got %+v", c.Config.Seccomp)
	}
}
