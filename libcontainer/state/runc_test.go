package state

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"runc/libcontainer/configs"
)

func load(t *testing.T, name string) *State {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	s, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// runc-1.1.5.json was written by Debian's runc for a container with most kinds
// of settings.
func TestLoadRunc115(t *testing.T) {
	s := load(t, "runc-1.1.5.json")
	c := s.Config
	for what, ok := range map[string]bool{
		"id":          s.ID == "cgst1" && s.InitPID > 0 && s.InitStartTime > 0 && s.Created.Year() == 2026,
		"root":        c.Root == configs.Root{Path: "/tmp/cgstate/b/rootfs", Readonly: true, Propagation: 540672},
		"labels":      c.Bundle == "/tmp/cgstate/b" && len(c.Annotations) == 2 && c.Annotations["org.x"] == "y",
		"version":     c.OCIVersion == "1.0.2-dev",
		"mounts":      len(c.Mounts) == 9 && c.Mounts[8].IsBind() && c.Mounts[7].TmpCopyUp,
		"namespaces":  len(c.Namespaces) == 5 && c.Namespaces.New(configs.PIDNamespace),
		"devices":     c.Devices[6] == configs.Device{Path: "/dev/fuse", Type: 'c', Major: 10, Minor: 229, FileMode: 0o666},
		"hooks":       len(c.Hooks.Poststop) == 1 && c.Hooks.Poststop[0].Timeout == 7e9 && c.Hooks.CreateContainer[0].Timeout == 0,
		"masks":       len(c.MaskPaths) == 10 && len(c.ReadonlyPaths) == 5 && len(c.Sysctl) == 1,
		"process":     s.Process.NoNewPrivileges && *s.Process.OOMScoreAdj == 10 && *s.Process.User.Umask == 0o27,
		"caps":        s.Process.Capabilities.Bounding == 1<<29|1<<5|1<<10 && s.Process.Capabilities.Inheritable == 0,
		"cgroup":      s.Cgroup.Name == "cgst1" && s.Cgroup.Resources.Memory == 64<<20 && *s.Cgroup.Resources.PidsLimit == 32,
		"cgroupPaths": s.CgroupPaths["freezer"] == "/sys/fs/cgroup/freezer/cgst1" && len(s.CgroupPaths) == 10,
		"nsPaths":     len(s.NamespacePaths) == 7 && s.NamespacePaths[configs.MountNamespace] != "",
		"descriptors": len(s.ExternalDescriptors) == 3,
	} {
		if !ok {
			t.Errorf("%s is wrong", what)
		}
	}
	sc := c.Seccomp
	if sc.DefaultAction != "SCMP_ACT_ALLOW" || len(sc.Architectures) != 2 || sc.Architectures[0] != "SCMP_ARCH_X86_64" {
		t.Errorf("seccomp %+v", sc)
	}
	// The order of the profile that the container was made with.
	for i, want := range []string{"KILL", "KILL_THREAD", "KILL_PROCESS", "TRAP", "ERRNO", "TRACE", "ALLOW", "LOG"} {
		if sc.Syscalls[i].Action != "SCMP_ACT_"+want {
			t.Errorf("syscalls[%d] has %s, want %s", i, sc.Syscalls[i].Action, want)
		}
	}
	for i, want := range []string{"NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"} {
		if got := sc.Syscalls[8+i].Args[0].Op; got != "SCMP_CMP_"+want {
			t.Errorf("syscalls[%d] has %s, want %s", 8+i, got, want)
		}
	}
}

func TestLoadRunc115UserNS(t *testing.T) {
	s := load(t, "runc-1.1.5-userns.json")
	if m := s.Config.UIDMappings; len(m) != 2 || m[1] != (configs.IDMap{ContainerID: 1000, HostID: 200000, Size: 10}) {
		t.Errorf("uid mappings %v", m)
	}
	if s.Config.Namespaces.Get(configs.NetworkNamespace).Path == "" || !s.Config.Namespaces.New(configs.CgroupNamespace) {
		t.Errorf("namespaces %v", s.Config.Namespaces)
	}
	// runc 1.1.5 writes 0 for "none"; the library takes 0 for "one process".
	if l := s.Cgroup.Resources.PidsLimit; l != nil {
		t.Errorf("pids limit %d out of nothing", *l)
	}
}

func TestUnknownKeysAreKept(t *testing.T) {
	old := load(t, "runc-1.1.5.json").raw
	raw := bytes.Replace(old, []byte(`"config":{`), []byte(`"later":{"a":[1]},"config":{"later_too":"x",`), 1)
	raw = bytes.Replace(raw, []byte(`"memory":`), []byte(`"memory_new":5,"memory":`), 1)
	s, err := decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	s.Cgroup.Resources.Memory = 4711
	s.Config.Hostname = ""
	s.Rootless = true
	data, err := encode(s)
	if err != nil {
		t.Fatal(err)
	}
	top := object(t, data)
	config := object(t, top["config"])
	cg := object(t, config["cgroups"])
	for _, c := range []struct{ name, got, want string }{
		{"top level, unknown", string(top["later"]), `{"a":[1]}`},
		{"top level, changed", string(top["rootless"]), "true"},
		{"config, unknown", string(config["later_too"]), `"x"`},
		{"config, known to runc only", string(config["networks"]), string(object(t, object(t, raw)["config"])["networks"])},
		{"config, unchanged", string(config["mounts"]), string(object(t, object(t, raw)["config"])["mounts"])},
		{"config, taken away", string(config["hostname"]), ""},
		{"cgroup, unknown", string(cg["memory_new"]), "5"},
		{"cgroup, changed", string(cg["memory"]), "4711"},
		{"cgroup, unchanged", string(cg["cpu_shares"]), "512"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, c.got, c.want)
		}
	}
	// What was loaded and not changed is written back as it was.
	same, _ := decode(raw)
	if data, err := encode(same); err != nil || !bytes.Equal(data, raw) {
		t.Errorf("unchanged state was rewritten (%v)", err)
	}
}

func object(t *testing.T, data []byte) (o map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	return o
}
