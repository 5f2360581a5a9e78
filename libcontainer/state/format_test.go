package state

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/cgroups"
	devices "github.com/opencontainers/cgroups/devices/config"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

var update = flag.Bool("update", false, "write the golden files anew")

func ptr[T any](v T) *T { return &v }

// full is a state with a value in every field that reaches the disk.
func full() *State {
	return &State{
		ID: "web1", InitPID: 4711, InitStartTime: 116522,
		Created:             time.Date(2026, 11, 22, 1, 37, 20, 922914390, time.UTC),
		Config:              fullConfig(),
		Process:             fullProcess(),
		Cgroup:              fullCgroup(),
		Rootless:            true,
		CgroupPaths:         map[string]string{"": "/sys/fs/cgroup/unified/web1", "cpu": "/sys/fs/cgroup/cpu/web1"},
		NamespacePaths:      map[configs.NamespaceType]string{configs.MountNamespace: "/proc/4711/ns/mnt", configs.TimeNamespace: "/proc/4711/ns/time"},
		ExternalDescriptors: []string{"/dev/null", "pipe:[1]", "pipe:[2]"},
		IntelRdtPath:        "/sys/fs/resctrl/web1",
	}
}

func fullConfig() *configs.Config {
	hook := []configs.Hook{{Path: "/bin/hook", Args: []string{"hook", "-x"}, Env: []string{"A=b"}, Timeout: 7 * time.Second}}
	return &configs.Config{
		OCIVersion: "1.3.0", Bundle: "/bundles/web1", Annotations: map[string]string{"org.x": "y=z", "a": ""},
		Root:     configs.Root{Path: "/bundles/web1/rootfs", Readonly: true, Propagation: unix.MS_SLAVE | unix.MS_REC},
		Hostname: "host1", Domainname: "example.org",
		Namespaces: configs.Namespaces{
			{Type: configs.PIDNamespace}, {Type: configs.NetworkNamespace, Path: "/run/netns/blue"}, {Type: configs.MountNamespace},
			{Type: configs.IPCNamespace}, {Type: configs.UTSNamespace}, {Type: configs.UserNamespace},
			{Type: configs.CgroupNamespace}, {Type: configs.TimeNamespace},
		},
		UIDMappings: []configs.IDMap{{ContainerID: 0, HostID: 100000, Size: 1000}, {ContainerID: 1000, HostID: 4294967294, Size: 1}},
		GIDMappings: []configs.IDMap{{ContainerID: 0, HostID: 100000, Size: 65536}},
		TimeOffsets: map[string]configs.TimeOffset{"monotonic": {Secs: -5, Nanosecs: 7}, "boottime": {Secs: 100}},
		Mounts: []configs.Mount{
			{Source: "proc", Destination: "/proc", Type: "proc"},
			{
				Source: "/etc", Destination: "/mnt", Type: "bind", Flags: unix.MS_BIND | unix.MS_REC | unix.MS_RDONLY,
				ClearFlags: unix.MS_NOEXEC, RecSet: unix.MOUNT_ATTR_RDONLY, RecClear: unix.MOUNT_ATTR_NOSUID,
				Propagation: []uint64{unix.MS_PRIVATE | unix.MS_REC},
				IDMapping: &configs.MountIDMapping{
					Recursive:   true,
					UIDMappings: []configs.IDMap{{ContainerID: 0, HostID: 5, Size: 1}},
					GIDMappings: []configs.IDMap{{ContainerID: 0, HostID: 6, Size: 2}},
				},
			},
			{Source: "tmpfs", Destination: "/tmp", Type: "tmpfs", Data: "mode=1777", TmpCopyUp: true},
		},
		Devices: []configs.Device{
			{Path: "/dev/fuse", Type: 'c', Major: 10, Minor: 229, FileMode: 0o666, UID: 3, GID: 4},
			{Path: "/dev/ff", Type: 'p', FileMode: 0o600},
		},
		MaskPaths: []string{"/proc/kcore"}, ReadonlyPaths: []string{"/proc/sys"},
		Sysctl: map[string]string{"net.ipv4.ip_forward": "1"}, MountLabel: "system_u:object_r:x",
		Seccomp:      fullSeccomp(),
		Personality:  &configs.Personality{Domain: 8, Flags: 0x40000},
		MemoryPolicy: &configs.MemoryPolicy{Mode: 2, Flags: 1 << 15, Nodes: []int{0, 65}},
		IntelRdt: &configs.IntelRdt{
			ClosID: "web1", Schemata: []string{"L3:0=f"}, L3CacheSchema: "L3:0=7f0", MemBwSchema: "MB:0=20", EnableMonitoring: true,
		},
		NetDevices: map[string]string{"eth7": "eth0", "eth8": ""},
		Hooks: configs.Hooks{
			Prestart: hook, CreateRuntime: hook, CreateContainer: hook, StartContainer: hook, Poststart: hook,
			Poststop: []configs.Hook{{Path: "/bin/stop"}},
		},
		NoPivot: true, NoNewKeyring: true, RootlessEUID: true, RootlessCgroups: true,
	}
}

