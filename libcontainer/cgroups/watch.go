package cgroups

import (
	"fmt"

	"runc/libcontainer/sys"
)

// Happening is what a Watcher reports.
type Happening string

// The happenings.
const (
	// OOM: the cgroup ran out of memory; mostly a process was killed.
	OOM Happening = "oom"
	// Pressure: processes of the cgroup wait for memory.
	Pressure Happening = "pressure"
	// Ended: no process is left. It is the last one.
	Ended Happening = "ended"
)

// Watcher waits for what the kernel announces about a cgroup. It is for one
// goroutine.
type Watcher struct {
	sources []source
	// pending are happenings that are not yet reported.
	pending []Happening
	ended   bool
}

// source is a file that the kernel makes ready when something has happened.
type source interface {
	wait() sys.Wait
	// look finds out what, after poll(2) reported events; more is false when
	// nothing else will come from this source.
	look(events int16) (list []Happening, more bool)
	close()
}

// Watch begins to watch: from here on nothing is missed. Without a memory
// controller there will be no OOM. init is the container's first process, which
// the watcher keeps; nil when it has ended. level is the pressure to report;
// empty: none.
func (m *Manager) Watch(init *sys.Process, level PressureLevel) (*Watcher, error) {
	w := &Watcher{}
	if err := m.begin(w, init, level); err != nil {
		init.Release()
		w.Close()
		return nil, fmt.Errorf("watch cgroup: %w", err)
	}
	return w, nil
}

func (m *Manager) begin(w *Watcher, init *sys.Process, level PressureLevel) error {
	oom, err := m.oomSource()
	if err != nil {
		return err
	}
	w.add(oom)
	pressure, err := m.pressureSource(level)
	if err != nil {
		return err
	}
	w.add(pressure)
	end, err := m.endSource(oom, init)
	if err != nil {
		return err
	}
	if end == nil {
		w.report([]Happening{Ended})
	}
	w.add(end)
	return nil
}

func (w *Watcher) add(s source) {
	if s != nil {
		w.sources = append(w.sources, s)
	}
}

// Close ends the watch.
func (w *Watcher) Close() {
	for _, s := range w.sources {
		s.close()
	}
	w.sources = nil
}

// Next waits for the next happening. After Ended there is none.
func (w *Watcher) Next() (Happening, error) {
	for len(w.pending) == 0 {
		if w.ended || len(w.sources) == 0 {
			return Ended, nil
		}
		if err := w.poll(); err != nil {
			return "", fmt.Errorf("watch cgroup: %w", err)
		}
	}
	h := w.pending[0]
	w.pending = w.pending[1:]
	return h, nil
}

func (w *Watcher) poll() error {
	waits := make([]sys.Wait, len(w.sources))
	for i, s := range w.sources {
		waits[i] = s.wait()
	}
	events, err := sys.PollEach(waits...)
	if err != nil {
		return err
	}
	var left []source
	for i, s := range w.sources {
		if events[i] != 0 {
			list, more := s.look(events[i])
			w.report(list)
			if !more {
				s.close()
				continue
			}
		}
		left = append(left, s)
	}
	w.sources = left
	return nil
}

// report queues happenings up to the end.
func (w *Watcher) report(list []Happening) {
	for _, h := range list {
		if !w.ended {
			w.pending = append(w.pending, h)
			w.ended = h == Ended
		}
	}
}
