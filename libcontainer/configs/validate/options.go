package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
)

// fsOptions lists the options of a file system that every container uses; known
// is false for all others, whose options are left to the kernel.
func fsOptions(fstype string) (names []string, known bool) {
	switch fstype {
	case "tmpfs":
		return tmpfsOptions, true
	case "devpts":
		return []string{"gid", "max", "mode", "newinstance", "ptmxmode", "uid"}, true
	case "proc":
		return []string{"gid", "hidepid", "pidns", "subset"}, true
	case "sysfs", "mqueue":
		return nil, true
	}
	return nil, false
}

// tmpfsOptions are those of tmpfs(5) and later kernels.
var tmpfsOptions = []string{
	"casefold", "gid", "grpquota", "grpquota_block_hardlimit", "grpquota_inode_hardlimit", "huge", "inode32", "inode64",
	"mode", "mpol", "noswap", "nr_blocks", "nr_inodes", "quota", "size", "strict_encoding", "uid", "usrquota",
	"usrquota_block_hardlimit", "usrquota_inode_hardlimit",
}

// labelOptions are those that security modules take from the options of any
// file system.
var labelOptions = []string{"context", "defcontext", "fscontext", "rootcontext", "seclabel"}

// options checks what goes to the file system. The kernel's answer would be
// EINVAL, without a word on which option it means.
func options(c *configs.Config, m *configs.Mount) error {
	if m.Data == "" {
		return nil
	}
	names, known := fsOptions(m.Type)
	for option := range strings.SplitSeq(m.Data, ",") {
		name, value, _ := strings.Cut(option, "=")
		if known && !slices.Contains(names, name) && !slices.Contains(labelOptions, name) {
			return fault.New(fault.MountOption, fmt.Errorf("option `%s` is not known to %s", option, m.Type), "drop it")
		}
		if err := optionValue(c, m, name, value); err != nil {
			return fmt.Errorf("option %s: %w", option, err)
		}
	}
	return nil
}

// optionValue checks owners and modes. With a user namespace, uid= and gid= of
// any file system are ids inside of it.
func optionValue(c *configs.Config, m *configs.Mount, name, value string) error {
	switch name {
	case "uid", "gid":
		id, err := strconv.ParseUint(value, 0, 32)
		if err != nil {
			return fmt.Errorf("%q is not a %s; write a number from 0 to 4294967294", value, name)
		}
		check := checkUID
		if name == "gid" {
			check = checkGID
		}
		if err := check(c, uint32(id)); err != nil {
			return fault.New(fault.MountUnmappedID, err, "map it or drop the option")
		}
	case "mode", "ptmxmode":
		if _, err := strconv.ParseUint(value, 8, 12); err != nil && (m.Type == "tmpfs" || m.Type == "devpts") {
			return fmt.Errorf("%q is not a mode; write an octal number up to 7777", value)
		}
	}
	return nil
}
