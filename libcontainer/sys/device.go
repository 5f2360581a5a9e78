package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// Mknodat makes the node name in dir. mode holds the S_IF* type and the
// permission bits, which are subject to the umask. EPERM in a user namespace
// and without CAP_MKNOD.
func Mknodat(dir *os.File, name string, mode uint32, major, minor uint32) error {
	return at("mknod", dir, name, func(dirfd int) error {
		return unix.Mknodat(dirfd, name, mode, int(unix.Mkdev(major, minor)))
	})
}

// IsNode tells whether st is a node of the S_IF* type with these numbers.
func IsNode(st *unix.Stat_t, kind uint32, major, minor uint32) bool {
	return st.Mode&unix.S_IFMT == kind &&
		(kind == unix.S_IFIFO || uint64(st.Rdev) == unix.Mkdev(major, minor)) //nolint:unconvert // 32 bits on mips
}