func fullSeccomp() *configs.Seccomp {
	s := &configs.Seccomp{
		DefaultAction: "SCMP_ACT_ERRNO", DefaultErrnoRet: ptr(uint(38)),
		Architectures: []string{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_AARCH64", "SCMP_ARCH_RISCV64", "SCMP_ARCH_LOONGARCH64"},
		Flags:         []string{"SECCOMP_FILTER_FLAG_LOG"},
		ListenerPath:  "/run/listener", ListenerMetadata: "meta",
		Syscalls: []configs.SyscallRule{
			{Names: []string{"read", "write"}, Action: "SCMP_ACT_ALLOW"},
			{Names: []string{"reboot"}, Action: "SCMP_ACT_ERRNO", ErrnoRet: ptr(uint(1))},
		},
	}
	for _, a := range []string{"KILL", "TRAP", "TRACE", "LOG", "NOTIFY", "KILL_THREAD", "KILL_PROCESS"} {
		s.Syscalls = append(s.Syscalls, configs.SyscallRule{Names: []string{"acct"}, Action: "SCMP_ACT_" + a})
	}
	for i, op := range []string{"EQ", "NE", "GT", "GE", "LT", "LE", "MASKED_EQ"} {
		s.Syscalls = append(s.Syscalls, configs.SyscallRule{
			Names: []string{"personality"}, Action: "SCMP_ACT_ALLOW",
			Args: []configs.SyscallArg{{Index: 1, Value: 1<<64 - 1, ValueTwo: uint64(i), Op: "SCMP_CMP_" + op}},
		})
	}
	return s
}

func fullProcess() *configs.Process {
	return &configs.Process{
		User:         configs.User{Umask: ptr(uint32(0o27))},
		Capabilities: &configs.Capabilities{Bounding: 0b111, Effective: 0b11, Permitted: 1 << 40, Inheritable: 1, Ambient: 1 << 12},
		Rlimits:      []configs.Rlimit{{Type: unix.RLIMIT_NOFILE, Soft: 1024, Hard: 1<<64 - 1}},

		NoNewPrivileges: true, OOMScoreAdj: ptr(-500), AppArmorProfile: "docker-default", SELinuxLabel: "system_u:system_r:c",
		Scheduler:   &configs.Scheduler{Policy: 6, Nice: -3, Priority: 1, Flags: 0x41, Runtime: 10, Deadline: 20, Period: 30},
		IOPriority:  &configs.IOPriority{Class: 2, Priority: 4},
		CPUAffinity: &configs.CPUAffinity{Initial: []int{0}, Final: []int{1, 64, 1100}},
	}
}

func fullCgroup() *cgroups.Cgroup {
	return &cgroups.Cgroup{
		Name: "web1", Path: "/box/web1", ScopePrefix: "runc", Systemd: true, Rootless: true, OwnerUID: ptr(100000),
		Resources: &cgroups.Resources{
			Devices: []*devices.Rule{{Type: 'a', Major: -1, Minor: -1, Permissions: "rwm"}, {Type: 'c', Major: 1, Minor: 3, Permissions: "rwm", Allow: true}},
			Memory:  64 << 20, MemorySwap: -1, CpuShares: 512, PidsLimit: ptr(int64(32)), CpusetCpus: "0-1",
			Unified: map[string]string{"memory.high": "max"}, Freezer: cgroups.Thawed,
		},
	}
}

// TestFullIsFull keeps full honest: a field added to configs must be added
// there, and so to the disk format, or named here with the reason.
func TestFullIsFull(t *testing.T) {
	absent := map[string]string{
		"Process.Args": "exec reads the bundle", "Process.Env": "exec reads the bundle", "Process.Cwd": "exec reads the bundle",
		"Process.Terminal": "of one process", "Process.ConsoleSize": "of one process", "Process.PreserveFDs": "of one process",
	}
	s := full()
	for name, v := range map[string]any{"Config": *s.Config, "Process": *s.Process, "Mount": s.Config.Mounts[1], "Seccomp": *s.Config.Seccomp, "State": *s} {
		rv := reflect.ValueOf(v)
		for i := range rv.NumField() {
			field := name + "." + rv.Type().Field(i).Name
			if _, ok := absent[field]; !ok && rv.Type().Field(i).IsExported() && rv.Field(i).IsZero() &&
				field != "Mount.Data" && field != "Mount.TmpCopyUp" { // in another mount
				t.Errorf("%s has no value", field)
			}
		}
	}
}

func TestGolden(t *testing.T) {
	for name, s := range map[string]*State{
		"full":  full(),
		"empty": {ID: "e", Config: &configs.Config{}, Process: &configs.Process{}, Cgroup: &cgroups.Cgroup{Resources: &cgroups.Resources{}}},
	} {
		data, err := encode(s)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, data, "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
		file := filepath.Join("testdata", name+".golden.json")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s: the disk format changed; containers of other versions depend on it:\n%s", file, got.String())
		}
	}
}

