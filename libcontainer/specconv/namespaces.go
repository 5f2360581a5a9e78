package specconv

import (
	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs"
)

// convertNamespaces takes the namespaces with what belongs to new ones: id maps
// and clock offsets.
func convertNamespaces(spec *specs.Spec, c *configs.Config) error {
	l := linux(spec)
	for _, ns := range l.Namespaces {
		c.Namespaces = append(c.Namespaces, configs.Namespace{Type: configs.NamespaceType(ns.Type), Path: ns.Path})
	}
	c.UIDMappings = idMaps(l.UIDMappings)
	c.GIDMappings = idMaps(l.GIDMappings)
	for clock, offset := range l.TimeOffsets {
		if c.TimeOffsets == nil {
			c.TimeOffsets = make(map[string]configs.TimeOffset, len(l.TimeOffsets))
		}
		c.TimeOffsets[clock] = configs.TimeOffset(offset)
	}
	return nil
}

func idMaps(maps []specs.LinuxIDMapping) []configs.IDMap {
	var list []configs.IDMap
	for _, m := range maps {
		list = append(list, configs.IDMap(m))
	}
	return list
}
