package rootfs

import (
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// takesAway are the options of a mount that take rights away.
const takesAway = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOSYMFOLLOW

// Restrict sets on the mount whose root is at those options of m that take
// rights away and that it lacks. The caller is in its mount namespace.
func Restrict(at *os.File, m *configs.Mount) error {
	st, err := sys.Fstatfs(at)
	if err != nil {
		return err
	}
	has := attrsOfStatfs(int64(st.Flags)) //nolint:unconvert // 32 bits on some machines
	if lacks := attrsOf(m.Flags&takesAway) &^ has; lacks != 0 {
		if err := sys.MountSetattr(at, sys.MountAttr{Set: lacks}); err != nil {
			return err
		}
	}
	if m.RecSet&^uint64(unix.MOUNT_ATTR__ATIME) == 0 {
		return nil
	}
	return sys.MountSetattr(at, sys.MountAttr{Set: m.RecSet &^ unix.MOUNT_ATTR__ATIME, Recursive: true})
}
