// Package safepath opens paths that a hostile container may have prepared. A
// path is resolved below a held root directory as if that were "/": absolute
// symlinks and ".." stay inside, and the magic links of procfs are never
// followed. What is missing is made one component at a time in a held
// directory, so that nobody can exchange a component meanwhile
// (CVE-2021-30465, CVE-2024-45310).
//
// openat2(2) does the work where it can. A walk of our own, with one O_PATH
// descriptor for each directory on the way, makes what is missing, resolves
// symlinks whose target is wanted as text, and replaces openat2 where the
// kernel or a sandbox lacks it.
package safepath

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Place is a file or directory under a root, held by O_PATH.
type Place struct {
	*os.File
	// Path is where it lay under the root when it was opened: absolute, free
	// of symlinks.
	Path string
	// Made says that it did not exist before.
	Made bool
}

const (
	inRoot  = unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS
	noLinks = inRoot | unix.RESOLVE_NO_SYMLINKS
)

// Open opens p under root, following symlinks in there, with O_* flags (not
// O_CREAT). A name that a container controls may be a FIFO or a device: give
// O_PATH or O_NONBLOCK, and check what came.
func Open(root *os.File, p string, flags int) (*os.File, error) {
	f, err := sys.Openat2(root, nonEmpty(p), flags, inRoot)
	if err == nil || !walkInstead(err) {
		return f, err
	}
	w := walker{root: root, flags: flags}
	place, err := w.walk(p)
	if err != nil {
		return nil, err
	}
	return place.File, nil
}

// Find opens what is at p under root, following symlinks in there. The error
// is ENOENT when nothing is.
func Find(root *os.File, p string) (*Place, error) {
	return locate(&walker{root: root}, p)
}

// MakeDir is Find, and makes the directories that are missing, with mode. A
// dangling symlink is resolved and its target made. What exists need not be a
// directory.
func MakeDir(root *os.File, p string, mode uint32) (*Place, error) {
	return locate(&walker{root: root, make: makeDirs, mode: mode}, p)
}

// MakeRealDir is MakeDir without any symlink on the way (ELOOP).
func MakeRealDir(root *os.File, p string, mode uint32) (*Place, error) {
	return locate(&walker{root: root, make: makeDirs, mode: mode, noLinks: true}, p)
}

// MakeFile is Find, and makes an empty file with mode if nothing exists, and
// the directories on the way with mode 0755. What exists need not be a file.
func MakeFile(root *os.File, p string, mode uint32) (*Place, error) {
	return locate(&walker{root: root, make: makeFile, mode: mode}, p)
}

// locate tries p without symlinks first: then the path is the place, and one
// system call is all.
func locate(w *walker, p string) (*Place, error) {
	f, err := sys.Openat2(w.root, nonEmpty(p), unix.O_PATH, noLinks)
	if err == nil {
		return &Place{File: f, Path: path.Clean("/" + p)}, nil
	}
	symlink := errors.Is(err, unix.ELOOP) && !w.noLinks
	missing := errors.Is(err, unix.ENOENT) && w.make != makeNothing
	if !symlink && !missing && !walkInstead(err) {
		return nil, err
	}
	w.flags = unix.O_PATH
	return w.walk(p)
}

// walkInstead tells whether openat2 failed for a reason of its own: the walk
// does not mind renames elsewhere, for which openat2 gave up.
func walkInstead(err error) bool {
	return sys.Unavailable(err) || errors.Is(err, unix.EAGAIN)
}

func nonEmpty(p string) string {
	if p == "" {
		return "."
	}
	return p
}
