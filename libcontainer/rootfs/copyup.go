package rootfs

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// copyUp copies what is in the directory from, which a new tmpfs covers, to the
// root of that (tmpcopyup). Both are held; no name is followed out of them.
// Sockets, which mean nothing without their process, are left out.
func copyUp(from, to *os.File) error {
	if err := copyDir(from, to); err != nil {
		return fmt.Errorf("tmpcopyup: %w", err)
	}
	return nil
}

// copyDir copies the entries of a directory, from and to being open by O_PATH.
func copyDir(from, to *os.File) error {
	list, err := sys.Openat(from, ".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer list.Close()
	names, err := list.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := copyEntry(from, to, name); err != nil {
			return err
		}
	}
	return nil
}

func copyEntry(from, to *os.File, name string) error {
	f, err := sys.Openat(from, name, unix.O_PATH|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := sys.Fstat(f)
	if err != nil {
		return err
	}
	mode := st.Mode & 0o7777
	switch kind := st.Mode & unix.S_IFMT; kind {
	case unix.S_IFDIR:
		return copySubdir(f, to, name, &st)
	case unix.S_IFREG:
		return copyFile(from, to, name, &st)
	case unix.S_IFLNK:
		return copyLink(f, to, name, &st)
	case unix.S_IFCHR, unix.S_IFBLK, unix.S_IFIFO:
		rdev := uint64(st.Rdev) //nolint:unconvert // 32 bits on mips
		err := sys.Mknodat(to, name, kind|mode, unix.Major(rdev), unix.Minor(rdev))
		if errors.Is(err, unix.EPERM) {
			return nil // no device nodes in a user namespace
		}
		if err != nil {
			return err
		}
		return sys.Chownat(to, name, int(st.Uid), int(st.Gid))
	}
	return nil
}

func copySubdir(from, to *os.File, name string, st *unix.Stat_t) error {
	if err := sys.Mkdirat(to, name, 0o700); err != nil {
		return err
	}
	dir, err := sys.Openat(to, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := copyDir(from, dir); err != nil {
		return err
	}
	return ownerAndMode(dir, st)
}

func copyFile(from, to *os.File, name string, st *unix.Stat_t) error {
	// O_NONBLOCK: by now the name may be a FIFO.
	in, err := sys.Openat(from, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	now, err := sys.Fstat(in)
	if err != nil {
		return err
	}
	if now.Dev != st.Dev || now.Ino != st.Ino {
		return errSwapped(in.Name())
	}
	out, err := sys.Openat(to, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return ownerAndMode(out, st)
}

func copyLink(from, to *os.File, name string, st *unix.Stat_t) error {
	text, err := sys.Readlink(from)
	if err != nil {
		return err
	}
	if err := sys.Symlinkat(text, to, name); err != nil {
		return err
	}
	return sys.Chownat(to, name, int(st.Uid), int(st.Gid))
}

// ownerAndMode sets both in this order: a change of owner clears set-id bits.
func ownerAndMode(f *os.File, st *unix.Stat_t) error {
	if st.Uid != 0 || st.Gid != 0 {
		if err := sys.Chownat(f, "", int(st.Uid), int(st.Gid)); err != nil {
			return err
		}
	}
	return sys.Fchmod(f, st.Mode&0o7777)
}
