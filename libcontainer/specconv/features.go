package specconv

import (
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/opencontainers/runtime-spec/specs-go/features"

	"runc/libcontainer/capabilities"
	"runc/libcontainer/configs"
	"runc/libcontainer/seccomp"
)

// Features returns what `runc features` prints (features.md, features-linux.md),
// but for the annotations. It tells of this binary, not of this host; only
// seccomp's supportedFlags are those of the running kernel.
func Features() *features.Features {
	yes := true
	return &features.Features{
		OCIVersionMin: "1.0.0",
		OCIVersionMax: specs.Version,
		Hooks:         []string{"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"},
		MountOptions:  optionNames(),
		Linux: &features.Linux{
			Namespaces:      namespaceNames(),
			Capabilities:    capabilities.Names(^uint64(0)),
			Cgroup:          &features.Cgroup{V1: &yes, V2: &yes, Systemd: &yes, SystemdUser: &yes, Rdma: &yes},
			Seccomp:         seccompFeatures(),
			Apparmor:        &features.Apparmor{Enabled: &yes},
			Selinux:         &features.Selinux{Enabled: &yes},
			IntelRdt:        &features.IntelRdt{Enabled: &yes, Schemata: &yes, Monitoring: &yes},
			MemoryPolicy:    &features.MemoryPolicy{Modes: texts(memoryModes), Flags: texts(memoryFlags)},
			MountExtensions: &features.MountExtensions{IDMap: &features.IDMap{Enabled: &yes}},
			NetDevices:      &features.NetDevices{Enabled: &yes},
		},
		// A caller that lets users choose annotations must keep them from these.
		PotentiallyUnsafeConfigAnnotations: []string{"bundle", propertyPrefix, "org.criu.config"},
	}
}

func seccompFeatures() *features.Seccomp {
	yes := true
	return &features.Seccomp{
		Enabled:        &yes,
		Actions:        seccomp.Actions(),
		Operators:      seccomp.Operators(),
		Archs:          seccomp.Archs(),
		KnownFlags:     seccomp.Flags(),
		SupportedFlags: seccomp.SupportedFlags(),
	}
}

func optionNames() []string {
	list := make([]string, 0, len(mountOptions))
	for i := range mountOptions {
		list = append(list, mountOptions[i].name)
	}
	return list
}

func namespaceNames() []string {
	list := make([]string, 0, len(configs.NamespaceKinds))
	for _, kind := range configs.NamespaceKinds {
		list = append(list, string(kind.Type))
	}
	slices.Sort(list)
	return list
}
