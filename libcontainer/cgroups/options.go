package cgroups

import (
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// KeepOptions notes the options of the host's cgroup2 file system. The function
// returned sets them again if they have changed: whoever mounts it once more in
// the initial cgroup namespace sets them anew, and CRIU does, without
// "nsdelegate".
func KeepOptions() (again func() error, err error) {
	before, err := unifiedMount()
	if err != nil || before == nil {
		return func() error { return nil }, err
	}
	return func() error {
		now, err := unifiedMount()
		if err != nil || now == nil || now.VFSOptions == before.VFSOptions {
			return err
		}
		flags, _ := splitOptions(before.Options)
		_, data := splitOptions(before.VFSOptions)
		return sys.Mount("none", before.Mountpoint, "", unix.MS_REMOUNT|flags, data)
	}, nil
}

// unifiedMount is the host's mount of cgroup2; nil if there is none.
func unifiedMount() (*mountinfo.Info, error) {
	list, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		unified := m.FSType == "cgroup2" && (m.Mountpoint == root || m.Mountpoint == hybrid)
		return !unified, unified
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// splitOptions parts options as mountinfo has them into MS_* flags and what is
// left for the file system.
func splitOptions(options string) (flags uintptr, data string) {
	var rest []string
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "rw":
		case "ro":
			flags |= unix.MS_RDONLY
		case "nosuid":
			flags |= unix.MS_NOSUID
		case "nodev":
			flags |= unix.MS_NODEV
		case "noexec":
			flags |= unix.MS_NOEXEC
		case "relatime":
			flags |= unix.MS_RELATIME
		case "noatime":
			flags |= unix.MS_NOATIME
		default:
			rest = append(rest, option)
		}
	}
	return flags, strings.Join(rest, ",")
}
