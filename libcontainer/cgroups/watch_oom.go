package cgroups

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// oomSource returns what announces a lack of memory; nil without a memory
// controller.
func (m *Manager) oomSource() (source, error) {
	if dir, ok := m.paths["memory"]; ok {
		counter, err := notify(dir, "memory.oom_control", "")
		if err != nil {
			return nil, err
		}
		return &oomV1{counter, dir}, nil
	}
	dir, ok := m.paths[""]
	if !ok {
		return nil, nil
	}
	events, err := sys.OpenWatched(dir+"/memory.events", os.O_RDONLY)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o := &oomV2{file: events}
	o.look(0)
	return o, nil
}

// notify has the kernel add to a counter whenever file, of cgroup v1's memory
// controller, announces something, and when the cgroup is removed.
func notify(dir, file, args string) (*os.File, error) {
	counter, err := sys.Eventfd()
	if err != nil {
		return nil, err
	}
	f, err := sys.OpenWatched(dir+"/"+file, os.O_RDONLY)
	if err == nil {
		defer f.Close() // the kernel holds the file itself
		err = write(dir, "cgroup.event_control", fmt.Sprintf("%d %d %s", counter.Fd(), f.Fd(), args))
	}
	if err != nil {
		counter.Close()
		return nil, err
	}
	return counter, nil
}

// oomV1 is announced to before the kernel kills a process, or, with
// disableOOMKiller, lets it wait.
type oomV1 struct {
	counter *os.File
	dir     string
}

func (o *oomV1) wait() sys.Wait { return sys.Wait{File: o.counter, Events: unix.POLLIN} }
func (o *oomV1) close()         { o.counter.Close() }

func (o *oomV1) look(int16) ([]Happening, bool) {
	n, err := sys.EventCount(o.counter)
	if err != nil {
		return nil, false
	}
	if _, err := os.Lstat(o.dir); !gone(err) {
		return []Happening{OOM}, true
	}
	if n > 1 { // one of them for the removal
		return []Happening{OOM, Ended}, false
	}
	return []Happening{Ended}, false
}

// oomV2 counts the processes killed (memory.events; other changes of that file
// are announced as well).
type oomV2 struct {
	file *os.File
	seen uint64
}

func (o *oomV2) wait() sys.Wait { return sys.Wait{File: o.file, Events: unix.POLLPRI} }
func (o *oomV2) close()         { o.file.Close() }

func (o *oomV2) look(int16) ([]Happening, bool) {
	n, err := readEvent(o.file, "oom_kill")
	if err != nil {
		return nil, false // the end of the cgroup is reported elsewhere
	}
	if n == o.seen {
		return nil, true
	}
	o.seen = n
	return []Happening{OOM}, true
}
