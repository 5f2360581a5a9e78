// Package intelrdt keeps a container in a resctrl group: its share of cache and
// of memory bandwidth, and the counters of both (OCI runtime spec,
// config-linux.md, "IntelRdt"; the kernel's Documentation/filesystems/resctrl.rst).
package intelrdt

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"

	"runc/libcontainer/configs"
)

// Group is the place of a container in the resctrl file system.
type Group struct {
	config configs.IntelRdt
	id     string
	// root is where resctrl is mounted, dir the control group below it.
	root, dir string
}

// mounted finds the resctrl file system. Tests put a fake tree in its place.
var mounted = func() (string, error) {
	list, err := mountinfo.GetMounts(mountinfo.FSTypeFilter("resctrl"))
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].Mountpoint, nil
}

// New finds the group of the container id. Nothing is made yet. A nil config
// makes a nil group, which all methods take for "none".
func New(config *configs.IntelRdt, id string) (*Group, error) {
	if config == nil {
		return nil, nil
	}
	root, err := mounted()
	if err != nil {
		return nil, fmt.Errorf("linux.intelRdt: %w", err)
	}
	if root == "" {
		return nil, errors.New("linux.intelRdt: intelRdt is specified in config, but Intel RDT is not supported or enabled: " +
			"no resctrl file system is mounted; drop the field, or mount it where the CPU has RDT (mount -t resctrl resctrl /sys/fs/resctrl)")
	}
	return at(root, config, id)
}

// Load finds the group of a container made earlier: dir is Path's answer of
// then, which holds even if resctrl has been mounted elsewhere since.
func Load(config *configs.IntelRdt, id, dir string) *Group {
	if config == nil || dir == "" {
		return nil
	}
	root := filepath.Dir(dir)
	if config.ClosID == defaultGroup {
		root = dir
	}
	return &Group{*config, id, root, dir}
}

// defaultGroup is the closID of the root of the file system.
const defaultGroup = "/"

func at(root string, config *configs.IntelRdt, id string) (*Group, error) {
	name := config.ClosID
	switch {
	case name == "":
		name = id
	case name == defaultGroup:
		name = ""
	}
	if name == "info" || name == "mon_data" || name == "mon_groups" {
		return nil, fmt.Errorf("linux.intelRdt.closID: %q is a directory of the kernel's own; choose another name", name)
	}
	return &Group{*config, id, root, filepath.Join(root, name)}, nil
}

// Path is the control group's directory, for the state; empty for none.
func (g *Group) Path() string {
	if g == nil {
		return ""
	}
	return g.dir
}

// own tells whether the control group is this container's alone.
func (g *Group) own() bool { return g.config.ClosID == "" }

// lines are what goes into the file schemata, in the order of the spec: one
// string for each write.
func (g *Group) lines() []string {
	var list []string
	for _, one := range []string{g.config.L3CacheSchema, g.config.MemBwSchema, strings.Join(g.config.Schemata, "\n")} {
		if one != "" {
			list = append(list, one+"\n")
		}
	}
	return list
}
