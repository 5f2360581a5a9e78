package intelrdt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// Create makes what is missing of the group and sets the schemata of what it
// made. On an error nothing of that stays.
func (g *Group) Create() error {
	if g == nil {
		return nil
	}
	err := g.create()
	if err != nil {
		err = fmt.Errorf("linux.intelRdt: %w", err)
	}
	return err
}

func (g *Group) create() error {
	made, err := g.makeDir()
	if err != nil {
		return err
	}
	if made {
		err = g.write(g.lines())
	} else {
		err = g.check(g.lines())
	}
	if err == nil && g.config.EnableMonitoring {
		err = g.explain(os.Mkdir(g.monitor(), 0o755))
	}
	if err != nil && made {
		return errors.Join(err, remove(g.dir))
	}
	return err
}

// makeDir makes the control group unless the closID names one that was set up
// before.
func (g *Group) makeDir() (made bool, err error) {
	_, err = os.Stat(g.dir)
	switch {
	case err == nil && g.own():
		return false, fmt.Errorf("the group %s, named after the container, is there already; remove it, or name it in closID if it is meant", g.dir)
	case err == nil:
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	case !g.own() && len(g.lines()) == 0:
		return false, fmt.Errorf("closID %q without schemata means a group that is there, and %s is not; make it, or give schemata", g.config.ClosID, g.dir)
	}
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		return false, g.explain(err)
	}
	return true, nil
}

// monitor is the directory of the container's counters.
func (g *Group) monitor() string { return filepath.Join(g.dir, "mon_groups", g.id) }

func (g *Group) write(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	return g.explain(sys.WriteKernelFile(filepath.Join(g.dir, "schemata"), lines...))
}

// CanUpdate refuses schemata that `runc update` is asked for and that this host
// has no resource for, in runc's words. Empty: not asked for.
func CanUpdate(l3CacheSchema, memBwSchema string) error {
	root, err := mounted()
	if err != nil {
		return err
	}
	has := func(resource string) bool {
		_, err := os.Stat(filepath.Join(root, "info", resource))
		return root != "" && err == nil
	}
	switch {
	case l3CacheSchema != "" && !has("L3"):
		return errors.New("--l3-cache-schema: Intel RDT/CAT: l3 cache schema is not enabled")
	case memBwSchema != "" && !has("MB"):
		return errors.New("--mem-bw-schema: Intel RDT/MBA: memory bandwidth schema is not enabled")
	}
	return nil
}

// Update sets the two schemata that `runc update` can change; empty: kept. On an
// error the old ones hold. undo puts them back later.
func (g *Group) Update(l3CacheSchema, memBwSchema string) (undo func() error, err error) {
	changed := Group{config: configs.IntelRdt{L3CacheSchema: l3CacheSchema, MemBwSchema: memBwSchema}, root: g.root, dir: g.dir}
	old, err := sys.ReadKernelFile(filepath.Join(g.dir, "schemata"))
	if err != nil {
		return nil, err
	}
	undo = func() error { return g.write([]string{string(old)}) }
	if err := changed.write(changed.lines()); err != nil {
		return nil, errors.Join(err, undo())
	}
	return undo, nil
}

// Join puts a process, by its number here, into the group. It is for the main
// thread of one that has not begun to multiply: resctrl knows threads only.
func (g *Group) Join(pid int) error {
	if g == nil {
		return nil
	}
	dirs := []string{g.dir}
	if g.config.EnableMonitoring {
		dirs = append(dirs, g.monitor()) // after its control group: it must be in there
	}
	for _, dir := range dirs {
		if err := g.explain(sys.WriteKernelFile(filepath.Join(dir, "tasks"), strconv.Itoa(pid))); err != nil {
			return fmt.Errorf("linux.intelRdt: %w", err)
		}
	}
	return nil
}

// Destroy removes the container's counters, and the control group if it is the
// container's alone: others may be in a named one.
func (g *Group) Destroy() error {
	if g == nil {
		return nil
	}
	var list []string
	if g.config.EnableMonitoring {
		list = append(list, g.monitor())
	}
	if g.own() {
		list = append(list, g.dir)
	}
	for _, dir := range list {
		if err := remove(dir); err != nil {
			return fmt.Errorf("linux.intelRdt: %w", err)
		}
	}
	return nil
}

func remove(dir string) error {
	if err := sys.Rmdir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// explain adds what the kernel has to say of its last refusal, which a bare
// errno hides.
func (g *Group) explain(err error) error {
	if err == nil {
		return nil
	}
	status, readErr := os.ReadFile(filepath.Join(g.root, "info", "last_cmd_status"))
	text := strings.Join(strings.Fields(string(status)), " ")
	if readErr == nil && text != "" && text != "ok" {
		return fmt.Errorf("%w: %s", err, text)
	}
	return err
}

// check makes sure that a group set up before is as the config wants it.
func (g *Group) check(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	data, err := sys.ReadKernelFile(filepath.Join(g.dir, "schemata"))
	if err != nil {
		return err
	}
	if missing := difference(strings.Join(lines, ""), string(data)); len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("closID %q: the group is there with other schemata: want %s in %s/schemata; correct one of the two, or choose another closID",
			g.config.ClosID, strings.Join(missing, ", "), g.dir)
	}
	return nil
}
