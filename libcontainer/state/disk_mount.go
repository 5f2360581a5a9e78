package state

import (
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

type diskNamespace struct {
	Type string `json:"type"`
	Path string `json:"path,omitempty"`
}

type diskIDMap struct {
	ContainerID int64 `json:"container_id"`
	HostID      int64 `json:"host_id"`
	Size        int64 `json:"size"`
}

func idMapToDisk(m configs.IDMap) diskIDMap {
	return diskIDMap{int64(m.ContainerID), int64(m.HostID), int64(m.Size)}
}

func (d diskIDMap) idMap() configs.IDMap {
	return configs.IDMap{ContainerID: uint32(d.ContainerID), HostID: uint32(d.HostID), Size: uint32(d.Size)}
}

// diskMount is a mount: flags are MS_* numbers, the rest of the options is
// data.
type diskMount struct {
	Source           string         `json:"source"`
	Destination      string         `json:"destination"`
	Device           string         `json:"device"`
	Flags            uint64         `json:"flags,omitempty"`
	ClearedFlags     uint64         `json:"cleared_flags,omitempty"`
	PropagationFlags []uint64       `json:"propagation_flags,omitempty"`
	Data             string         `json:"data,omitempty"`
	RecAttr          *diskMountAttr `json:"rec_attr,omitempty"`
	Extensions       int            `json:"extensions,omitempty"`
	IDMapping        *diskMountMap  `json:"id_mapping,omitempty"`
}

// diskMountAttr is struct mount_attr, its keys as Go names the fields.
type diskMountAttr struct {
	Set         uint64 `json:"Attr_set"`
	Clr         uint64 `json:"Attr_clr"`
	Propagation uint64 `json:"Propagation"`
	UsernsFD    uint64 `json:"Userns_fd"`
}

// extCopyUp is the bit of "extensions" for the option tmpcopyup.
const extCopyUp = 1

type diskMountMap struct {
	Recursive   bool        `json:"recursive"`
	UIDMappings []diskIDMap `json:"uid_mappings,omitempty"`
	GIDMappings []diskIDMap `json:"gid_mappings,omitempty"`
}

func mountToDisk(m configs.Mount) diskMount {
	d := diskMount{
		Source: m.Source, Destination: m.Destination, Device: m.Type,
		Flags: m.Flags, ClearedFlags: m.ClearFlags, PropagationFlags: m.Propagation, Data: m.Data,
	}
	if m.IsBind() {
		d.Flags |= unix.MS_BIND // how runc knows a bind mount
	}
	if m.RecSet|m.RecClear != 0 {
		d.RecAttr = &diskMountAttr{Set: m.RecSet, Clr: m.RecClear}
	}
	if m.TmpCopyUp {
		d.Extensions = extCopyUp
	}
	if im := m.IDMapping; im != nil {
		d.IDMapping = &diskMountMap{im.Recursive, mapSlice(im.UIDMappings, idMapToDisk), mapSlice(im.GIDMappings, idMapToDisk)}
	}
	return d
}

func (d diskMount) mount() configs.Mount {
	m := configs.Mount{
		Source: d.Source, Destination: d.Destination, Type: d.Device,
		Flags: d.Flags, ClearFlags: d.ClearedFlags, Propagation: d.PropagationFlags, Data: d.Data,
		TmpCopyUp: d.Extensions&extCopyUp != 0,
	}
	if d.RecAttr != nil {
		m.RecSet, m.RecClear = d.RecAttr.Set, d.RecAttr.Clr
	}
	if im := d.IDMapping; im != nil {
		m.IDMapping = &configs.MountIDMapping{
			UIDMappings: mapSlice(im.UIDMappings, diskIDMap.idMap),
			GIDMappings: mapSlice(im.GIDMappings, diskIDMap.idMap),
			Recursive:   im.Recursive,
		}
	}
	return m
}

// diskDevice is a device node; the type is the number of a letter. runc's keys
// for cgroup rules are not written: the rules are in the cgroup's object.
type diskDevice struct {
	Type     rune   `json:"type"`
	Major    int64  `json:"major"`
	Minor    int64  `json:"minor"`
	Path     string `json:"path"`
	FileMode uint32 `json:"file_mode"`
	UID      uint32 `json:"uid,omitempty"`
	GID      uint32 `json:"gid,omitempty"`
}

func deviceToDisk(v configs.Device) diskDevice {
	return diskDevice{v.Type, v.Major, v.Minor, v.Path, v.FileMode, v.UID, v.GID}
}

func (d diskDevice) device() configs.Device {
	return configs.Device{
		Path: d.Path, Type: d.Type, Major: d.Major, Minor: d.Minor,
		FileMode: d.FileMode & 0o7777, UID: d.UID, GID: d.GID,
	}
}
