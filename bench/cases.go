package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// A testCase is something that runtimes do.
type testCase struct {
	name string
	idle bool // measured after an idle moment as well

	// begin prepares the case for a runtime. A nil station: the runtime can't.
	begin func(l *lab, r runtime) (*station, error)
}

// A station is a runtime at a case.
type station struct {
	// next returns the words for spawn of the next turn, and what is to be
	// done after it, unmeasured both.
	next func() (words []string, after func(), err error)
	end  func()
}

// testCases is the list, in the order of the report.
func testCases() []testCase {
	return []testCase{
		{name: "run true", idle: true, begin: runs("plain")},
		{name: "run true, seccomp profile, cold", begin: runsCold},
		{name: "run true, seccomp profile, warm", idle: true, begin: runs("seccomp", withSeccomp(0))},
		{name: "run true, 64 mounts more", begin: runsWithMounts},
		{name: "run true, user namespace", begin: runsInUserNamespace},
		{name: "create + start + delete", begin: lifecycle},
		{name: "exec true", idle: true, begin: onRunning("exec", "/bin/true")},
		{name: "state", idle: true, begin: onRunning("state")},
		{name: "delete --force of a running one", idle: true, begin: deletes},
		{name: "list of 100", begin: lists(100)},
		{name: "list of 500", begin: lists(500)},
		{name: "--version", begin: versions},
	}
}

func nothing() {}

// bundle makes a bundle for the view we are in.
func (l *lab) bundle(name, rootfs string, changes ...change) (string, error) {
	if l.inside == "v2" {
		changes = append(changes, withCgroupNamespace)
	}
	return l.makeBundle(name, rootfs, changes...)
}

// runs is `run` of a container that ends at once. The floor can do the plain one.
func runs(name string, changes ...change) func(*lab, runtime) (*station, error) {
	return func(l *lab, r runtime) (*station, error) {
		if r.isFloor() {
			return l.floorStation(r, name == "plain")
		}
		bundle, err := l.bundle(name, l.rootfs, changes...)
		if err != nil {
			return nil, err
		}
		return l.runStation(r, bundle), nil
	}
}

func (l *lab) runStation(r runtime, bundle string) *station {
	return &station{end: nothing, next: func() ([]string, func(), error) {
		return l.command(r, "run", "--bundle", bundle, l.newID()), nothing, nil
	}}
}

// floorStation is a turn of floor.c.
func (l *lab) floorStation(r runtime, can bool, more ...string) (*station, error) {
	if !can {
		return nil, nil
	}
	return &station{end: nothing, next: func() ([]string, func(), error) {
		return append([]string{r.Path, l.rootfs, l.inside, l.newID()}, more...), nothing, nil
	}}, nil
}

// runsCold has a profile of its own in each turn, which no cache knows.
func runsCold(l *lab, r runtime) (*station, error) {
	if r.isFloor() {
		return nil, nil
	}
	return &station{end: nothing, next: func() ([]string, func(), error) {
		id := l.newID()
		bundle, err := l.bundle("cold-"+id, l.rootfs, withSeccomp(l.count))
		return l.command(r, "run", "--bundle", bundle, id), func() { os.RemoveAll(bundle) }, err
	}}, nil
}

func runsWithMounts(l *lab, r runtime) (*station, error) {
	const count = 64
	for i := range count {
		if err := os.MkdirAll(filepath.Join(l.rootfs, "mnt", fmt.Sprint(i)), 0o755); err != nil {
			return nil, err
		}
	}
	if r.isFloor() {
		return l.floorStation(r, true, fmt.Sprint(count), l.source)
	}
	bundle, err := l.bundle("mounts", l.rootfs, withMounts(count, l.source))
	return l.runStation(r, bundle), err
}

func runsInUserNamespace(l *lab, r runtime) (*station, error) {
	if r.isFloor() {
		return nil, nil
	}
	bundle, err := l.bundle("user", l.userRootfs, withUserNamespace)
	return l.runStation(r, bundle), err
}

