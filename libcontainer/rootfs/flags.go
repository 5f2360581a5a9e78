package rootfs

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// mountFlag is a flag of a mount in the three dialects of the kernel.
type mountFlag struct {
	name     string
	ms, attr uint64 // mount(2), mount_setattr(2)
	st       int64  // statfs(2)
}

// mountFlags are those that belong to a mount. The first ones are independent
// bits; the access times are one choice.
var mountFlags = [...]mountFlag{
	{"ro", unix.MS_RDONLY, unix.MOUNT_ATTR_RDONLY, unix.ST_RDONLY},
	{"nosuid", unix.MS_NOSUID, unix.MOUNT_ATTR_NOSUID, unix.ST_NOSUID},
	{"nodev", unix.MS_NODEV, unix.MOUNT_ATTR_NODEV, unix.ST_NODEV},
	{"noexec", unix.MS_NOEXEC, unix.MOUNT_ATTR_NOEXEC, unix.ST_NOEXEC},
	{"nosymfollow", unix.MS_NOSYMFOLLOW, unix.MOUNT_ATTR_NOSYMFOLLOW, stNosymfollow},
	{"nodiratime", unix.MS_NODIRATIME, unix.MOUNT_ATTR_NODIRATIME, unix.ST_NODIRATIME},
	{"noatime", unix.MS_NOATIME, unix.MOUNT_ATTR_NOATIME, unix.ST_NOATIME},
}

// superFlags belong to the file system behind a mount; the names are those of
// fsconfig(2).
var superFlags = [...]mountFlag{
	{"sync", unix.MS_SYNCHRONOUS, 0, 0},
	{"dirsync", unix.MS_DIRSYNC, 0, 0},
	{"mand", unix.MS_MANDLOCK, 0, 0},
	{"lazytime", unix.MS_LAZYTIME, 0, 0},
}

// otherFlags complete the names that a plan prints.
var otherFlags = [...]mountFlag{
	{"relatime", unix.MS_RELATIME, 0, 0}, {"strictatime", unix.MS_STRICTATIME, 0, 0},
	{"remount", unix.MS_REMOUNT, 0, 0}, {"silent", unix.MS_SILENT, 0, 0}, {"iversion", unix.MS_I_VERSION, 0, 0},
	{"acl", unix.MS_POSIXACL, 0, 0}, {"private", unix.MS_PRIVATE, 0, 0}, {"slave", unix.MS_SLAVE, 0, 0},
	{"shared", unix.MS_SHARED, 0, 0}, {"unbindable", unix.MS_UNBINDABLE, 0, 0}, {"rec", unix.MS_REC, 0, 0},
}

const (
	// stNosymfollow is ST_NOSYMFOLLOW of linux/statfs.h.
	stNosymfollow = 0x2000
	// atimeMS are the MS_* flags, atimeAttr the MOUNT_ATTR_* bits that choose
	// about access times.
	atimeMS   = unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME | unix.MS_STRICTATIME
	atimeAttr = unix.MOUNT_ATTR__ATIME | unix.MOUNT_ATTR_NODIRATIME
	// allAttrs are all bits that a bind mount may change.
	allAttrs = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC |
		unix.MOUNT_ATTR_NOSYMFOLLOW | atimeAttr
)

// attrsOf turns MS_* flags into MOUNT_ATTR_* bits. The default for access times
// is relatime, which is 0.
func attrsOf(ms uint64) (attrs uint64) {
	for _, f := range mountFlags {
		if ms&f.ms != 0 {
			attrs |= f.attr
		}
	}
	if ms&(unix.MS_STRICTATIME|unix.MS_NOATIME) == unix.MS_STRICTATIME {
		attrs |= unix.MOUNT_ATTR_STRICTATIME
	}
	return attrs
}

// flagsOf turns MOUNT_ATTR_* bits into MS_* flags.
func flagsOf(attrs uint64) (ms uintptr) {
	for _, f := range mountFlags {
		if attrs&f.attr != 0 {
			ms |= uintptr(f.ms)
		}
	}
	switch attrs & unix.MOUNT_ATTR__ATIME {
	case unix.MOUNT_ATTR_STRICTATIME:
		ms |= unix.MS_STRICTATIME
	case unix.MOUNT_ATTR_RELATIME:
		ms |= unix.MS_RELATIME
	}
	return ms
}

// attrsOfStatfs turns the flags of statfs(2) into MOUNT_ATTR_* bits.
func attrsOfStatfs(st int64) (attrs uint64) {
	for _, f := range mountFlags {
		if st&f.st != 0 {
			attrs |= f.attr
		}
	}
	if st&(unix.ST_NOATIME|unix.ST_RELATIME) == 0 {
		attrs |= unix.MOUNT_ATTR_STRICTATIME
	}
	return attrs
}

// flagNames prints MS_* flags.
func flagNames(ms uint64) string {
	var names []string
	for _, list := range [...][]mountFlag{mountFlags[:], superFlags[:], otherFlags[:]} {
		for _, f := range list {
			if ms&f.ms != 0 {
				names = append(names, f.name)
				ms &^= f.ms
			}
		}
	}
	if ms != 0 {
		names = append(names, fmt.Sprintf("%#x", ms))
	}
	return strings.Join(names, ",")
}

// attrNames prints MOUNT_ATTR_* bits.
func attrNames(attrs uint64) string {
	var names []string
	for _, f := range mountFlags {
		if attrs&f.attr != 0 {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ",")
}

// change is a change of a mount.
type change struct {
	sys.MountAttr
	// wish is the mount whose options are meant as a whole; nil: the bits are
	// meant alone.
	wish *configs.Mount
}

// bindChanges lists what is to be changed on a bind mount. As with runc, and
// unlike mount(8), an option of the mount's own makes the options the whole
// truth: what they do not name is off. Without any, the source's flags stay.
func bindChanges(m *configs.Mount) []change {
	const notOwn = unix.MS_BIND | unix.MS_REC | unix.MS_REMOUNT
	var list []change
	if m.Flags&^notOwn != 0 || m.ClearFlags != 0 {
		c := change{wish: m}
		c.Set, c.Clear = attrsOf(m.Flags), allAttrs
		if (m.Flags|m.ClearFlags)&atimeMS == 0 {
			c.Clear &^= atimeAttr // as remount does (path_mount in the kernel)
		}
		list = append(list, c)
	}
	return append(list, laterChanges(m)...)
}

// laterChanges lists propagation and recursive flags, which any mount may have.
func laterChanges(m *configs.Mount) (list []change) {
	for _, p := range m.Propagation {
		c := change{}
		c.Propagation, c.Recursive = p&^unix.MS_REC, p&unix.MS_REC != 0
		list = append(list, c)
	}
	if m.RecSet|m.RecClear != 0 {
		c := change{}
		c.Set, c.Clear, c.Recursive = m.RecSet, m.RecClear, true
		list = append(list, c)
	}
	return list
}
