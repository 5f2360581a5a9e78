package criu

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"runc/libcontainer/capabilities"
	"runc/libcontainer/configs"
	"runc/libcontainer/userns"
)

// Bounds are the rights that a bundle gives to the processes of a container. A
// checkpoint brings its own, of another bundle perhaps, and CRIU restores them
// (CVE-2026-95837, CVE-2026-92574).
type Bounds struct {
	Process *configs.Process
	Config  *configs.Config
}

// Check compares the text of /proc/PID/status of a restored process
// (proc_pid_status(5)) with the bounds. The error names the field of the bundle
// that it breaks.
func (b Bounds) Check(status []byte) error {
	t, err := parseStatus(status)
	if err != nil {
		return err
	}
	if b.Process.NoNewPrivileges && t.number("NoNewPrivs") != 1 {
		return b.broken("process.noNewPrivileges", "it may gain privileges")
	}
	if b.Config.Seccomp != nil && t.number("Seccomp") != seccompFilter {
		return b.broken("linux.seccomp", "it has no filter")
	}
	if err := b.checkCaps(t); err != nil {
		return err
	}
	return b.checkIDs(t)
}

// seccompFilter is SECCOMP_MODE_FILTER.
const seccompFilter = 2

func (b Bounds) broken(field, how string) error {
	return fmt.Errorf("the checkpoint gives a process more than the bundle: %s: %s; restore it with the bundle that it was made with", field, how)
}

// checkCaps compares all sets. Who may gain privileges may have what the
// bounding set lists, by a file with capabilities; who may not, only what it
// began with.
func (b Bounds) checkCaps(t taskStatus) error {
	caps := b.caps()
	most := caps.Permitted | caps.Bounding
	if b.Process.NoNewPrivileges {
		most = caps.Permitted
	}
	for _, set := range []struct {
		line, field string
		most        uint64
	}{
		{"CapBnd", "bounding", caps.Bounding},
		{"CapPrm", "permitted", most},
		{"CapEff", "effective", most},
		{"CapInh", "inheritable", caps.Inheritable | most},
		{"CapAmb", "ambient", most},
	} {
		if more := t.caps(set.line) &^ set.most; more != 0 {
			return b.broken("process.capabilities."+set.field, fmt.Sprintf("it has %v", capabilities.Names(more)))
		}
	}
	return nil
}

func (b Bounds) caps() configs.Capabilities {
	if b.Process.Capabilities == nil {
		return configs.Capabilities{}
	}
	return *b.Process.Capabilities
}

// checkIDs compares user and group where they cannot have changed since the
// start of the container.
func (b Bounds) checkIDs(t taskStatus) error {
	if !b.Process.NoNewPrivileges {
		return nil
	}
	uid := hostID(b.Config.UIDMappings, b.Process.User.UID)
	gid := hostID(b.Config.GIDMappings, b.Process.User.GID)
	for _, id := range []struct {
		line, field string
		want        uint32
		cap         uint
	}{{"Uid", "uid", uid, capSetuid}, {"Gid", "gid", gid, capSetgid}} {
		if b.caps().Permitted&(1<<id.cap) == 0 && !t.only(id.line, id.want) {
			return b.broken("process.user."+id.field, fmt.Sprintf("it has ids %s of the host, not %d", t[id.line], id.want))
		}
	}
	return nil
}

func hostID(maps []configs.IDMap, id uint32) uint32 {
	if host, ok := userns.HostID(maps, id); ok {
		return host
	}
	return id // no user namespace of its own
}

// Numbers of capabilities(7).
const (
	capSetgid = 6
	capSetuid = 7
)

// taskStatus maps the names of the lines of a status file to the rest of the
// line.
type taskStatus map[string][]byte

func parseStatus(text []byte) (taskStatus, error) {
	t := taskStatus{}
	for line := range bytes.Lines(text) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok {
			t[string(name)] = bytes.TrimSpace(value)
		}
	}
	for _, name := range []string{"Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"} {
		if _, ok := t[name]; !ok {
			return nil, fmt.Errorf("/proc/PID/status: no line %s", name)
		}
	}
	return t, nil
}

func (t taskStatus) number(line string) int {
	n, err := strconv.Atoi(string(t[line]))
	if err != nil {
		return -1
	}
	return n
}

// caps is a set of capabilities; one that cannot be read is all of them.
func (t taskStatus) caps(line string) uint64 {
	n, err := strconv.ParseUint(string(t[line]), 16, 64)
	if err != nil {
		return ^uint64(0)
	}
	return n
}

// only tells whether all ids of a line are id.
func (t taskStatus) only(line string, id uint32) bool {
	want := []byte(strconv.FormatUint(uint64(id), 10))
	fields := bytes.Fields(t[line])
	return len(fields) > 0 && !slices.ContainsFunc(fields, func(f []byte) bool { return !bytes.Equal(f, want) })
}
