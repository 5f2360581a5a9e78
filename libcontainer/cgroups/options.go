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
	known := map[string]uintptr{
		"rw": 0, "ro": unix.MS_RDONLY, "nosuid": unix.MS_NOSUID, "nodev": unix.MS_NODEV,
		"noexec": unix.MS_NOEXEC, "relatime": unix.MS_RELATIME, "noatime": unix.MS_NOATIME,
	}
	var rest []string
	for option := range strings.SplitSeq(options, ",") {
		if flag, is := known[option]; is {
			flags |= flag
		} else {
			rest = append(rest, option)
		}
	}
	return flags, strings.Join(rest, ",")
}
