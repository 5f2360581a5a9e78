package criu

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// CRIU does not look into a mount that it is told is external, and binds its
// source at restore. Each has a name in the checkpoint, which is what restore
// goes by. The name is a number: it was the path in the container once, which
// the image and config.json choose, and could be made to mean another mount
// (CVE-2026-119101, CVE-2026-115520).

// DumpKey tells CRIU that what is mounted at mountpoint is the external mount
// number n. CRIU reads the text up to the first "]:", so a path that has one
// could speak for another mount.
func DumpKey(mountpoint string, n int) (string, error) {
	if strings.Contains(mountpoint, "]:") {
		return "", fmt.Errorf("%q: CRIU cannot tell a path with \"]:\" from another one; rename it", mountpoint)
	}
	if strings.ContainsFunc(mountpoint, unicode.IsControl) {
		return "", fmt.Errorf("%q: CRIU does not read control characters in a path; rename it", mountpoint)
	}
	return "mnt[" + mountpoint + "]:" + strconv.Itoa(n), nil
}

// RestoreKey tells CRIU to bind source as the external mount number n.
func RestoreKey(n int, source string) string {
	return "mnt[" + strconv.Itoa(n) + "]:" + source
}

// NamespaceKey tells CRIU that the namespace of this kind ("net", "pid") with
// this inode is there at restore as well.
func NamespaceKey(kind string, inode uint64) string {
	return fmt.Sprintf("%s[%d]:%s", kind, inode, namespaceName(kind))
}

// namespaceName is the name of an external namespace in the checkpoint: runc's.
func namespaceName(kind string) string {
	return "extRoot" + strings.ToUpper(kind[:1]) + kind[1:] + "NS"
}
