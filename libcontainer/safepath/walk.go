package safepath

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// making says what a walk does about a missing component.
type making uint8

const (
	makeNothing making = iota
	makeDirs
	makeFile
)

// Bounds of a walk: the kernel follows 40 symlinks too; a component that
// changes its kind again and again is somebody's attack.
const (
	maxLinks = 40
	maxRaces = 64
)

// walker resolves a path component by component. It holds every directory that
// it came through: ".." goes back to the one held, which no rename can change.
type walker struct {
	root    *os.File
	flags   int    // of the last open; O_PATH unless the caller wants to read
	make    making // of missing components
	mode    uint32 // of what is made last
	noLinks bool
	// visit checks each thing on the way; nil: no check.
	visit func(*os.File) error

	held  []*os.File // below root, innermost last
	names []string   // of held
	todo  []string   // components yet to go, next one last
	links int
	races int
	made  bool // the last component was made
}

// walk returns what is at p under root. All directories held on the way are
// closed.
func (w *walker) walk(p string) (*Place, error) {
	defer w.back(0)
	w.push(p)
	for len(w.todo) > 0 {
		name := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		if name == ".." {
			w.back(len(w.held) - 1)
			continue
		}
		last, err := w.step(name)
		if err != nil || last != nil {
			return last, err
		}
	}
	return w.endHere()
}

// endHere finishes the walk at the directory that it is in.
func (w *walker) endHere() (*Place, error) {
	here := &Place{Path: w.path(""), Made: w.made}
	if last := len(w.held) - 1; last >= 0 && w.flags&^unix.O_DIRECTORY == unix.O_PATH {
		here.File, w.held = w.held[last], w.held[:last]
		return here, nil
	}
	var err error
	here.File, err = sys.Openat(w.here(), ".", w.flags|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	return here, nil
}

// push puts the components of p before those that are left. An absolute path
// begins at the root again.
func (w *walker) push(p string) {
	if strings.HasPrefix(p, "/") {
		w.back(0)
	}
	parts := strings.Split(p, "/")
	for _, part := range slices.Backward(parts) {
		if part != "" && part != "." {
			w.todo = append(w.todo, part)
		}
	}
}

// back lets go of all held directories but the first n.
func (w *walker) back(n int) {
	for len(w.held) > max(n, 0) {
		last := len(w.held) - 1
		w.held[last].Close()
		w.held, w.names = w.held[:last], w.names[:last]
	}
}

func (w *walker) here() *os.File {
	if len(w.held) == 0 {
		return w.root
	}
	return w.held[len(w.held)-1]
}

func (w *walker) path(name string) string {
	p := "/" + strings.Join(w.names, "/")
	if len(w.names) > 0 && name != "" {
		p += "/"
	}
	return p + name
}

// step goes to name in the present directory. It returns a place when that is
// the end and no directory.
func (w *walker) step(name string) (*Place, error) {
	f, err := sys.Openat(w.here(), name, unix.O_PATH|unix.O_NOFOLLOW, 0)
	if errors.Is(err, unix.ENOENT) && w.make != makeNothing {
		return w.create(name)
	}
	if err != nil {
		return nil, err
	}
	return w.enter(name, f)
}

// enter goes on with f, which was found under name.
func (w *walker) enter(name string, f *os.File) (*Place, error) {
	st, err := sys.Fstat(f)
	if err == nil && w.visit != nil {
		err = w.visit(f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		w.held, w.names = append(w.held, f), append(w.names, name)
		return nil, nil
	case unix.S_IFLNK:
		defer f.Close()
		return nil, w.follow(f)
	}
	return w.end(name, f)
}

// follow goes on with the text of a symlink. That of a magic link is text like
// any other, resolved under the root.
func (w *walker) follow(link *os.File) error {
	if w.links++; w.links > maxLinks || w.noLinks {
		return &os.PathError{Op: "open", Path: link.Name(), Err: unix.ELOOP}
	}
	w.made = false
	text, err := sys.Readlink(link)
	if err == nil {
		w.push(text)
	}
	return err
}

// end finishes the walk at f, which is no directory.
func (w *walker) end(name string, f *os.File) (*Place, error) {
	if len(w.todo) > 0 || w.flags&unix.O_DIRECTORY != 0 {
		defer f.Close()
		return nil, &os.PathError{Op: "open", Path: f.Name(), Err: unix.ENOTDIR}
	}
	if w.flags&unix.O_PATH == 0 {
		var err error
		f.Close()
		if f, err = sys.Openat(w.here(), name, w.flags|unix.O_NOFOLLOW, 0); err != nil {
			return nil, err
		}
	}
	return &Place{File: f, Path: w.path(name), Made: w.made}, nil
}

// create makes the missing name: a file if that is wanted and name the last, a
// directory otherwise. Whoever was faster is looked at as if it had been there.
func (w *walker) create(name string) (*Place, error) {
	last := len(w.todo) == 0
	if last && w.make == makeFile {
		return w.createFile(name)
	}
	mode := uint32(0o755)
	if w.make == makeDirs {
		mode = w.mode
	}
	err := sys.Mkdirat(w.here(), name, mode)
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return nil, err
	}
	w.made = last && err == nil
	return nil, w.again(name)
}

func (w *walker) createFile(name string) (*Place, error) {
	const flags = unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_RDONLY
	f, err := sys.Openat(w.here(), name, flags, w.mode)
	if errors.Is(err, unix.EEXIST) {
		return nil, w.again(name)
	}
	if err != nil {
		return nil, err
	}
	return &Place{File: f, Path: w.path(name), Made: true}, nil
}

// again repeats name.
func (w *walker) again(name string) error {
	if w.races++; w.races > maxRaces {
		return &os.PathError{Op: "create", Path: w.path(name), Err: unix.EAGAIN}
	}
	w.todo = append(w.todo, name)
	return nil
}
