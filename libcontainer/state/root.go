package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// What callers and engines tell apart. The words are runc's: engines match on
// them.
var (
	ErrExist    error = &fault.Error{Code: fault.IDInUse, Step: "state", Err: errors.New("container with given ID already exists")}
	ErrNotExist error = &fault.Error{Code: fault.NotFound, Step: "state", Err: errors.New("container does not exist")}
	// ErrNoState is for a container whose create has not come to the point of
	// saving a state; if nobody is creating it, the create was killed.
	ErrNoState = fmt.Errorf("%w: it was never fully created; runc delete removes what is left of it", ErrNotExist)
)

// Root is the state root: it holds one directory for each container.
type Root struct {
	path string
}

// NewRoot returns the root at an absolute path ("/run/runc"), which need not
// exist yet.
func NewRoot(path string) Root { return Root{path} }

// Reclaim undoes what a create that was killed left outside the state
// directory: processes and cgroup. s is the state that it had saved; it is not
// called when there is none.
type Reclaim func(s *State) error

// Create makes the directory of a new container, the root (0700) if need be,
// and locks it until Unlock, Remove, or the death of this process. The error
// is ErrExist when there is a container of that name or one is being created;
// what a killed create has left is reclaimed and removed.
//
// The directory appears under its name by a rename, locked and marked as being
// created from the first moment, so there is no half-made one to misjudge.
func (r Root) Create(id string, reclaim Reclaim) (*Dir, error) {
	if err := ValidateID(id); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(r.path, 0o700); err != nil {
		return nil, fmt.Errorf("create state root: %w", err)
	}
	d, err := r.draft(id)
	if err != nil {
		return nil, err
	}
	if err := r.publish(d, reclaim); err != nil {
		d.Remove()
		return nil, err
	}
	return d, nil
}

// maxTries bounds the loops that start over when another process was faster.
const maxTries = 100

// draft makes the locked and marked directory under a name that is not an id.
// The name is the same each time, so that one left behind is used again.
func (r Root) draft(id string) (*Dir, error) {
	const maxName = 255 // NAME_MAX
	d := &Dir{id: id, path: filepath.Join(r.path, ":"+id[:min(len(id), maxName-1)])}
	for range maxTries {
		if err := os.Mkdir(d.path, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("create state directory: %w", err)
		}
		switch err := d.acquire(); {
		case errors.Is(err, errMoved):
			continue
		case errors.Is(err, ErrExist):
			return nil, err
		case err != nil:
			_ = sys.Rmdir(d.path) // want of descriptors, say: it was made in vain
			return nil, err
		}
		mark, err := os.OpenFile(d.file(markFile), os.O_CREATE|os.O_WRONLY|unix.O_CLOEXEC, 0o600)
		if err != nil {
			d.Remove()
			return nil, fmt.Errorf("mark state directory: %w", err)
		}
		return d, mark.Close()
	}
	return nil, fmt.Errorf("create state directory %s: it keeps being replaced", d.path)
}

// publish gives the draft d its name, after what a dead create left there.
func (r Root) publish(d *Dir, reclaim Reclaim) error {
	path := filepath.Join(r.path, d.id)
	for range maxTries {
		err := sys.RenameNoReplace(d.path, path)
		if err == nil {
			d.path = path
			return nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("create state directory: %w", err)
		}
		err = (&Dir{id: d.id, path: path}).clear(reclaim)
		if err != nil && !errors.Is(err, errMoved) {
			return err
		}
	}
	return fmt.Errorf("create state directory %s: it keeps being replaced", path)
}

// Open returns the directory of a container. ErrNotExist if there is none.
func (r Root) Open(id string) (*Dir, error) {
	if err := ValidateID(id); err != nil {
		return nil, err
	}
	d := &Dir{id: id, path: filepath.Join(r.path, id)}
	info, err := os.Lstat(d.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil, ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("open container %s: %w", id, err)
	}
	return d, nil
}

// List returns the ids of all containers, sorted, those being created
// included; what has no state is none. A root that does not exist has none.
func (r Root) List() ([]string, error) {
	entries, err := os.ReadDir(r.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list containers: %w", err)
	}
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if !e.IsDir() || ValidateID(e.Name()) != nil {
			continue
		}
		if _, err := os.Lstat(filepath.Join(r.path, e.Name(), stateFile)); err == nil {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

// Owner returns the uid that a container's directory belongs to, as list shows
// it. ErrNotExist if there is none.
func (r Root) Owner(id string) (uint32, error) {
	d, err := r.Open(id)
	if err != nil {
		return 0, err
	}
	info, err := os.Lstat(d.path)
	if err != nil {
		return 0, fmt.Errorf("owner of container %s: %w", id, err)
	}
	return info.Sys().(*syscall.Stat_t).Uid, nil
}
