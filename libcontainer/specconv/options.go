package specconv

import (
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// effect is what a mount option does with its bits.
type effect uint8

const (
	set       effect = iota // turns MS_* flags on
	clear                   // turns MS_* flags off
	propagate               // changes the propagation
	setRec                  // turns MOUNT_ATTR_* bits on, also of the mounts below
	clearRec                // turns MOUNT_ATTR_* bits off, also of the mounts below
	atimeRec                // chooses one of MOUNT_ATTR__ATIME, also for the mounts below
	copyUp                  // tmpcopyup
	idMap                   // id-maps the mount; with AT_RECURSIVE also those below
)

// mountOptions are all options that are not the file system's own: those of the
// OCI runtime spec (config.md, Linux mount options) and runc's acl, noacl and
// tmpcopyup. Sorted by name, for binary search and for `runc features`.
var mountOptions = [...]struct {
	name   string
	effect effect
	bits   uint64
}{
	{"acl", set, unix.MS_POSIXACL},
	{"async", clear, unix.MS_SYNCHRONOUS},
	{"atime", clear, unix.MS_NOATIME},
	{"bind", set, unix.MS_BIND},
	{"defaults", set, 0},
	{"dev", clear, unix.MS_NODEV},
	{"diratime", clear, unix.MS_NODIRATIME},
	{"dirsync", set, unix.MS_DIRSYNC},
	{"exec", clear, unix.MS_NOEXEC},
	{"idmap", idMap, 0},
	{"iversion", set, unix.MS_I_VERSION},
	{"lazytime", set, unix.MS_LAZYTIME},
	{"loud", clear, unix.MS_SILENT},
	{"mand", set, unix.MS_MANDLOCK},
	{"noacl", clear, unix.MS_POSIXACL},
	{"noatime", set, unix.MS_NOATIME},
	{"nodev", set, unix.MS_NODEV},
	{"nodiratime", set, unix.MS_NODIRATIME},
	{"noexec", set, unix.MS_NOEXEC},
	{"noiversion", clear, unix.MS_I_VERSION},
	{"nolazytime", clear, unix.MS_LAZYTIME},
	{"nomand", clear, unix.MS_MANDLOCK},
	{"norelatime", clear, unix.MS_RELATIME},
	{"nostrictatime", clear, unix.MS_STRICTATIME},
	{"nosuid", set, unix.MS_NOSUID},
	{"nosymfollow", set, unix.MS_NOSYMFOLLOW},
	{"private", propagate, unix.MS_PRIVATE},
	{"ratime", atimeRec, unix.MOUNT_ATTR_RELATIME},
	{"rbind", set, unix.MS_BIND | unix.MS_REC},
	{"rdev", clearRec, unix.MOUNT_ATTR_NODEV},
	{"rdiratime", clearRec, unix.MOUNT_ATTR_NODIRATIME},
	{"relatime", set, unix.MS_RELATIME},
	{"remount", set, unix.MS_REMOUNT},
	{"rexec", clearRec, unix.MOUNT_ATTR_NOEXEC},
	{"ridmap", idMap, unix.AT_RECURSIVE},
	{"rnoatime", atimeRec, unix.MOUNT_ATTR_NOATIME},
	{"rnodev", setRec, unix.MOUNT_ATTR_NODEV},
	{"rnodiratime", setRec, unix.MOUNT_ATTR_NODIRATIME},
	{"rnoexec", setRec, unix.MOUNT_ATTR_NOEXEC},
	{"rnorelatime", atimeRec, unix.MOUNT_ATTR_RELATIME},
	{"rnostrictatime", atimeRec, unix.MOUNT_ATTR_RELATIME},
	{"rnosuid", setRec, unix.MOUNT_ATTR_NOSUID},
	{"rnosymfollow", setRec, unix.MOUNT_ATTR_NOSYMFOLLOW},
	{"ro", set, unix.MS_RDONLY},
	{"rprivate", propagate, unix.MS_PRIVATE | unix.MS_REC},
	{"rrelatime", atimeRec, unix.MOUNT_ATTR_RELATIME},
	{"rro", setRec, unix.MOUNT_ATTR_RDONLY},
	{"rrw", clearRec, unix.MOUNT_ATTR_RDONLY},
	{"rshared", propagate, unix.MS_SHARED | unix.MS_REC},
	{"rslave", propagate, unix.MS_SLAVE | unix.MS_REC},
	{"rstrictatime", atimeRec, unix.MOUNT_ATTR_STRICTATIME},
	{"rsuid", clearRec, unix.MOUNT_ATTR_NOSUID},
	{"rsymfollow", clearRec, unix.MOUNT_ATTR_NOSYMFOLLOW},
	{"runbindable", propagate, unix.MS_UNBINDABLE | unix.MS_REC},
	{"rw", clear, unix.MS_RDONLY},
	{"shared", propagate, unix.MS_SHARED},
	{"silent", set, unix.MS_SILENT},
	{"slave", propagate, unix.MS_SLAVE},
	{"strictatime", set, unix.MS_STRICTATIME},
	{"suid", clear, unix.MS_NOSUID},
	{"symfollow", clear, unix.MS_NOSYMFOLLOW},
	{"sync", set, unix.MS_SYNCHRONOUS},
	{"tmpcopyup", copyUp, 0},
	{"unbindable", propagate, unix.MS_UNBINDABLE},
}

// applyOptions sorts options into m, the last one first heard where two
// contradict each other. What is not in the table is the file system's.
func applyOptions(m *configs.Mount, options []string) {
	var data []string
	for _, name := range options {
		if i, known := findOption(name); known {
			applyOption(m, mountOptions[i].effect, mountOptions[i].bits)
		} else {
			data = append(data, name)
		}
	}
	m.Data = strings.Join(data, ",")
}

// findOption looks name up in mountOptions.
func findOption(name string) (int, bool) {
	lo, hi := 0, len(mountOptions)
	for lo < hi {
		if mid := (lo + hi) / 2; mountOptions[mid].name < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(mountOptions) && mountOptions[lo].name == name
}

func applyOption(m *configs.Mount, e effect, bits uint64) {
	switch e {
	case set:
		m.Flags, m.ClearFlags = m.Flags|bits, m.ClearFlags&^bits
	case clear:
		m.Flags, m.ClearFlags = m.Flags&^bits, m.ClearFlags|bits
	case propagate:
		m.Propagation = append(m.Propagation, bits)
	case setRec:
		m.RecSet, m.RecClear = m.RecSet|bits, m.RecClear&^bits
	case clearRec:
		m.RecSet, m.RecClear = m.RecSet&^bits, m.RecClear|bits
	case atimeRec:
		// These bits are a number, not flags: mount_setattr(2) wants the whole
		// field cleared when it is set.
		m.RecSet = m.RecSet&^unix.MOUNT_ATTR__ATIME | bits
		m.RecClear |= unix.MOUNT_ATTR__ATIME
	case copyUp:
		m.TmpCopyUp = true
	case idMap:
		m.IDMapping = &configs.MountIDMapping{Recursive: bits != 0}
	}
}
