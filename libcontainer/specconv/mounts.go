package specconv

import (
	"fmt"
	"path/filepath"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func convertMounts(spec *specs.Spec, c *configs.Config) error {
	c.Mounts = make([]configs.Mount, len(spec.Mounts))
	for i := range spec.Mounts {
		if spec.Mounts[i].Destination == "" {
			return fmt.Errorf("mounts[%d].destination: empty; it is the path in the container to mount on", i)
		}
		if err := convertMount(&spec.Mounts[i], &c.Mounts[i], c); err != nil {
			return fmt.Errorf("mounts[%d] (%s): %w", i, spec.Mounts[i].Destination, err)
		}
	}
	return nil
}

func convertMount(from *specs.Mount, m *configs.Mount, c *configs.Config) error {
	m.Source, m.Type = from.Source, from.Type
	if !filepath.IsAbs(from.Destination) {
		logrus.Warnf("mount destination %s not absolute: support for non-absolute mount destinations will be removed in a future release", from.Destination)
	}
	m.Destination = filepath.Join("/", from.Destination)
	applyOptions(m, from.Options)
	convertType(m)
	if m.IsBind() {
		if m.Source == "" {
			return fmt.Errorf("source: empty; a bind mount needs the host path to show")
		}
		m.Source = inBundle(m.Source, c)
	}
	return convertMountIDs(from, m)
}

// convertType settles what kind of mount m is. The type of a bind mount means
// nothing (config.md), and both cgroup types stand for what this host has: a
// plain cgroup2 mount would show the host's whole tree.
func convertType(m *configs.Mount) {
	switch {
	case m.Flags&unix.MS_BIND != 0:
		m.Type = "bind"
	case m.Type == "bind":
		m.Flags |= unix.MS_BIND
	case m.Type == "cgroup2":
		m.Type = "cgroup"
	}
}

// convertMountIDs takes the id maps of a mount, which imply the option idmap.
func convertMountIDs(from *specs.Mount, m *configs.Mount) error {
	if len(from.UIDMappings) == 0 && len(from.GIDMappings) == 0 {
		return nil
	}
	if len(from.UIDMappings) == 0 || len(from.GIDMappings) == 0 {
		return fmt.Errorf("id-mapped mounts must have both uid and gid mappings; give uidMappings and gidMappings, or neither")
	}
	if m.IDMapping == nil {
		m.IDMapping = new(configs.MountIDMapping)
	}
	m.IDMapping.UIDMappings = idMaps(from.UIDMappings)
	m.IDMapping.GIDMappings = idMaps(from.GIDMappings)
	return nil
}
