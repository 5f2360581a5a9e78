package state

import (
	"slices"
	"strings"

	"runc/libcontainer/configs"
)

// diskConfig is the "config" object: the container, what exec inherits from
// its first process, and the cgroup. The order is runc's.
type diskConfig struct {
	NoPivotRoot     bool                      `json:"no_pivot_root,omitempty"`
	Rootfs          string                    `json:"rootfs"`
	Umask           *uint32                   `json:"umask,omitempty"`
	Readonlyfs      bool                      `json:"readonlyfs,omitempty"`
	RootPropagation uint64                    `json:"rootPropagation,omitempty"`
	Mounts          []diskMount               `json:"mounts,omitempty"`
	Devices         []diskDevice              `json:"devices,omitempty"`
	NetDevices      map[string]diskNetDevice  `json:"net_devices,omitempty"`
	MountLabel      string                    `json:"mount_label,omitempty"`
	Hostname        string                    `json:"hostname,omitempty"`
	Domainname      string                    `json:"domainname,omitempty"`
	Namespaces      []diskNamespace           `json:"namespaces"`
	Capabilities    *diskCapabilities         `json:"capabilities,omitempty"`
	Cgroups         *diskCgroup               `json:"cgroups"`
	AppArmorProfile string                    `json:"apparmor_profile,omitempty"`
	ProcessLabel    string                    `json:"process_label,omitempty"`
	Rlimits         []diskRlimit              `json:"rlimits,omitempty"`
	OOMScoreAdj     *int                      `json:"oom_score_adj,omitempty"`
	UIDMappings     []diskIDMap               `json:"uid_mappings,omitempty"`
	GIDMappings     []diskIDMap               `json:"gid_mappings,omitempty"`
	MaskPaths       []string                  `json:"mask_paths,omitempty"`
	ReadonlyPaths   []string                  `json:"readonly_paths,omitempty"`
	Sysctl          map[string]string         `json:"sysctl,omitempty"`
	Seccomp         *diskSeccomp              `json:"seccomp,omitempty"`
	NoNewPrivileges bool                      `json:"no_new_privileges,omitempty"`
	Hooks           diskHooks                 `json:"Hooks,omitzero"`
	Version         string                    `json:"version"`
	Labels          []string                  `json:"labels"`
	NoNewKeyring    bool                      `json:"no_new_keyring,omitempty"`
	IntelRdt        *diskIntelRdt             `json:"intel_rdt,omitempty"`
	RootlessEUID    bool                      `json:"rootless_euid,omitempty"`
	RootlessCgroups bool                      `json:"rootless_cgroups,omitempty"`
	TimeOffsets     map[string]diskTimeOffset `json:"time_offsets,omitempty"`
	Scheduler       *diskScheduler            `json:"scheduler,omitempty"`
	Personality     *diskPersonality          `json:"personality,omitempty"`
	IOPriority      *diskIOPriority           `json:"io_priority,omitempty"`
	ExecCPUAffinity *diskCPUAffinity          `json:"exec_cpu_affinity,omitempty"`
	MemoryPolicy    *diskMemoryPolicy         `json:"memory_policy,omitempty"`
}

// from fills d with the config, process and cgroup of s.
func (d *diskConfig) from(s *State) error {
	d.Cgroups = cgroupToDisk(s.Cgroup)
	if s.Process != nil {
		d.fromProcess(s.Process)
	}
	c := s.Config
	if c == nil {
		return nil
	}
	d.fromKernel(c)
	d.NoPivotRoot, d.NoNewKeyring = c.NoPivot, c.NoNewKeyring
	d.Rootfs, d.Readonlyfs, d.RootPropagation = c.Root.Path, c.Root.Readonly, c.Root.Propagation
	d.Mounts = mapSlice(c.Mounts, mountToDisk)
	d.Devices = mapSlice(c.Devices, deviceToDisk)
	d.MountLabel = c.MountLabel
	d.Hostname, d.Domainname = c.Hostname, c.Domainname
	d.Namespaces = mapSlice(c.Namespaces, func(n configs.Namespace) diskNamespace {
		return diskNamespace{Type: namespaceToDisk(n.Type), Path: n.Path}
	})
	d.UIDMappings, d.GIDMappings = mapSlice(c.UIDMappings, idMapToDisk), mapSlice(c.GIDMappings, idMapToDisk)
	d.MaskPaths, d.ReadonlyPaths, d.Sysctl = c.MaskPaths, c.ReadonlyPaths, c.Sysctl
	d.Hooks = hooksToDisk(&c.Hooks)
	d.Version, d.Labels = c.OCIVersion, labels(c)
	d.RootlessEUID, d.RootlessCgroups = c.RootlessEUID, c.RootlessCgroups
	var err error
	d.Seccomp, err = seccompToDisk(c.Seccomp)
	return err
}

// into fills config, process and cgroup of s from d.
func (d *diskConfig) into(s *State) {
	c := &configs.Config{
		OCIVersion:      d.Version,
		Root:            configs.Root{Path: d.Rootfs, Readonly: d.Readonlyfs, Propagation: d.RootPropagation},
		Hostname:        d.Hostname,
		Domainname:      d.Domainname,
		UIDMappings:     mapSlice(d.UIDMappings, diskIDMap.idMap),
		GIDMappings:     mapSlice(d.GIDMappings, diskIDMap.idMap),
		Mounts:          mapSlice(d.Mounts, diskMount.mount),
		Devices:         mapSlice(d.Devices, diskDevice.device),
		MaskPaths:       d.MaskPaths,
		ReadonlyPaths:   d.ReadonlyPaths,
		Sysctl:          d.Sysctl,
		MountLabel:      d.MountLabel,
		Seccomp:         d.Seccomp.seccomp(),
		Hooks:           d.Hooks.hooks(),
		NoPivot:         d.NoPivotRoot,
		NoNewKeyring:    d.NoNewKeyring,
		RootlessEUID:    d.RootlessEUID,
		RootlessCgroups: d.RootlessCgroups,
	}
	c.Namespaces = mapSlice(d.Namespaces, func(n diskNamespace) configs.Namespace {
		return configs.Namespace{Type: namespaceFromDisk(n.Type), Path: n.Path}
	})
	d.intoKernel(c)
	parseLabels(d.Labels, c)
	s.Config, s.Process, s.Cgroup = c, d.process(), d.Cgroups.cgroup()
}

// bundleLabel is the label that holds the bundle's path, always the last one.
const bundleLabel = "bundle="

// labels are the annotations, sorted, then the bundle. As in runc an
// annotation whose name has a '=' is read back as one with a shorter name.
func labels(c *configs.Config) []string {
	list := make([]string, 0, len(c.Annotations)+1)
	for k, v := range c.Annotations {
		list = append(list, k+"="+v)
	}
	slices.Sort(list)
	return append(list, bundleLabel+c.Bundle)
}

func parseLabels(list []string, c *configs.Config) {
	for i, l := range list {
		k, v, _ := strings.Cut(l, "=")
		if k+"=" == bundleLabel && i == len(list)-1 {
			c.Bundle = v
			continue
		}
		if c.Annotations == nil {
			c.Annotations = make(map[string]string, len(list))
		}
		c.Annotations[k] = v
	}
}

// mapSlice applies fn to every element; nil stays nil, and an empty list
// becomes nil.
func mapSlice[A, B any](in []A, fn func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = fn(v)
	}
	return out
}
