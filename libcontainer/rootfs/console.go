package rootfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// Console binds the peer of a pseudo terminal on /dev/console. It is the open
// peer, not a path, and it must be a terminal on a devpts (CVE-2025-52565). A
// symlink on /dev/console is refused (CVE-2026-88264). To be called between
// Mounts and Seal.
func (b *Builder) Console(peer *os.File) error {
	if err := b.console(peer); err != nil {
		return fmt.Errorf("/dev/console: %w", err)
	}
	return nil
}

func (b *Builder) console(peer *os.File) error {
	if err := checkPeer(peer); err != nil {
		return err
	}
	defer b.dir.close()
	dir, name, err := b.parent("/dev/console")
	if err != nil {
		return err
	}
	at, err := safepath.MakeEntry(dir, name, 0o600)
	if err != nil {
		return notAnEntry(err)
	}
	defer at.Close()
	tree, err := b.door.take(peer, "", false)
	if err != nil {
		return err
	}
	mnt, err := b.door.bind(tree, at, false, nil)
	if err != nil {
		return err
	}
	return mnt.Close()
}

// Majors of the peers of pseudo terminals (Documentation/admin-guide/devices.txt).
const firstPtyMajor, lastPtyMajor = 136, 143

func checkPeer(peer *os.File) error {
	on, err := safepath.IsDevpts(peer)
	if err != nil {
		return err
	}
	st, err := sys.Fstat(peer)
	if err != nil {
		return err
	}
	major := unix.Major(uint64(st.Rdev)) //nolint:unconvert // 32 bits on mips
	if !on || st.Mode&unix.S_IFMT != unix.S_IFCHR || major < firstPtyMajor || major > lastPtyMajor {
		return errors.New("the terminal is not one of a devpts")
	}
	return nil
}
