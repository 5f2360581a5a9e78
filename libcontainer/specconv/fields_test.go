package specconv

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// tested names for each field of config.json on Linux the tests that fail when
// the field does nothing: a case of a bats file ("run.bats: run: hostname") or a
// Go test ("intelrdt.TestOrder", below libcontainer). A key may end in ".*": all
// that is below. Fields that two tests are for are listed with both.
var tested = []struct{ field, test string }{
	{"ociVersion", "specconv.TestVersions"},
	{"annotations{}", "state.bats: state: the keys that engines read"},
	{"hostname", "run.bats: run: hostname"},
	{"domainname", "fields.bats: domainname: with a hostname, in the container only"},
	{"root.path", "create.bats: create: root.path may be absolute"},
	{"root.readonly", "rootfs.bats: rootfs: readonly"},

	{"mounts[].destination", "mounts.bats: mounts: missing targets are made in the rootfs"},
	{"mounts[].type", "mounts.bats: mounts: tmpfs with size and mode"},
	{"mounts[].source", "mounts.bats: mounts: bind a directory"},
	{"mounts[].options[]", "mounts.bats: mounts: tmpfs with size and mode"},
	{"mounts[].options[]", "features.bats: features: every mount option that it names can be used"},
	{"mounts[].options[]", "specconv.TestIDMapOptions"},
	{"mounts[].options[]", "fields.bats: idmap: ridmap reaches the mounts below, idmap does not"},
	{"mounts[].uidMappings[].*", "fields.bats: idmap: with maps of the mount, which need no user namespace"},
	{"mounts[].gidMappings[].*", "fields.bats: idmap: with maps of the mount, which need no user namespace"},
	{"mounts[].uidMappings[].*", "mountsource.TestIDMap"},
	{"mounts[].gidMappings[].*", "mountsource.TestIDMap"},

	{"process.terminal", "fields.bats: terminal: the three streams and /dev/console"},
	{"process.consoleSize.*", "tty.bats: tty: consoleSize is the size that the receiver finds"},
	{"process.user.uid", "process.bats: user: uid, gid and additional gids"},
	{"process.user.gid", "process.bats: user: uid, gid and additional gids"},
	{"process.user.additionalGids[]", "process.bats: user: uid, gid and additional gids"},
	{"process.user.umask", "process.bats: user: umask"},
	{"process.args[]", "process.bats: process: args are passed as they are"},
	{"process.env[]", "process.bats: process: env keeps order and odd values"},
	{"process.cwd", "process.bats: process: cwd"},
	{"process.capabilities.*", "process.bats: capabilities: the five sets"},
	{"process.rlimits[].*", "process.bats: rlimits: soft and hard"},
	{"process.noNewPrivileges", "process.bats: noNewPrivileges: true and false"},
	{"process.apparmorProfile", "lsm.bats: apparmor: the profile holds"},
	{"process.apparmorProfile", "lsm.bats: apparmor: a profile where there is no AppArmor"},
	{"process.selinuxLabel", "selinux.TestApply"},
	{"process.selinuxLabel", "lsm.bats: selinux: a label where there is no SELinux"},
	{"process.oomScoreAdj", "process.bats: oomScoreAdj"},
	{"process.scheduler.policy", "fields.bats: scheduler: policy, nice, priority and flags"},
	{"process.scheduler.policy", "fields.bats: scheduler: every policy"},
	{"process.scheduler.nice", "fields.bats: scheduler: policy, nice, priority and flags"},
	{"process.scheduler.priority", "fields.bats: scheduler: policy, nice, priority and flags"},
	{"process.scheduler.flags[]", "fields.bats: scheduler: policy, nice, priority and flags"},
	{"process.scheduler.runtime", "fields.bats: scheduler: runtime, deadline and period"},
	{"process.scheduler.deadline", "fields.bats: scheduler: runtime, deadline and period"},
	{"process.scheduler.period", "fields.bats: scheduler: runtime, deadline and period"},
	{"process.ioPriority.*", "fields.bats: ioPriority: class and priority"},
	{"process.execCPUAffinity.*", "exec.bats: exec: execCPUAffinity"},
	{"process.execCPUAffinity.*", "fields.bats: execCPUAffinity: the process that exec adds ends on the final CPUs"},

	{"hooks.prestart[].*", "fields.bats: hooks: each kind, in order, with its arguments, environment and state"},
	{"hooks.createRuntime[].*", "fields.bats: hooks: each kind, in order, with its arguments, environment and state"},
	{"hooks.createContainer[].*", "fields.bats: hooks: each kind, in order, with its arguments, environment and state"},
	{"hooks.startContainer[].*", "fields.bats: hooks: each kind, in order, with its arguments, environment and state"},
	{"hooks.poststart[].*", "fields.bats: hooks: each kind, in order, with its arguments, environment and state"},
	{"hooks.poststop[].*", "fields.bats: hooks: each kind, in order, with its arguments, environment and state"},
	{"hooks.prestart[].timeout", "fields.bats: hooks: one that takes longer than its timeout fails the container"},

	{"linux.namespaces[].type", "namespaces.bats: namespaces: combinations of new ones"},
	{"linux.namespaces[].path", "namespaces.bats: namespaces: join another's network"},
	{"linux.uidMappings[].*", "namespaces.bats: namespaces: a user namespace with several ranges"},
	{"linux.gidMappings[].*", "namespaces.bats: namespaces: a user namespace with several ranges"},
	{"linux.timeOffsets{}.*", "fields.bats: timeOffsets: both clocks, seconds and nanoseconds"},
	{"linux.devices[].*", "devices.bats: devices: listed ones, with mode and owner"},
	{"linux.netDevices{}.name", "fields.bats: netDevices: moved, renamed, with its addresses, up"},
	{"linux.netDevices{}.name", "netdev.TestMove"},
	{"linux.sysctl{}", "sysctl.bats: sysctl: a network one, in the container only"},
	{"linux.sysctl{}", "fields.bats: netDevices: into a user namespace, before sysctls and hooks"},
	{"linux.rootfsPropagation", "rootfs.bats: rootfs: propagation shared"},
	{"linux.maskedPaths[]", "masks.bats: masked: a file reads as empty"},
	{"linux.readonlyPaths[]", "masks.bats: readonly: a directory"},
	// Over a fake: SELinux needs a host of its own.
	{"linux.mountLabel", "rootfs.TestLabel"},
	{"linux.mountLabel", "lsm.bats: selinux: a label where there is no SELinux"},
	{"linux.personality.domain", "fields.bats: personality: LINUX32"},
	{"linux.personality.flags[]", "fields.bats: personality: flags"},
	{"linux.memoryPolicy.mode", "fields.bats: memoryPolicy: every mode"},
	{"linux.memoryPolicy.nodes", "fields.bats: memoryPolicy: every mode"},
	{"linux.memoryPolicy.flags[]", "fields.bats: memoryPolicy: flags"},
	// Over a fake resctrl tree: a CPU with RDT is rare.
	{"linux.intelRdt.closID", "intelrdt.TestClosIDMissing"},
	{"linux.intelRdt.schemata[]", "intelrdt.TestOrder"},
	{"linux.intelRdt.l3CacheSchema", "intelrdt.TestOrder"},
	{"linux.intelRdt.memBwSchema", "intelrdt.TestOrder"},
	{"linux.intelRdt.enableMonitoring", "intelrdt.TestMonitoring"},

	{"linux.seccomp.defaultAction", "seccomp.TestEveryActionAndData"},
	{"linux.seccomp.defaultErrnoRet", "seccomp.TestEveryActionAndData"},
	{"linux.seccomp.architectures[]", "seccomp.TestEveryArchitectureCompiles"},
	{"linux.seccomp.flags[]", "seccomp.TestFlags"},
	{"linux.seccomp.listenerPath", ".TestListenerMessage"},
	{"linux.seccomp.listenerMetadata", ".TestListenerMessage"},
	{"linux.seccomp.syscalls[].names[]", "fields.bats: seccomp: action, errnoRet and the arguments of a rule"},
	{"linux.seccomp.syscalls[].action", "fields.bats: seccomp: action, errnoRet and the arguments of a rule"},
	{"linux.seccomp.syscalls[].errnoRet", "fields.bats: seccomp: action, errnoRet and the arguments of a rule"},
	{"linux.seccomp.syscalls[].args[].*", "fields.bats: seccomp: action, errnoRet and the arguments of a rule"},

	{"linux.cgroupsPath", "cgroups.bats: cgroups: an absolute path is taken from the root of the hierarchies"},
	{"linux.resources.devices[].*", "specconv.TestDeviceRules"},
	{"linux.resources.devices[].*", "devices.bats: devices: access to others is denied"},
	{"linux.resources.memory.limit", "fields.bats: resources: memory.limit, reservation and swap"},
	{"linux.resources.memory.reservation", "fields.bats: resources: memory.limit, reservation and swap"},
	{"linux.resources.memory.swap", "fields.bats: resources: memory.limit, reservation and swap"},
	{"linux.resources.memory.swappiness", "fields.bats: resources: memory.swappiness and disableOOMKiller"},
	{"linux.resources.memory.disableOOMKiller", "fields.bats: resources: memory.swappiness and disableOOMKiller"},
	{"linux.resources.memory.checkBeforeUpdate", "update.bats: update: checkBeforeUpdate, version 2"},
	{"linux.resources.cpu.shares", "fields.bats: resources: cpu.shares, quota, period, burst, cpus and mems"},
	{"linux.resources.cpu.quota", "fields.bats: resources: cpu.shares, quota, period, burst, cpus and mems"},
	{"linux.resources.cpu.period", "fields.bats: resources: cpu.shares, quota, period, burst, cpus and mems"},
	{"linux.resources.cpu.burst", "fields.bats: resources: cpu.shares, quota, period, burst, cpus and mems"},
	{"linux.resources.cpu.cpus", "fields.bats: resources: cpu.shares, quota, period, burst, cpus and mems"},
	{"linux.resources.cpu.mems", "fields.bats: resources: cpu.shares, quota, period, burst, cpus and mems"},
	{"linux.resources.cpu.idle", "fields.bats: resources: cpu.idle"},
	{"linux.resources.cpu.realtimeRuntime", "fields.bats: resources: cpu.realtimeRuntime and realtimePeriod"},
	{"linux.resources.cpu.realtimePeriod", "fields.bats: resources: cpu.realtimeRuntime and realtimePeriod"},
	{"linux.resources.pids.limit", "cgroups.bats: cgroups: pids.limit holds"},
	{"linux.resources.blockIO.weight", "fields.bats: resources: blockIO.weight and weightDevice"},
	{"linux.resources.blockIO.leafWeight", "resources.bats: resources: blockIO.leafWeight"}, // kernels since 5.0 have none
	{"linux.resources.blockIO.leafWeight", "specconv.TestFullGolden"},
	{"linux.resources.blockIO.weightDevice[].*", "resources.bats: resources: blockIO.weightDevice"}, // in the guest, where a disk has bfq
	{"linux.resources.blockIO.weightDevice[].*", "specconv.TestFullGolden"},
	{"linux.resources.blockIO.throttleReadBpsDevice[].*", "fields.bats: resources: blockIO throttles"},
	{"linux.resources.blockIO.throttleWriteBpsDevice[].*", "fields.bats: resources: blockIO throttles"},
	{"linux.resources.blockIO.throttleReadIOPSDevice[].*", "fields.bats: resources: blockIO throttles"},
	{"linux.resources.blockIO.throttleWriteIOPSDevice[].*", "fields.bats: resources: blockIO throttles"},
	// In the guest: this kernel has no hugetlb controller.
	{"linux.resources.hugepageLimits[].*", "fields.bats: resources: hugepageLimits, of pages and of reservations"},
	{"linux.resources.network.*", "fields.bats: resources: network.classID and priorities"}, // where the kernel has the controllers
	{"linux.resources.network.*", "fields.bats: resources: network, where the controllers are missing"},
	{"linux.resources.network.*", "specconv.TestFullGolden"},
	// The limits themselves need an InfiniBand card.
	{"linux.resources.rdma{}.*", "fields.bats: resources: rdma of a device that is not there, or without the controller"},
	{"linux.resources.rdma{}.*", "specconv.TestFullGolden"},
	{"linux.resources.unified{}", "fields.bats: resources: unified"},
}