func TestRoundTrip(t *testing.T) {
	s := full()
	data, err := encode(s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	got.raw = nil
	if !reflect.DeepEqual(got, s) {
		t.Fatalf("got\n%+v\n%+v\n%+v\nwant\n%+v\n%+v\n%+v", got, got.Config, got.Process, s, s.Config, s.Process)
	}
}

func TestUnknownSeccompWordIsRefused(t *testing.T) {
	s := full()
	s.Config.Seccomp.Syscalls[1].Action = "SCMP_ACT_DANCE"
	_, err := encode(s)
	if err == nil || !strings.Contains(err.Error(), `linux.seccomp.syscalls[1]`) || !strings.Contains(err.Error(), `"SCMP_ACT_DANCE"`) {
		t.Fatalf("got %v", err)
	}
}

// What a later runc writes must not keep the container from being managed, nor
// become something weaker.
func TestLaterWords(t *testing.T) {
	s, err := decode([]byte(`{"id":"x","config":{
		"seccomp":{"default_action":99,"syscalls":[{"name":"read","action":4,"args":[{"index":0,"value":1,"value_two":0,"op":42}]}]},
		"scheduler":{"policy":"SCHED_NEW"},"namespaces":[{"type":"NEWTHING"}],"capabilities":{"Bounding":["CAP_NEW","CAP_CHOWN"]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Config.Seccomp; a.DefaultAction != "SCMP_ACT_99" || a.Syscalls[0].Args[0].Op != "SCMP_CMP_42" {
		t.Errorf("seccomp %+v", a)
	}
	if p := s.Process; p.Scheduler.Policy != unknownNumber || p.Capabilities.Bounding != 1 {
		t.Errorf("process %+v %+v", p.Scheduler, p.Capabilities)
	}
	if s.Config.Namespaces[0].Type != "NEWTHING" {
		t.Errorf("namespaces %v", s.Config.Namespaces)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"full.golden.json", "runc-1.1.5.json", "runc-1.1.5-userns.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decode(data)
		if err != nil {
			return
		}
		again, err := encode(s)
		if err != nil {
			return // words that we do not know
		}
		s2, err := decode(again)
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, again)
		}
		s2.raw = nil
		s.raw = nil
		first, err1 := encode(s)
		second, err2 := encode(s2)
		if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
			t.Fatalf("not stable (%v, %v):\n%s\n%s", err1, err2, first, second)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	s := full()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encode(s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data, err := os.ReadFile("testdata/runc-1.1.5.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
