package cgroups

import (
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// endSource returns what tells that no process is left; nil if there is none
// already. cgroup v2 announces it, also beside v1. Else the processes are waited for one after the other,
// the container's first at first. It takes init over.
func (m *Manager) endSource(oom source, init *sys.Process) (source, error) {
	dir, ok := m.paths[""]
	if ok {
		events, err := sys.OpenWatched(dir+"/cgroup.events", os.O_RDONLY)
		if err == nil {
			init.Release()
			p := &populated{events, oom}
			if _, more := p.look(0); !more {
				p.close()
				return nil, nil
			}
			return p, nil
		}
		if !gone(err) {
			return nil, err
		}
	}
	p := &processes{m, init}
	if init == nil {
		p.next()
	}
	if p.held == nil {
		return nil, nil
	}
	return p, nil
}

// populated is the file cgroup.events.
type populated struct {
	events *os.File
	// oom is looked at before the end is reported: a kill may have caused it.
	oom source
}

func (p *populated) wait() sys.Wait { return sys.Wait{File: p.events, Events: unix.POLLPRI} }
func (p *populated) close()         { p.events.Close() }

func (p *populated) look(int16) ([]Happening, bool) {
	n, err := readEvent(p.events, "populated")
	if err == nil && n > 0 {
		return nil, true
	}
	if v2, ok := p.oom.(*oomV2); ok {
		list, _ := v2.look(0)
		return append(list, Ended), false
	}
	return []Happening{Ended}, false
}

// processes waits for one process at a time.
type processes struct {
	m    *Manager
	held *sys.Process
}

func (p *processes) wait() sys.Wait { return sys.Wait{File: p.held.File(), Events: unix.POLLIN} }
func (p *processes) close()         { p.held.Release() }

func (p *processes) look(int16) ([]Happening, bool) {
	p.held.Release()
	if p.next(); p.held == nil {
		return []Happening{Ended}, false
	}
	return nil, true
}

// next holds some process that is in the cgroup; nil when there is none.
func (p *processes) next() {
	p.held = nil
	pids, _ := p.m.AllPids() // an error: the cgroup is gone
	for _, pid := range pids {
		if held, err := sys.FindProcess(pid); err == nil {
			p.held = held
			return
		}
	}
}