// idle lists the fields that do nothing, by design.
var idle = []struct{ field, why string }{
	{"linux.resources.memory.kernel", "the kernel has no such limit since 5.4; a warning says so (fields.bats)"},
	{"linux.resources.memory.kernelTCP", "the kernel no longer counts it apart; a warning says so (fields.bats)"},
	{"linux.resources.memory.useHierarchy", "always on since Linux 5.11, and with version 2; runc does not read it"},
}

// leaves lists the fields of config.json for Linux below t, by path
// ("mounts[].destination", "linux.resources.rdma{}.hcaHandles").
func leaves(t reflect.Type, path string) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return leaves(t.Elem(), path)
	case reflect.Slice:
		return leaves(t.Elem(), path+"[]")
	case reflect.Map:
		return leaves(t.Elem(), path+"{}")
	case reflect.Struct:
	default:
		return []string{path}
	}
	var list []string
	for i := range t.NumField() {
		field := t.Field(i)
		if platform, ok := field.Tag.Lookup("platform"); ok && !slices.Contains(strings.Split(platform, ","), "linux") {
			continue
		}
		below := path
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); !field.Anonymous {
			below = strings.TrimPrefix(path+"."+name, ".")
		}
		list = append(list, leaves(field.Type, below)...)
	}
	return list
}