// lifecycle is what an engine does: three commands, and a wait for the container.
func lifecycle(l *lab, r runtime) (*station, error) {
	if r.isFloor() {
		return nil, nil
	}
	bundle, err := l.bundle("plain", l.rootfs)
	return &station{end: nothing, next: func() ([]string, func(), error) {
		id := l.newID()
		words := append(l.command(r, "create", "--bundle", bundle, id), "--")
		words = append(append(words, l.command(r, "start", id)...), "++")
		return append(words, l.command(r, "delete", id)...), nothing, nil
	}}, err
}

// holdSleeper has a container sleep. The function ends it.
func (l *lab) holdSleeper(r runtime, id string) (func(), error) {
	bundle, err := l.bundle("sleep", l.rootfs, withArgs("/bin/sleep", "600"))
	if err != nil {
		return nil, err
	}
	held, err := l.hold(l.command(r, "run", "--detach", "--bundle", bundle, id)...)
	if err != nil {
		return nil, err
	}
	return func() {
		l.cleanUp(r, id)
		held.wait()
	}, nil
}

// onRunning is a command on a running container.
func onRunning(command string, args ...string) func(*lab, runtime) (*station, error) {
	return func(l *lab, r runtime) (*station, error) {
		if r.isFloor() {
			return nil, nil
		}
		id := l.newID()
		end, err := l.holdSleeper(r, id)
		return &station{end: end, next: func() ([]string, func(), error) {
			return l.command(r, append([]string{command, id}, args...)...), nothing, nil
		}}, err
	}
}

// deletes has another container to delete in each turn.
func deletes(l *lab, r runtime) (*station, error) {
	if r.isFloor() {
		return nil, nil
	}
	return &station{end: nothing, next: func() ([]string, func(), error) {
		id := l.newID()
		end, err := l.holdSleeper(r, id)
		return l.command(r, "delete", "--force", id), end, err
	}}, nil
}

// lists has a state root with one container that runs, and copies of its state
// under other ids.
func lists(count int) func(*lab, runtime) (*station, error) {
	return func(l *lab, r runtime) (*station, error) {
		if r.isFloor() {
			return nil, nil
		}
		id := l.newID()
		end, err := l.holdSleeper(r, id)
		if err != nil {
			return nil, err
		}
		root := filepath.Join(l.dir, fmt.Sprintf("list-%s-%d", r.Name, count))
		for i := range count {
			if err := copyState(filepath.Join(l.stateRoot(r), id), root, id, fmt.Sprintf("copy-%d", i)); err != nil {
				end()
				return nil, err
			}
		}
		return &station{
			next: func() ([]string, func(), error) { return []string{r.Path, "--root", root, "list"}, nothing, nil },
			end: func() {
				os.RemoveAll(root)
				end()
			},
		}, nil
	}
}

// copyState copies the state directory of one id to another below root.
func copyState(from, root, id, newID string) error {
	to := filepath.Join(root, newID)
	if err := os.MkdirAll(to, 0o711); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(from, entry.Name()))
		if err != nil {
			return err
		}
		for _, form := range []string{`"id":"%s"`, `"id": "%s"`} {
			data = bytes.ReplaceAll(data, fmt.Appendf(nil, form, id), fmt.Appendf(nil, form, newID))
		}
		if err := os.WriteFile(filepath.Join(to, entry.Name()), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func versions(_ *lab, r runtime) (*station, error) {
	if r.isFloor() {
		return nil, nil
	}
	return &station{end: nothing, next: func() ([]string, func(), error) {
		return []string{r.Path, "--version"}, nothing, nil
	}}, nil
}

// cleanUp removes a container, whatever became of it.
func (l *lab) cleanUp(r runtime, id string) {
	if r.isFloor() {
		return
	}
	// After Ctrl-C as well.
	_, _ = l.spawnIn(context.WithoutCancel(l.ctx), l.command(r, "delete", "--force", id)...)
}
