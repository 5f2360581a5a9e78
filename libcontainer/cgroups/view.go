package cgroups

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// View tells what is mounted below /sys/fs/cgroup on the host, and where the
// container's cgroup is in each, for the mount that shows it inside.
func (m *Manager) View() (configs.CgroupView, error) {
	switch sys.FSType(root) {
	case unix.CGROUP2_SUPER_MAGIC:
		return configs.CgroupView{Unified: true, Hierarchies: []configs.CgroupHierarchy{{Version2: true, Path: m.paths[""]}}}, nil
	case unix.CGROUP_SUPER_MAGIC: // all controllers in one hierarchy
		h, err := m.hierarchy("")
		return configs.CgroupView{Hierarchies: []configs.CgroupHierarchy{h}}, err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return configs.CgroupView{}, fmt.Errorf("cgroup: %w", err)
	}
	var view configs.CgroupView
	links := map[string][]string{}
	for _, e := range entries {
		if e.Type()&os.ModeSymlink != 0 {
			if target, err := os.Readlink(filepath.Join(root, e.Name())); err == nil {
				links[target] = append(links[target], e.Name())
			}
			continue
		}
		h, err := m.hierarchy(e.Name())
		if err != nil {
			return configs.CgroupView{}, err
		}
		if h.Options != "" || h.Version2 {
			view.Hierarchies = append(view.Hierarchies, h)
		}
	}
	for i := range view.Hierarchies {
		h := &view.Hierarchies[i]
		h.Links = links[h.Name]
	}
	return view, nil
}

// hierarchy describes what is mounted on the directory name; nothing, if it has
// neither options nor version.
func (m *Manager) hierarchy(name string) (configs.CgroupHierarchy, error) {
	dir := filepath.Join(root, name)
	h := configs.CgroupHierarchy{Name: name}
	switch sys.FSType(dir) {
	case unix.CGROUP2_SUPER_MAGIC:
		h.Version2, h.Path = true, m.paths[""]
	case unix.CGROUP_SUPER_MAGIC:
		controllers, err := m.mounted(dir)
		if err != nil {
			return h, err
		}
		h.Options = controllers
		for c := range strings.SplitSeq(controllers, ",") {
			if path, ok := m.paths[c]; ok {
				h.Path = path
			}
		}
	}
	return h, nil
}

// mounted returns the controllers of the cgroup v1 mount on dir as mount(8)
// takes them. Directories are named after them nearly everywhere; elsewhere
// mountinfo has to tell.
func (m *Manager) mounted(dir string) (string, error) {
	own, err := m.ownCgroups()
	if err != nil {
		return "", err
	}
	name := filepath.Base(dir)
	for _, o := range own {
		if o.controllers != "" && (o.controllers == name || o.controllers == "name="+name) {
			return o.controllers, nil
		}
	}
	if m.mounts == nil {
		if m.mounts, err = mountinfo.GetMounts(mountinfo.FSTypeFilter("cgroup")); err != nil {
			return "", fmt.Errorf("cgroup: %w", err)
		}
	}
	for _, info := range m.mounts {
		if info.Mountpoint == dir {
			return controllersOf(info.VFSOptions, own), nil
		}
	}
	return "", nil
}

// controllersOf picks from mount options those that are controllers.
func controllersOf(options string, own []membership) string {
	words := strings.Split(options, ",")
	words = slices.DeleteFunc(words, func(w string) bool {
		return !slices.ContainsFunc(own, func(o membership) bool {
			return slices.Contains(strings.Split(o.controllers, ","), w)
		})
	})
	return strings.Join(words, ",")
}
