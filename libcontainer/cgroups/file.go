package cgroups

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// root is where the hierarchies are mounted. It is a constant: a container is
// kept from mounting over it by being in another mount namespace.
const root = "/sys/fs/cgroup"

// checkPath refuses a directory, from a state file, that cannot be a cgroup.
func checkPath(dir string) error {
	if filepath.Clean(dir) != dir || !filepath.IsAbs(dir) || dir == "/" || dir == root {
		return fmt.Errorf("%q is not the path of a cgroup", dir)
	}
	return nil
}

func read(dir, file string) (string, error) {
	data, err := sys.ReadKernelFile(dir + "/" + file)
	return string(data), err
}

func write(dir, file string, values ...string) error {
	return sys.WriteKernelFile(dir+"/"+file, values...)
}

// readKey returns the number behind key in a file of "key number" lines, 0 when
// it is not there.
func readKey(dir, file, key string) (uint64, error) {
	text, err := read(dir, file)
	if err != nil {
		return 0, err
	}
	return lookup(text, key)
}

func lookup(text, key string) (uint64, error) {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, key+" "); ok {
			return strconv.ParseUint(strings.TrimSpace(value), 10, 64)
		}
	}
	return 0, nil
}

// readEvent is readKey for an open file, which poll(2) watches.
func readEvent(f *os.File, key string) (uint64, error) {
	buf := make([]byte, 4096)
	n, err := f.ReadAt(buf, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	return lookup(string(buf[:n]), key)
}

// gone tells whether err says that a cgroup, or a file of it, is not there
// (any more).
func gone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENODEV)
}

// denied tells whether err is a lack of permission, of whatever kind.
func denied(err error) bool {
	return errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EROFS)
}
