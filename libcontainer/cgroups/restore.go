package cgroups

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// saved holds the content of the files that a change of limits may write, by
// path.
type saved map[string]string

// snapshot reads the files of the controllers that r needs, as far as they are
// there. The library writes some that are not named by any field of r (the
// reserved huge pages, limits of swap), so all of a controller are read.
func (m *Manager) snapshot(r *Resources) saved {
	s := saved{}
	for _, w := range wants(r, m.v2) {
		for _, pattern := range limitFiles(w.controller) {
			s.add(m.dirOf(w.controller), pattern)
		}
	}
	// "Unlimited" needs no controller, but changes files.
	for _, controller := range [...]string{"memory", "cpu", "pids"} {
		for _, pattern := range limitFiles(controller) {
			s.add(m.dirOf(controller), pattern)
		}
	}
	for file := range r.Unified {
		s.add(m.dirOf(""), file)
	}
	return s
}

// dirOf returns the directory with the files of a controller; "" if there is
// none.
func (m *Manager) dirOf(controller string) string {
	if m.v2 {
		return m.paths[""]
	}
	return m.paths[controller]
}

// limitFiles are the files by which a controller takes limits, in both versions:
// those of one are not there in the other.
func limitFiles(controller string) []string {
	switch controller {
	case "memory":
		return []string{"memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes", "memory.swappiness",
			"memory.oom_control", "memory.max", "memory.swap.max", "memory.low"}
	case "cpu":
		return []string{"cpu.shares", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.cfs_burst_us", "cpu.rt_runtime_us", "cpu.rt_period_us",
			"cpu.idle", "cpu.weight", "cpu.max", "cpu.max.burst"}
	case "cpuset":
		return []string{"cpuset.cpus", "cpuset.mems"}
	case "pids":
		return []string{"pids.max"}
	case "blkio":
		return []string{"blkio.weight", "blkio.bfq.weight", "blkio.leaf_weight", "blkio.*weight_device", "blkio.throttle.*_device"}
	case "io":
		return []string{"io.weight", "io.bfq.weight", "io.max"}
	case "hugetlb":
		return []string{"hugetlb.*.limit_in_bytes", "hugetlb.*.max"}
	case "net_cls":
		return []string{"net_cls.classid"}
	case "net_prio":
		return []string{"net_prio.ifpriomap"}
	case "rdma":
		return []string{"rdma.max"}
	}
	return nil
}

func (s saved) add(dir, pattern string) {
	if dir == "" {
		return
	}
	files := []string{pattern}
	if strings.Contains(pattern, "*") {
		files, _ = fs.Glob(os.DirFS(dir), pattern)
	}
	for _, file := range files {
		if text, err := read(dir, file); err == nil {
			s[filepath.Join(dir, file)] = text
		}
	}
}

// restoreRounds is how often files are written that the kernel refuses as long
// as another has not been (quota and period, memory and memory with swap).
const restoreRounds = 3

// restore puts back what differs from s. systemd has to be told as well, or it
// would put its own idea of the limits in force some time.
func (m *Manager) restore(s saved) error {
	var told, err error
	if m.cfg.Systemd {
		told = m.restoreSystemd(s)
	}
	for range restoreRounds {
		if err = s.write(); err == nil {
			break
		}
	}
	return first(err, told)
}

func (m *Manager) restoreSystemd(s saved) error {
	lib, err := m.library()
	if err != nil {
		return err
	}
	limits := *m.cfg.Resources
	if m.v2 {
		limits = Resources{Unified: s.properties(), BlkioWeightDevice: limits.BlkioWeightDevice}
	}
	limits.SkipDevices = true
	old := m.cfg.Resources
	err = lib.Set(&limits)
	m.cfg.Resources = old
	return err
}

// properties are those files that there is a property of systemd for.
func (s saved) properties() map[string]string {
	known := [...]string{"cpu.idle", "cpu.max", "cpu.weight", "cpuset.cpus", "cpuset.mems", "io.bfq.weight", "io.weight", "memory.low", "memory.max", "memory.swap.max", "pids.max"}
	props := map[string]string{}
	for path, text := range s {
		if name, value := filepath.Base(path), strings.TrimSpace(text); value != "" && slices.Contains(known[:], name) {
			props[name] = value
		}
	}
	if props["cpu.idle"] == "1" {
		delete(props, "cpu.weight") // cannot be set then
	}
	return props
}

// write is one round of restore.
func (s saved) write() (err error) {
	for path, want := range s {
		dir, file := filepath.Split(path)
		have, readErr := read(dir, file)
		if readErr != nil || have == want {
			continue
		}
		for _, line := range lines(file, have, want) {
			err = first(err, write(dir, file, line))
		}
	}
	return err
}

// lines returns what to write to a file to get from have to want.
func lines(file, have, want string) (list []string) {
	if file == "memory.oom_control" {
		_, value, _ := strings.Cut(strings.SplitN(want, "\n", 2)[0], " ")
		return []string{value}
	}
	if want == "\n" { // nothing is told by an empty line
		return []string{want}
	}
	reset := reset(file)
	for line := range strings.Lines(have) {
		key, _, _ := strings.Cut(line, " ")
		if reset != "" && !strings.Contains("\n"+want, "\n"+key+" ") {
			list = append(list, key+" "+reset)
		}
	}
	for line := range strings.Lines(want) {
		list = append(list, strings.TrimSuffix(line, "\n"))
	}
	return list
}

// reset is what takes the limit of a device away; "" for a file without
// devices.
func reset(file string) string {
	switch {
	case file == "io.max":
		return "rbps=max wbps=max riops=max wiops=max"
	case file == "io.weight", file == "io.bfq.weight":
		return "default"
	case strings.HasSuffix(file, "_device"):
		return "0"
	}
	return ""
}
