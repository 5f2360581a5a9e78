package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"runc/libcontainer/fault"
)

// The files in a container's directory. The first two are runc's.
const (
	stateFile = "state.json"
	gateFile  = "exec.fifo"
	// markFile is there until the create has ended.
	markFile = "creating"
)

// Dir is the directory of one container.
type Dir struct {
	id   string
	path string
	// lock is the locked directory while we are creating the container.
	lock *os.File
}

// ID returns the container's id.
func (d *Dir) ID() string { return d.id }

// Path returns the directory, for messages and for what keeps files of its own
// there.
func (d *Dir) Path() string { return d.path }

func (d *Dir) file(name string) string { return filepath.Join(d.path, name) }

func (d *Dir) has(name string) bool {
	_, err := os.Lstat(d.file(name))
	return err == nil
}

// Save writes s (mode 0600) in place of the state that is there, all or
// nothing. Unknown keys of the file that s was loaded from are kept.
func (d *Dir) Save(s *State) error {
	data, err := encode(s)
	if err != nil {
		return fmt.Errorf("save state of %s: %w", d.id, err)
	}
	// The pid keeps two savers apart; a file left by a killed one goes with
	// the directory. No fsync: after a crash of the machine no container is
	// left to manage.
	tmp := d.file(stateFile + "." + strconv.Itoa(os.Getpid()))
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		os.Remove(tmp)
		return fmt.Errorf("save state of %s: %w", d.id, err)
	}
	if err := os.Rename(tmp, d.file(stateFile)); err != nil {
		os.Remove(tmp)
		return fmt.Errorf("save state of %s: %w", d.id, err)
	}
	return nil
}

// Load reads the state. The error is ErrNoState when none was saved yet, and
// ErrNotExist when the container was removed meanwhile.
func (d *Dir) Load() (*State, error) {
	data, err := os.ReadFile(d.file(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(d.path); errors.Is(err, fs.ErrNotExist) {
			return nil, ErrNotExist
		}
		return nil, fmt.Errorf("%w: %s", ErrNoState, d.id)
	}
	if err != nil {
		return nil, fmt.Errorf("load state of %s: %w", d.id, err)
	}
	s, err := decode(data)
	if err != nil {
		return nil, d.unreadable(fmt.Errorf("%s: %w", d.file(stateFile), err))
	}
	if s.ID != d.id {
		return nil, d.unreadable(fmt.Errorf("%s is of another container: %q", d.file(stateFile), s.ID))
	}
	return s, nil
}

// unreadable says what is left to do about a state that nobody can read.
func (d *Dir) unreadable(err error) error {
	return &fault.Error{
		Code: fault.State, Step: "state",
		Hint: "end what is left of the container by hand, then remove " + d.path,
		Err:  fmt.Errorf("load state of %s: %w", d.id, err),
	}
}

// Remove deletes the directory with all that is in it. It is no error when it
// is gone.
func (d *Dir) Remove() error {
	defer d.unlock()
	if d.lock != nil {
		// Want of descriptors may be why the create failed: RemoveAll takes two.
		names, _ := d.lock.Readdirnames(-1)
		for _, name := range names {
			_ = os.Remove(d.file(name))
		}
	}
	if err := os.RemoveAll(d.path); err != nil {
		return fmt.Errorf("remove state of %s: %w", d.id, err)
	}
	return nil
}
