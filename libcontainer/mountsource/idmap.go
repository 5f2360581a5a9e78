package mountsource

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// idMap id-maps a detached tree (mount_setattr(2), MOUNT_ATTR_IDMAP).
func idMap(m *configs.MountIDMapping, tree, userNS *os.File) error {
	if len(m.UIDMappings)+len(m.GIDMappings) > 0 {
		own, err := sys.NewUserNS(kernelMaps(m.UIDMappings), kernelMaps(m.GIDMappings))
		if err != nil {
			return err
		}
		defer own.Close()
		userNS = own
	}
	if userNS == nil {
		return errors.New("the container has no user namespace whose maps could be used; give uidMappings and gidMappings")
	}
	err := sys.MountSetattr(tree, sys.MountAttr{UserNS: userNS, Recursive: m.Recursive})
	if err != nil {
		return fmt.Errorf("%w%s", err, hint(err))
	}
	return nil
}

func kernelMaps(maps []configs.IDMap) []syscall.SysProcIDMap {
	list := make([]syscall.SysProcIDMap, len(maps))
	for i, m := range maps {
		list[i] = syscall.SysProcIDMap{ContainerID: int(m.ContainerID), HostID: int(m.HostID), Size: int(m.Size)}
	}
	return list
}

// hint says what the bare errno of an id-mapping means.
func hint(err error) string {
	switch {
	case errors.Is(err, unix.EINVAL):
		return "; the file system of the source, or this kernel, does not support id-mapped mounts"
	case errors.Is(err, unix.EPERM):
		return "; only who is root over the file system of the source may do this"
	case errors.Is(err, unix.ENOSYS):
		return "; id-mapped mounts need Linux 5.12"
	}
	return ""
}
