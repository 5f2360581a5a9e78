package cgroups

import (
	"fmt"
	"os"
	"time"

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
		kills, err := readKey(dir, "memory.oom_control", "oom_kill")
		if err != nil {
			counter.Close()
			return nil, err
		}
		return &oomV1{counter, dir, kills}, nil
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

// oomV1 is announced to before the kernel kills a process, and at times more
// than once for the same. With disableOOMKiller processes wait instead.
type oomV1 struct {
	counter *os.File
	dir     string
	seen    uint64
}

func (o *oomV1) wait() sys.Wait { return sys.Wait{File: o.counter, Events: unix.POLLIN} }
func (o *oomV1) close()         { o.counter.Close() }

// killPatience bounds the wait for the kill that was announced.
const killPatience = 200 * time.Millisecond

func (o *oomV1) look(int16) ([]Happening, bool) {
	n, err := sys.EventCount(o.counter)
	if err != nil {
		return nil, false
	}
	removals := uint64(1) // the removal of the cgroup is announced, too
	for deadline := time.Now().Add(killPatience); ; time.Sleep(time.Millisecond) {
		control, err := read(o.dir, "memory.oom_control")
		switch {
		case gone(err) && n > removals:
			return []Happening{OOM, Ended}, false
		case gone(err):
			return []Happening{Ended}, false
		case err != nil:
			return nil, false
		}
		removals = 0 // what was announced was something else
		if waits, _ := lookup(control, "oom_kill_disable"); waits == 1 {
			return []Happening{OOM}, true
		}
		kills, _ := lookup(control, "oom_kill")
		if kills > o.seen {
			o.seen = kills
			return []Happening{OOM}, true
		}
		if time.Now().After(deadline) { // nobody had to be killed after all
			return nil, true
		}
	}
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
