package specconv

import (
	"os"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func ptr[T any](v T) *T { return &v }

// TestBadSpec holds each mistake that only the words of config.json show, with
// the exact message.
func TestBadSpec(t *testing.T) {
	const systemdAnnotation = "org.systemd.property."
	for _, tc := range []struct {
		name  string
		spoil func(s *specs.Spec)
		want  string
	}{
		{"no process", func(s *specs.Spec) { s.Process = nil }, "process: process property must not be empty; config.json needs it to create a container"},
		{"no root", func(s *specs.Spec) { s.Root = nil }, "root: root must be specified; config.json needs it to create a container"},
		{"no root path", func(s *specs.Spec) { s.Root.Path = "" }, "root.path: empty; it names the directory of the root file system"},
		{"uid -1", func(s *specs.Spec) { s.Process.User.UID = 4294967295 }, `process.user.uid: 4294967295 is no id, the kernel takes it for "no change"; use 0 to 4294967294`},
		{"gid -1", func(s *specs.Spec) { s.Process.User.GID = 4294967295 }, `process.user.gid: 4294967295 is no id, the kernel takes it for "no change"; use 0 to 4294967294`},
		{"group -1", func(s *specs.Spec) { s.Process.User.AdditionalGids = []uint32{1, 4294967295} }, `process.user.additionalGids[1]: 4294967295 is no id, the kernel takes it for "no change"; use 0 to 4294967294`},
		{"umask", func(s *specs.Spec) { s.Process.User.Umask = ptr(uint32(4095)) }, "process.user.umask: 4095 (octal 7777) is above 511 (octal 777)"},
		{"rlimit name", func(s *specs.Spec) { s.Process.Rlimits[0].Type = "RLIMIT_FOO" }, `process.rlimits[0].type: unknown resource limit "RLIMIT_FOO"; known: RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK`},
		{"rlimit twice", func(s *specs.Spec) { s.Process.Rlimits = append(s.Process.Rlimits, s.Process.Rlimits[0]) }, "process.rlimits[1]: RLIMIT_NOFILE is set already by process.rlimits[0]; keep one"},
		{"console size", func(s *specs.Spec) { s.Process.ConsoleSize = &specs.Box{Height: 65536, Width: 1} }, "process.consoleSize: 65536 x 1 is more than a terminal can have (65535 x 65535)"},
		{"effective capability", func(s *specs.Spec) { s.Process.Capabilities.Effective = []string{"CAP_CHOWN", "CAP_KILL"} }, "process.capabilities.effective: CAP_CHOWN is not permitted, and capset(2) would refuse it; add it to process.capabilities.permitted"},
		{"policy", func(s *specs.Spec) { s.Process.Scheduler = &specs.Scheduler{Policy: "SCHED_FOO"} }, `process.scheduler.policy: unknown scheduling policy "SCHED_FOO"; known: SCHED_BATCH, SCHED_DEADLINE, SCHED_FIFO, SCHED_IDLE, SCHED_ISO, SCHED_OTHER, SCHED_RR`},
		{"no policy", func(s *specs.Spec) { s.Process.Scheduler = &specs.Scheduler{} }, `process.scheduler.policy: unknown scheduling policy ""; known: SCHED_BATCH, SCHED_DEADLINE, SCHED_FIFO, SCHED_IDLE, SCHED_ISO, SCHED_OTHER, SCHED_RR`},
		{"scheduling flag", func(s *specs.Spec) {
			s.Process.Scheduler = &specs.Scheduler{Policy: "SCHED_RR", Flags: []specs.LinuxSchedulerFlag{"F"}}
		}, `process.scheduler.flags[0]: unknown scheduling flag "F"; known: SCHED_FLAG_DL_OVERRUN, SCHED_FLAG_KEEP_PARAMS, SCHED_FLAG_KEEP_POLICY, SCHED_FLAG_RECLAIM, SCHED_FLAG_RESET_ON_FORK, SCHED_FLAG_UTIL_CLAMP_MAX, SCHED_FLAG_UTIL_CLAMP_MIN`},
		{"negative priority", func(s *specs.Spec) { s.Process.Scheduler = &specs.Scheduler{Policy: "SCHED_RR", Priority: -1} }, "process.scheduler.priority: -1 is negative"},
		{"I/O class", func(s *specs.Spec) { s.Process.IOPriority = &specs.LinuxIOPriority{Class: "IDLE"} }, `process.ioPriority.class: unknown I/O class "IDLE"; known: IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE, IOPRIO_CLASS_RT`},
		{"affinity word", func(s *specs.Spec) { s.Process.ExecCPUAffinity = &specs.CPUAffinity{Initial: "all"} }, `process.execCPUAffinity.initial: "all": "all" is not a number; write numbers and ranges, as in "0-3,7"`},
		{"affinity range", func(s *specs.Spec) { s.Process.ExecCPUAffinity = &specs.CPUAffinity{Final: "0,3-1"} }, `process.execCPUAffinity.final: "0,3-1": range "3-1" runs backwards; write numbers and ranges, as in "0-3,7"`},
		{"affinity size", func(s *specs.Spec) { s.Process.ExecCPUAffinity = &specs.CPUAffinity{Final: "0-4294967"} }, `process.execCPUAffinity.final: "0-4294967": 4294967 is above 65535; write numbers and ranges, as in "0-3,7"`},
		{"no destination", func(s *specs.Spec) { s.Mounts[1].Destination = "" }, "mounts[1].destination: empty; it is the path in the container to mount on"},
		{"no bind source", func(s *specs.Spec) { s.Mounts[1] = specs.Mount{Destination: "/x", Options: []string{"bind"}} }, "mounts[1] (/x): source: empty; a bind mount needs the host path to show"},
		{"half a mount map", func(s *specs.Spec) { s.Mounts[1].UIDMappings = []specs.LinuxIDMapping{{Size: 1}} }, "mounts[1] (/dev): id-mapped mounts must have both uid and gid mappings; give uidMappings and gidMappings, or neither"},
		{"propagation", func(s *specs.Spec) { s.Linux.RootfsPropagation = "rbind" }, `linux.rootfsPropagation: unknown propagation "rbind"; known: private, rprivate, rshared, rslave, runbindable, shared, slave, unbindable`},
		{"device type", func(s *specs.Spec) { s.Linux.Devices = []specs.LinuxDevice{{Path: "/dev/a", Type: "char"}} }, `linux.devices[0] (/dev/a): type: invalid device type "char"; known: c (character), b (block), p (FIFO), u (as c)`},
		{"device path", func(s *specs.Spec) { s.Linux.Devices = []specs.LinuxDevice{{Path: "dev/a", Type: "c"}} }, `linux.devices[0] (dev/a): path: "dev/a" is not an absolute path`},
		{"device major", func(s *specs.Spec) { s.Linux.Devices = []specs.LinuxDevice{{Path: "/dev/a", Type: "c", Major: -1}} }, "linux.devices[0] (/dev/a): major: -1 is not from 0 to 4294967295"},
		{"device minor", func(s *specs.Spec) {
			s.Linux.Devices = []specs.LinuxDevice{{Path: "/dev/a", Type: "b", Minor: 1 << 32}}
		}, "linux.devices[0] (/dev/a): minor: 4294967296 is not from 0 to 4294967295"},
		{"device uid", func(s *specs.Spec) {
			s.Linux.Devices = []specs.LinuxDevice{{Path: "/dev/a", Type: "c", UID: ptr(uint32(4294967295))}}
		}, `linux.devices[0] (/dev/a): uid: 4294967295 is no id, the kernel takes it for "no change"; use 0 to 4294967294`},
		{"rule type", func(s *specs.Spec) { s.Linux.Resources.Devices[0].Type = "p" }, `linux.resources.devices[0].type: invalid cgroup device type "p"; known: a (all), b (block), c (character)`},
		{"rule access", func(s *specs.Spec) { s.Linux.Resources.Devices[0].Access = "" }, `linux.resources.devices[0].access: device access cannot be empty; give a part of "rwm"`},
		{"rule access letter", func(s *specs.Spec) { s.Linux.Resources.Devices[0].Access = "rx" }, `linux.resources.devices[0].access: "rx" holds 'x'; give a part of "rwm" (read, write, mknod)`},
		{"rule major", func(s *specs.Spec) { s.Linux.Resources.Devices[0].Major = ptr(int64(-2)) }, "linux.resources.devices[0].major: -2 is not from 0 to 4294967295; leave it out for all"},
		{"memory limit", func(s *specs.Spec) { s.Linux.Resources.Memory = &specs.LinuxMemory{Limit: ptr(int64(-5))} }, "linux.resources.memory.limit: -5 is negative; use -1 for no limit"},
		{"memory swap", func(s *specs.Spec) {
			s.Linux.Resources.Memory = &specs.LinuxMemory{Limit: ptr(int64(5)), Swap: ptr(int64(4))}
		}, "linux.resources.memory.swap: memory+swap limit should be >= memory limit: 4 is below 5"},
		{"swappiness", func(s *specs.Spec) { s.Linux.Resources.Memory = &specs.LinuxMemory{Swappiness: ptr(uint64(101))} }, "linux.resources.memory.swappiness: 101 is not from 0 to 100"},
		{"cpus", func(s *specs.Spec) { s.Linux.Resources.CPU = &specs.LinuxCPU{Cpus: "0..3"} }, `linux.resources.cpu.cpus: "0..3": "0..3" is not a number; write numbers and ranges, as in "0-3,7"`},
		{"idle", func(s *specs.Spec) { s.Linux.Resources.CPU = &specs.LinuxCPU{Idle: ptr(int64(2))} }, "linux.resources.cpu.idle: 2 is neither 0 nor 1"},
		{"weight", func(s *specs.Spec) { s.Linux.Resources.BlockIO = &specs.LinuxBlockIO{Weight: ptr(uint16(9))} }, "linux.resources.blockIO.weight: 9 is not from 10 to 1000"},
		{"device weight", func(s *specs.Spec) {
			s.Linux.Resources.BlockIO = &specs.LinuxBlockIO{WeightDevice: []specs.LinuxWeightDevice{{LeafWeight: ptr(uint16(1001))}}}
		}, "linux.resources.blockIO.weightDevice[0].leafWeight: 1001 is not from 10 to 1000"},
		{"page size", func(s *specs.Spec) {
			s.Linux.Resources.HugepageLimits = []specs.LinuxHugepageLimit{{Pagesize: "../2MB"}}
		}, `linux.resources.hugepageLimits[0].pageSize: "../2MB" is no page size; write it as "64KB", "2MB" or "1GB"`},
		{"unified key", func(s *specs.Spec) { s.Linux.Resources.Unified = map[string]string{"../cgroup.procs": "1"} }, `linux.resources.unified["../cgroup.procs"]: not the name of a file in the cgroup, as "memory.high" is`},
		{"sysctl twice", func(s *specs.Spec) { s.Linux.Sysctl = map[string]string{"net.a.b": "1", "net/a/b": "2"} }, "linux.sysctl: net.a.b is set twice, with dots and with slashes; keep one"},
		{"seccomp action", func(s *specs.Spec) { s.Linux.Seccomp = &specs.LinuxSeccomp{DefaultAction: "ALLOW"} }, `linux.seccomp.defaultAction: unknown action "ALLOW"; known: SCMP_ACT_ALLOW, SCMP_ACT_ERRNO, SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_LOG, SCMP_ACT_NOTIFY, SCMP_ACT_TRACE, SCMP_ACT_TRAP`},
		{"seccomp flag", func(s *specs.Spec) {
			s.Linux.Seccomp = &specs.LinuxSeccomp{DefaultAction: "SCMP_ACT_ALLOW", Flags: []specs.LinuxSeccompFlag{"LOG"}}
		}, `linux.seccomp.flags[0]: unknown flag "LOG"; known: SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV`},
		{"seccomp names", func(s *specs.Spec) {
			s.Linux.Seccomp = &specs.LinuxSeccomp{DefaultAction: "SCMP_ACT_ALLOW", Syscalls: []specs.LinuxSyscall{{Action: "SCMP_ACT_LOG"}}}
		}, "linux.seccomp.syscalls[0].names: empty; a rule needs at least one system call"},
		{"seccomp operator", func(s *specs.Spec) {
			s.Linux.Seccomp = &specs.LinuxSeccomp{DefaultAction: "SCMP_ACT_ALLOW", Syscalls: []specs.LinuxSyscall{{Names: []string{"read"}, Action: "SCMP_ACT_LOG", Args: []specs.LinuxSeccompArg{{Op: "=="}}}}}
		}, `linux.seccomp.syscalls[0].args[0].op: unknown operator "=="; known: SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_LE, SCMP_CMP_LT, SCMP_CMP_MASKED_EQ, SCMP_CMP_NE`},
		{"seccomp index", func(s *specs.Spec) {
			s.Linux.Seccomp = &specs.LinuxSeccomp{DefaultAction: "SCMP_ACT_ALLOW", Syscalls: []specs.LinuxSyscall{{Names: []string{"read"}, Action: "SCMP_ACT_LOG", Args: []specs.LinuxSeccompArg{{Index: 6, Op: "SCMP_CMP_EQ"}}}}}
		}, "linux.seccomp.syscalls[0].args[0].index: 6 is not from 0 to 5"},
		{"personality", func(s *specs.Spec) { s.Linux.Personality = &specs.LinuxPersonality{Domain: "BSD"} }, `linux.personality.domain: unknown personality domain "BSD"; known: LINUX, LINUX32`},
		{"memory policy", func(s *specs.Spec) { s.Linux.MemoryPolicy = &specs.LinuxMemoryPolicy{Mode: "BIND"} }, `linux.memoryPolicy.mode: invalid memory policy mode: unknown mode "BIND"; known: MPOL_BIND, MPOL_DEFAULT, MPOL_INTERLEAVE, MPOL_LOCAL, MPOL_PREFERRED, MPOL_PREFERRED_MANY, MPOL_WEIGHTED_INTERLEAVE`},
		{"memory policy flag", func(s *specs.Spec) {
			s.Linux.MemoryPolicy = &specs.LinuxMemoryPolicy{Mode: "MPOL_BIND", Flags: []specs.MemoryPolicyFlagType{"F"}}
		}, `linux.memoryPolicy.flags[0]: invalid memory policy flag: unknown flag "F"; known: MPOL_F_NUMA_BALANCING, MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES`},
		{"memory nodes", func(s *specs.Spec) { s.Linux.MemoryPolicy = &specs.LinuxMemoryPolicy{Mode: "MPOL_BIND", Nodes: "0,"} }, `linux.memoryPolicy.nodes: invalid memory policy node: "0,": "" is not a number; write numbers and ranges, as in "0-3,7"`},
		{"hook timeout", func(s *specs.Spec) {
			s.Hooks = &specs.Hooks{Poststop: []specs.Hook{{Path: "/a"}, {Path: "/b", Timeout: ptr(0)}}}
		}, "hooks.poststop[1].timeout: 0 is not a possible number of seconds; leave it out for no limit"},
		{"systemd path", func(s *specs.Spec) { s.Linux.CgroupsPath = "/a/b" }, `linux.cgroupsPath: expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/a/b" instead`},
		{"systemd path without name", func(s *specs.Spec) { s.Linux.CgroupsPath = "a.slice:b:" }, `linux.cgroupsPath: "a.slice:b:" names no systemd unit; write "slice:prefix:name" with a name and without slashes`},
		{"systemd property name", func(s *specs.Spec) { s.Annotations = map[string]string{systemdAnnotation + "Exec Start": "true"} }, `annotations["org.systemd.property.Exec Start"]: property name "Exec Start" has the invalid character ' ' (only a-zA-Z)`},
		{"systemd property name length", func(s *specs.Spec) { s.Annotations = map[string]string{systemdAnnotation + "ab": "true"} }, `annotations["org.systemd.property.ab"]: property name "ab" is too short`},
		{"systemd property value", func(s *specs.Spec) { s.Annotations = map[string]string{systemdAnnotation + "CollectMode": "inactive"} }, `annotations["org.systemd.property.CollectMode"]: value parse error: "inactive" is not a GVariant (true, 5, 'text', ['a', 'b'], uint64 5): "inactive" is neither true, false, a number nor a quoted string`},
		{"systemd property type", func(s *specs.Spec) {
			s.Annotations = map[string]string{systemdAnnotation + "ExecStart": "[('/bin/sh', ['sh'], true)]"}
		}, `annotations["org.systemd.property.ExecStart"]: value parse error: "[('/bin/sh', ['sh'], true)]" is not a GVariant (true, 5, 'text', ['a', 'b'], uint64 5): "(" is neither true, false, a number nor a quoted string`},
		{"systemd seconds", func(s *specs.Spec) { s.Annotations = map[string]string{systemdAnnotation + "TimeoutStopSec": "-1"} }, `annotations["org.systemd.property.TimeoutStopSec"]: -1 is not a possible number of seconds`},
		{"systemd seconds as text", func(s *specs.Spec) { s.Annotations = map[string]string{systemdAnnotation + "TimeoutStopSec": "'5min'"} }, `annotations["org.systemd.property.TimeoutStopSec"]: 5min is not a number of seconds`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			spec := exampleOn(true)
			tc.spoil(spec)
			_, err := Convert(spec, Options{ID: "id", Bundle: "/bundle", SystemdCgroup: true})
			checkMessage(t, err, tc.want)
		})
	}
}

