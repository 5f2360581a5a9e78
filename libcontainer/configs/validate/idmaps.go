package validate

import (
	"errors"
	"fmt"
	"strings"

	"runc/libcontainer/configs"
)

// maxMapLines is how many lines the kernel takes in uid_map
// (user_namespaces(7)).
const maxMapLines = 340

func idMaps(c *configs.Config) error {
	for _, m := range [...]struct {
		field string
		maps  []configs.IDMap
	}{{"linux.uidMappings", c.UIDMappings}, {"linux.gidMappings", c.GIDMappings}} {
		if err := idMap(c, m.field, m.maps); err != nil {
			return err
		}
	}
	return nil
}

func idMap(c *configs.Config, field string, maps []configs.IDMap) error {
	if !c.Namespaces.Has(configs.UserNamespace) && len(maps) > 0 {
		return fmt.Errorf(`%s: user namespace mappings specified, but user namespace isn't enabled; add {"type": "user"} to linux.namespaces or drop them`, field)
	}
	if !c.Namespaces.New(configs.UserNamespace) {
		return nil // those of a joined namespace are made
	}
	if len(maps) == 0 {
		return fmt.Errorf("%s: empty, but a new user namespace needs mappings; map at least id 0", field)
	}
	if err := ranges(field, maps); err != nil {
		return err
	}
	if !mapped(maps, 0) {
		return fmt.Errorf("%s: id 0 is not mapped (mapped: %s), and the container is set up by its root; map it", field, mappedText(maps))
	}
	return nil
}

// ranges checks the lines of an id map as the kernel will.
func ranges(field string, maps []configs.IDMap) error {
	if len(maps) > maxMapLines {
		return fmt.Errorf("%s: %d entries are more than the kernel's %d; join neighbours", field, len(maps), maxMapLines)
	}
	for i, m := range maps {
		if err := idRange(m); err != nil {
			return fmt.Errorf("%s[%d]%w", field, i, err)
		}
		for j, earlier := range maps[:i] {
			if overlap(m.ContainerID, m.Size, earlier.ContainerID, earlier.Size) {
				return fmt.Errorf("%s[%d]: container ids %s overlap %s of %s[%d]", field, i, span(m.ContainerID, m.Size), span(earlier.ContainerID, earlier.Size), field, j)
			}
			if overlap(m.HostID, m.Size, earlier.HostID, earlier.Size) {
				return fmt.Errorf("%s[%d]: host ids %s overlap %s of %s[%d]", field, i, span(m.HostID, m.Size), span(earlier.HostID, earlier.Size), field, j)
			}
		}
	}
	return nil
}

// idRange checks that the range ends at 4294967294: the id after it means "no
// change" and is nobody's.
func idRange(m configs.IDMap) error {
	const end = 1<<32 - 1
	switch {
	case m.Size == 0:
		return errors.New(".size: 0 maps nothing; drop the entry or give a size")
	case uint64(m.ContainerID)+uint64(m.Size) > end:
		return fmt.Errorf(": container ids from %d, %d of them, run beyond 4294967294", m.ContainerID, m.Size)
	case uint64(m.HostID)+uint64(m.Size) > end:
		return fmt.Errorf(": host ids from %d, %d of them, run beyond 4294967294", m.HostID, m.Size)
	}
	return nil
}

func overlap(a, sizeA, b, sizeB uint32) bool {
	return uint64(a) < uint64(b)+uint64(sizeB) && uint64(b) < uint64(a)+uint64(sizeA)
}

func span(first, size uint32) string { return fmt.Sprintf("%d-%d", first, first+size-1) }

func mapped(maps []configs.IDMap, id uint32) bool {
	for _, m := range maps {
		if id >= m.ContainerID && id-m.ContainerID < m.Size {
			return true
		}
	}
	return false
}

func mappedText(maps []configs.IDMap) string {
	var list []string
	for _, m := range maps {
		list = append(list, span(m.ContainerID, m.Size))
	}
	return strings.Join(list, ", ")
}

// checkUID and checkGID return an error, without a field, if id has no
// counterpart outside of the container's new user namespace: the kernel would
// say EINVAL and no more. The maps of a joined one are not known here.
func checkUID(c *configs.Config, id uint32) error {
	return checkMapped(c, "uid", c.UIDMappings, id)
}

func checkGID(c *configs.Config, id uint32) error {
	return checkMapped(c, "gid", c.GIDMappings, id)
}

func checkMapped(c *configs.Config, kind string, maps []configs.IDMap, id uint32) error {
	if !c.Namespaces.New(configs.UserNamespace) || mapped(maps, id) {
		return nil
	}
	return fmt.Errorf("%s %d is not mapped in the user namespace (mapped: %s)", kind, id, mappedText(maps))
}