func matches(pattern, field string) bool {
	if above, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(field, above)
	}
	return pattern == field
}

// TestEveryField fails for a field that nobody tests, and for an entry above
// that stands for nothing any more.
func TestEveryField(t *testing.T) {
	fields := leaves(reflect.TypeFor[specs.Spec](), "")
	if len(fields) < 150 {
		t.Fatalf("only %d fields found", len(fields))
	}
	for _, field := range fields {
		covered := 0
		for _, e := range tested {
			if matches(e.field, field) {
				covered++
			}
		}
		for _, e := range idle {
			if e.field == field && e.why != "" {
				covered++
			}
		}
		if covered == 0 {
			t.Errorf("%s: no test; name one in this file, or say in idle why the field does nothing", field)
		}
	}
	for _, e := range tested {
		if !slices.ContainsFunc(fields, func(field string) bool { return matches(e.field, field) }) {
			t.Errorf("%s: the spec has no such field for Linux", e.field)
		}
		if !testExists(t, e.test) {
			t.Errorf("%s: there is no test %q", e.field, e.test)
		}
	}
	for _, e := range idle {
		if !slices.Contains(fields, e.field) {
			t.Errorf("%s: the spec has no such field for Linux", e.field)
		}
	}
}

// testExists looks for a case of a bats file, or a Go function.
func testExists(t *testing.T, name string) bool {
	t.Helper()
	if file, title, ok := strings.Cut(name, ".bats: "); ok {
		return contains(t, filepath.Join("../../tests", file+".bats"), `@test "`+title+`" {`)
	}
	pkg, function, _ := strings.Cut(name, ".")
	files, err := filepath.Glob(filepath.Join("..", pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool { return contains(t, file, "\nfunc "+function+"(t *testing.T) {") })
}

func contains(t *testing.T, file, text string) bool {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	}
	return strings.Contains(string(data), text)
}