// TestBadFile holds mistakes in the text of config.json.
func TestBadFile(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "config.json: line 1, column 1: unexpected end of JSON input"},
		{"syntax", "{\n\t\"ociVersion\": \"1.0.0\",\n\t\"root\": {]}\n}", "config.json: line 3, column 11: invalid character ']' looking for beginning of object key string"},
		{"truncated", `{"ociVersion": "1.0.0", "root": {`, "config.json: line 1, column 33: unexpected end of JSON input"},
		{"trailing", "{\"ociVersion\": \"1.0.0\"}\n}", "config.json: line 2, column 1: invalid character '}' after top-level value"},
		{"no object", `[]`, "config.json: line 1, column 1: the whole file: must be an object, not a list"},
		{"negative uid", "{\"ociVersion\": \"1.0.0\",\n\"process\": {\"user\": {\"uid\": -1}}}", "config.json: line 2, column 30: process.user.uid: must be a whole number from 0 to 4294967295, not -1"},
		{"long uid", `{"ociVersion": "1.0.0", "process": {"user": {"uid": 4294967296}}}`, "config.json: line 1, column 62: process.user.uid: must be a whole number from 0 to 4294967295, not 4294967296"},
		{"fraction", `{"ociVersion": "1.0.0", "process": {"user": {"uid": 1.5}}}`, "config.json: line 1, column 55: process.user.uid: must be a whole number from 0 to 4294967295, not 1.5"},
		{"size as text", `{"ociVersion": "1.0.0", "linux": {"uidMappings": [{"size": 1}, {"size": "1"}]}}`, "config.json: line 1, column 75: linux.uidMappings[1].size: must be a whole number from 0 to 4294967295, not a string"},
		{"list for object", `{"ociVersion": "1.0.0", "mounts": {}}`, "config.json: line 1, column 35: mounts: must be a list, not an object"},
		{"args as text", `{"ociVersion": "1.0.0", "process": {"args": "sh"}}`, "config.json: line 1, column 48: process.args: must be a list, not a string"},
		{"flag as text", `{"ociVersion": "1.0.0", "root": {"readonly": "true"}}`, "config.json: line 1, column 51: root.readonly: must be true or false, not a string"},
		{"string", `{"ociVersion": "1.0.0", "linux": {"namespaces": [{"type": "pid"}, {"type": 5}]}}`, "config.json: line 1, column 76: linux.namespaces[1].type: must be a string, not a number"},
		{"pids", `{"ociVersion": "1.0.0", "linux": {"resources": {"pids": {"limit": true}}}}`, "config.json: line 1, column 70: linux.resources.pids.limit: must be a whole number from -9223372036854775808 to 9223372036854775807, not true or false"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Load(bundleWith(t, tc.text))
			checkMessage(t, err, tc.want)
		})
	}
}

func checkMessage(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted; want: %s", want)
	}
	if err.Error() != want {
		t.Errorf("\n got: %v\nwant: %s", err, want)
	}
}

// bundleWith makes a bundle of a config.json with the given text.
func bundleWith(t *testing.T, text string) string {
	t.Helper()
	bundle := t.TempDir()
	if err := os.WriteFile(bundle+"/config.json", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return bundle
}
