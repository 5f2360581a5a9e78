package userns

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// side is what tells the maps of users from those of groups.
type side struct {
	// field names the list in config.json, file the one under /proc/PID.
	field, file string
	// tool is the set-uid helper of shadow, subids the file that it obeys.
	tool, subids string
	// own returns the id of the runtime, which it may always map.
	own func() int
}

var (
	users  = side{"linux.uidMappings", "uid_map", "newuidmap", "/etc/subuid", os.Geteuid}
	groups = side{"linux.gidMappings", "gid_map", "newgidmap", "/etc/subgid", os.Getegid}
)

// WriteMaps writes the id maps of process pid, a child of ours in a new user
// namespace. With privilege (CAP_SETUID and CAP_SETGID here) the runtime writes
// them itself; without it, it may do so for its own id alone and needs
// newuidmap(1) and newgidmap(1), looked up in PATH, for the rest.
func WriteMaps(pid int, uid, gid []configs.IDMap, privileged bool) error {
	// The kernel lets nobody without privilege leave a group, for some files
	// are kept from a group: setgroups(2) must be off before gid_map is
	// written (CVE-2014-8989). newgidmap does it by itself where it must.
	if !privileged && groups.ownOnly(gid) {
		if err := write(procPath(pid, "setgroups"), "deny"); err != nil {
			return fmt.Errorf("%s: deny setgroups: %w", groups.field, err)
		}
	}
	if err := users.write(pid, uid, privileged); err != nil {
		return err
	}
	return groups.write(pid, gid, privileged)
}

// CheckMaps makes sure that the user namespace of a process has these maps.
func CheckMaps(pid int, uid, gid []configs.IDMap) error {
	if err := users.check(pid, uid); err != nil {
		return err
	}
	return groups.check(pid, gid)
}

func (s *side) check(pid int, maps []configs.IDMap) error {
	is, err := sys.ReadKernelFile(procPath(pid, s.file))
	if err != nil {
		return err
	}
	var have, want []string
	for line := range strings.Lines(string(is)) {
		have = append(have, strings.Join(strings.Fields(line), " "))
	}
	for _, line := range words(maps) {
		want = append(want, strings.Join(line, " "))
	}
	slices.Sort(have) // of more than five lines the kernel changes the order
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return fault.New(fault.IDMap, fmt.Errorf("%s: the user namespace has %q", s.field, have), "")
	}
	return nil
}

// ownOnly tells whether maps is one that the kernel takes from anybody: the own
// id and nothing else.
func (s *side) ownOnly(maps []configs.IDMap) bool {
	return len(maps) == 1 && maps[0].Size == 1 && int(maps[0].HostID) == s.own()
}

func (s *side) write(pid int, maps []configs.IDMap, privileged bool) error {
	if len(maps) == 0 {
		return nil
	}
	if !privileged && !s.ownOnly(maps) {
		return s.runTool(pid, maps)
	}
	err := write(procPath(pid, s.file), text(maps))
	if errors.Is(err, syscall.EPERM) {
		// Root without CAP_SETUID, or with less than all ids.
		if _, missing := exec.LookPath(s.tool); missing == nil {
			return s.runTool(pid, maps)
		}
	}
	if err != nil {
		return &fault.Error{Code: fault.IDMap, Step: "id maps", Err: fmt.Errorf("%s: %w%s", s.field, err, hint(err, maps))}
	}
	return nil
}

// hint says what the bare errno of a write to a map file means
// (user_namespaces(7)).
func hint(err error, maps []configs.IDMap) string {
	n := len(text(maps))
	switch {
	case errors.Is(err, syscall.EINVAL) && n >= os.Getpagesize():
		return fmt.Sprintf(": %d ranges make %d bytes; the kernel takes less than %d", len(maps), n, os.Getpagesize())
	case errors.Is(err, syscall.EINVAL):
		return ": ranges overlap, are empty, or are more than 340"
	case errors.Is(err, syscall.EPERM):
		return ": a host id is not mapped in the user namespace of the runtime, or the runtime lacks CAP_SETUID or CAP_SETGID (to map host id 0: CAP_SETFCAP too)"
	}
	return ""
}

// runTool has newuidmap or newgidmap write the map.
func (s *side) runTool(pid int, maps []configs.IDMap) error {
	path, err := exec.LookPath(s.tool)
	if err != nil {
		return s.noTool(err)
	}
	var out output
	cmd := exec.Command(path, append([]string{decimal(uint32(pid))}, slices.Concat(words(maps)...)...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := sys.Run(cmd); err != nil {
		return s.helper(fmt.Errorf("%s: %s: %w: %s", s.field, path, err, out.line()),
			s.grants(maps))
	}
	return nil
}

// ranges lists the host ids of maps, for a message.
func (s *side) noTool(err error) error {
	return s.helper(fmt.Errorf("%s: more than the own id needs %s: %w", s.field, s.tool, err), "install it (package uidmap or shadow-utils)")
}

func (s *side) grants(maps []configs.IDMap) string {
	return fmt.Sprintf("%s must grant these host ids to user %d: %s", s.subids, os.Getuid(), ranges(maps))
}

func (*side) helper(err error, hint string) error {
	return &fault.Error{Code: fault.IDMapHelper, Step: "id maps", Hint: hint, Err: err}
}

func ranges(maps []configs.IDMap) string {
	list := make([]string, len(maps))
	for i, m := range maps {
		list[i] = fmt.Sprintf("%d-%d", m.HostID, uint64(m.HostID)+uint64(m.Size)-1)
	}
	return strings.Join(list, ", ")
}

// output keeps the first KiB that a tool says.
type output struct{ buf bytes.Buffer }

func (o *output) Write(p []byte) (int, error) {
	room := max(0, 1024-o.buf.Len())
	o.buf.Write(p[:min(len(p), room)])
	return len(p), nil
}

// line returns the output as one line.
func (o *output) line() string { return strings.Join(strings.Fields(o.buf.String()), " ") }

func procPath(pid int, file string) string { return fmt.Sprintf("/proc/%d/%s", pid, file) }
