// Package libcontainer is the facade: a Factory makes, loads and lists
// Containers under one state root; a Container can be started, looked at,
// killed and deleted. create.go is the table of contents of a start as seen
// from outside; its inside is package initproc.
package libcontainer

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/process"
	"runc/libcontainer/seccomp"
	"runc/libcontainer/state"
)

// What engines look for in messages: the words are runc's.
var (
	ErrNotExist         = state.ErrNotExist
	ErrExist            = state.ErrExist
	ErrNotRunning error = &fault.Error{Code: fault.NotRunning, Err: errors.New("container not running")}
)

// Factory makes, loads and lists the containers of a state root.
type Factory struct {
	root    state.Root
	filters seccomp.Cache
}

// NewFactory returns the factory of a state root, which need not exist yet.
func NewFactory(root string) *Factory { return &Factory{root: state.NewRoot(root)} }

// WithCache returns the factory with compiled seccomp filters kept in dir, which
// need not exist yet; empty: not kept.
func (f *Factory) WithCache(dir string) *Factory {
	f.filters = seccomp.Cache{Dir: dir}
	return f
}

// Spec is a container as it is asked for.
type Spec struct {
	Config  *configs.Config
	Process *configs.Process
	Cgroup  *cgroups.Config
	// NoCgroup leaves the container in the caller's cgroup.
	NoCgroup bool
}

// Container is a container of the state root.
type Container struct {
	dir    *state.Dir
	st     *state.State
	cgroup *cgroups.Manager
	// filters is the factory's cache.
	filters seccomp.Cache
	// init is the first process, in the runtime that made it; nil elsewhere.
	init *process.Process
	// oomBefore is how many processes of the cgroup, which may be an old one,
	// had been killed for want of memory before ours was in it.
	oomBefore uint64
}

// Load returns an existing container. The error is ErrNotExist when there is
// none of that id.
func (f *Factory) Load(id string) (*Container, error) {
	dir, err := f.root.Open(id)
	if err != nil {
		return nil, err
	}
	st, err := dir.Load()
	if err != nil {
		return nil, err
	}
	cgroup, err := cgroups.Load(st.Cgroup, st.CgroupPaths)
	if err != nil {
		return nil, err
	}
	return &Container{dir: dir, st: st, cgroup: cgroup, filters: f.filters}, nil
}

// List returns the ids of all containers, sorted. Some may be gone, or not
// there yet, when they are loaded.
func (f *Factory) List() ([]string, error) { return f.root.List() }

// Remove removes what is left of a container that cannot be loaded: a create
// that was killed before it had written a state.
func (f *Factory) Remove(id string) error {
	dir, err := f.root.Open(id)
	if err != nil {
		return err
	}
	if dir.BeingCreated() {
		return fmt.Errorf("container %s is being created; end that create first", id)
	}
	return dir.Remove()
}

// ID is the container's name.
func (c *Container) ID() string { return c.st.ID }

// Config is what the container was made from.
func (c *Container) Config() *configs.Config { return c.st.Config }

// Created is when the container was made.
func (c *Container) Created() time.Time { return c.st.Created }

// reclaim ends what a create that was killed has left.
func reclaim(st *state.State) error {
	cgroup, err := cgroups.Load(st.Cgroup, st.CgroupPaths)
	if err != nil {
		return err
	}
	if err := cgroup.Signal(unix.SIGKILL); err != nil {
		return err
	}
	return errors.Join(cgroup.Destroy(), rdtOf(st).Destroy())
}

// Owner is the uid that owns the container's directory.
func (f *Factory) Owner(id string) (uint32, error) { return f.root.Owner(id) }
