package state

import (
	"fmt"
	"time"

	"github.com/opencontainers/cgroups"

	"runc/libcontainer/configs"
	"runc/libcontainer/leanjson"
)

// diskState is the outermost object of state.json. As in all disk types a key
// that has no value is left out, as runc does since 1.4; its older versions
// read a missing key as the zero value.
type diskState struct {
	ID                  string            `json:"id"`
	InitPID             int               `json:"init_process_pid"`
	InitStartTime       uint64            `json:"init_process_start"`
	Created             time.Time         `json:"created"`
	Config              diskConfig        `json:"config"`
	Rootless            bool              `json:"rootless"`
	CgroupPaths         map[string]string `json:"cgroup_paths"`
	NamespacePaths      map[string]string `json:"namespace_paths"`
	ExternalDescriptors []string          `json:"external_descriptors,omitempty"`
	IntelRdtPath        string            `json:"intel_rdt_path"`
}

// encode returns s as the bytes of a state.json.
func encode(s *State) ([]byte, error) {
	d := diskState{
		ID:                  s.ID,
		InitPID:             s.InitPID,
		InitStartTime:       s.InitStartTime,
		Created:             s.Created.UTC(),
		Rootless:            s.Rootless,
		CgroupPaths:         s.CgroupPaths,
		ExternalDescriptors: s.ExternalDescriptors,
		IntelRdtPath:        s.IntelRdtPath,
	}
	if len(s.NamespacePaths) > 0 {
		d.NamespacePaths = make(map[string]string, len(s.NamespacePaths))
		for t, path := range s.NamespacePaths {
			d.NamespacePaths[namespaceToDisk(t)] = path
		}
	}
	if err := d.Config.from(s); err != nil {
		return nil, err
	}
	data, err := leanjson.Marshal(&d)
	if err != nil || s.raw == nil {
		return data, err
	}
	return keepUnknown(s, data)
}

// keepUnknown puts what the file that s was loaded from had, and this version
// does not know, into the newer data.
func keepUnknown(s *State, data []byte) ([]byte, error) {
	old, err := decode(s.raw)
	if err != nil {
		return nil, err
	}
	old.raw = nil
	base, err := encode(old)
	if err != nil {
		return nil, err
	}
	return merge(s.raw, base, data)
}

// decode makes a state of the bytes of a state.json.
func decode(data []byte) (*State, error) {
	var d diskState
	if err := leanjson.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	s := &State{
		ID:                  d.ID,
		InitPID:             d.InitPID,
		InitStartTime:       d.InitStartTime,
		Created:             d.Created.UTC(),
		Rootless:            d.Rootless,
		CgroupPaths:         d.CgroupPaths,
		ExternalDescriptors: d.ExternalDescriptors,
		IntelRdtPath:        d.IntelRdtPath,
		raw:                 data,
	}
	if len(d.NamespacePaths) > 0 {
		s.NamespacePaths = make(map[configs.NamespaceType]string, len(d.NamespacePaths))
		for name, path := range d.NamespacePaths {
			s.NamespacePaths[namespaceFromDisk(name)] = path
		}
	}
	d.Config.into(s)
	return s, nil
}

// namespaceNames maps the names of namespaces to those on disk.
var namespaceNames = [...]struct {
	kind configs.NamespaceType
	disk string
}{
	{configs.NetworkNamespace, "NEWNET"},
	{configs.PIDNamespace, "NEWPID"},
	{configs.MountNamespace, "NEWNS"},
	{configs.UTSNamespace, "NEWUTS"},
	{configs.IPCNamespace, "NEWIPC"},
	{configs.UserNamespace, "NEWUSER"},
	{configs.CgroupNamespace, "NEWCGROUP"},
	{configs.TimeNamespace, "NEWTIME"},
}

// A name that is not known stays as it is, either way.
func namespaceToDisk(t configs.NamespaceType) string {
	for _, n := range namespaceNames {
		if n.kind == t {
			return n.disk
		}
	}
	return string(t)
}

func namespaceFromDisk(name string) configs.NamespaceType {
	for _, n := range namespaceNames {
		if n.disk == name {
			return n.kind
		}
	}
	return configs.NamespaceType(name)
}

// diskCgroup is the object of the cgroup's place and limits. Memory is there
// even when 0, shadowing the library's key: with no key of the limits at all
// runc would read no limits object, and refuse to manage the cgroup.
type diskCgroup struct {
	cgroups.Cgroup
	Memory int64 `json:"memory"`
}

func cgroupToDisk(c *cgroups.Cgroup) *diskCgroup {
	if c == nil {
		return nil
	}
	d := &diskCgroup{Cgroup: *c}
	if c.Resources != nil {
		d.Memory = c.Resources.Memory
	}
	return d
}

func (d *diskCgroup) cgroup() *cgroups.Cgroup {
	if d == nil {
		return nil
	}
	if d.Resources == nil {
		d.Resources = &cgroups.Resources{}
	}
	d.Resources.Memory = d.Memory
	// runc before 1.4 writes 0 for "no limit asked", which now is a limit. As
	// both are in force already, read it as "keep what is".
	if l := d.Resources.PidsLimit; l != nil && *l == 0 {
		d.Resources.PidsLimit = nil
	}
	return &d.Cgroup
}

// keyError says at which key of the state something is wrong.
func keyError(key string, err error) error { return fmt.Errorf("state.json: %s: %w", key, err) }
