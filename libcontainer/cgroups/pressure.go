package cgroups

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// PressureLevel says how much a container has to lack memory before a Watcher
// reports it.
type PressureLevel string

// The levels, in the words of cgroup v1 (memory.pressure_level): the kernel
// reclaims memory; reclaims a lot; is about to kill. With cgroup v2, in two
// seconds some process waited for memory a tenth, or a half, of the time; or all
// did half of the time (memory.pressure).
const (
	LowPressure      PressureLevel = "low"
	MediumPressure   PressureLevel = "medium"
	CriticalPressure PressureLevel = "critical"
)

// trigger is what memory.pressure takes: which share of waiting, for how many
// microseconds out of how many. A window of two seconds is allowed to everyone.
func (l PressureLevel) trigger() string {
	switch l {
	case LowPressure:
		return "some 200000 2000000"
	case MediumPressure:
		return "some 1000000 2000000"
	case CriticalPressure:
		return "full 1000000 2000000"
	}
	return ""
}

// pressureSource returns what announces pressure; nil if no level is asked for.
func (m *Manager) pressureSource(level PressureLevel) (source, error) {
	if level == "" {
		return nil, nil
	}
	if level.trigger() == "" {
		return nil, fmt.Errorf("pressure level %q is not known; choose low, medium or critical", level)
	}
	if dir, ok := m.paths["memory"]; ok {
		counter, err := notify(dir, "memory.pressure_level", string(level))
		if err != nil {
			return nil, err
		}
		return &pressureV1{counter, dir}, nil
	}
	dir, ok := m.paths[""]
	if !ok {
		return nil, errors.New("memory pressure: the container has no cgroup that tells it")
	}
	f, err := sys.OpenWatched(dir+"/memory.pressure", os.O_RDWR)
	if err == nil {
		if _, err = f.WriteString(level.trigger()); err == nil {
			return &pressureV2{f}, nil
		}
		f.Close()
	}
	if errors.Is(err, unix.EOPNOTSUPP) || gone(err) {
		err = fmt.Errorf("%w (boot with psi=1)", err)
	}
	return nil, err
}

// pressureV2 is announced to once in a window at most. It holds the trigger.
type pressureV2 struct{ file *os.File }

func (p *pressureV2) wait() sys.Wait { return sys.Wait{File: p.file, Events: unix.POLLPRI} }
func (p *pressureV2) close()         { p.file.Close() }

func (p *pressureV2) look(events int16) ([]Happening, bool) {
	if events&unix.POLLERR != 0 { // the cgroup is gone
		return nil, false
	}
	return []Happening{Pressure}, true
}

type pressureV1 struct {
	counter *os.File
	dir     string
}

func (p *pressureV1) wait() sys.Wait { return sys.Wait{File: p.counter, Events: unix.POLLIN} }
func (p *pressureV1) close()         { p.counter.Close() }

func (p *pressureV1) look(int16) ([]Happening, bool) {
	_, err := sys.EventCount(p.counter)
	if _, gonErr := os.Lstat(p.dir); err != nil || gone(gonErr) {
		return nil, false
	}
	return []Happening{Pressure}, true
}
