package userns

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
)

// Foresee tells, and writes nothing, what WriteMaps would refuse as far as that
// can be known now.
func Foresee(uid, gid []configs.IDMap, privileged bool) error {
	if err := users.foresee(uid, privileged); err != nil {
		return err
	}
	return groups.foresee(gid, privileged)
}

func (s *side) foresee(maps []configs.IDMap, privileged bool) error {
	if len(maps) == 0 || !privileged && s.ownOnly(maps) {
		return nil
	}
	_, missing := exec.LookPath(s.tool)
	if privileged {
		if hasAll(maps, s.mapped()) {
			return nil
		}
		if missing != nil {
			err := fmt.Errorf("%s: %w%s", s.field, syscall.EPERM, hint(syscall.EPERM, maps))
			return &fault.Error{Code: fault.IDMap, Step: "id maps", Err: err}
		}
	}
	if missing != nil {
		return s.noTool(missing)
	}
	if !hasAll(maps, append(s.granted(), configs.IDMap{HostID: uint32(s.own()), Size: 1})) {
		return s.helper(fmt.Errorf("%s: %s would refuse", s.field, s.tool), s.grants(maps))
	}
	return nil
}

// mapped lists the ids that exist in the runtime's own user namespace, as
// HostID and Size.
func (s *side) mapped() (list []configs.IDMap) {
	each("/proc/self/"+s.file, func(line string) {
		var inner, outer, size uint32
		if n, _ := fmt.Sscan(line, &inner, &outer, &size); n == 3 {
			list = append(list, configs.IDMap{HostID: inner, Size: size})
		}
	})
	return list
}

// Subordinate returns the ids that the runtime's user may map by newuidmap and
// newgidmap, as HostID and Size.
func Subordinate() (uids, gids []configs.IDMap) { return users.granted(), groups.granted() }

// granted reads the subordinate ids of the runtime's user (subuid(5)).
func (s *side) granted() (list []configs.IDMap) {
	id := strconv.Itoa(os.Getuid())
	name := id
	if u, err := user.LookupId(id); err == nil {
		name = u.Username
	}
	each(s.subids, func(line string) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) != 3 || f[0] != name && f[0] != id {
			return
		}
		first, err1 := strconv.ParseUint(f[1], 10, 32)
		size, err2 := strconv.ParseUint(f[2], 10, 32)
		if err1 == nil && err2 == nil {
			list = append(list, configs.IDMap{HostID: uint32(first), Size: uint32(size)})
		}
	})
	return list
}

func each(file string, line func(string)) {
	f, err := os.Open(file)
	if err != nil {
		return
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		line(s.Text())
	}
}

// hasAll tells whether each range of maps lies within one of those allowed.
func hasAll(maps, allowed []configs.IDMap) bool {
	for _, m := range maps {
		inside := false
		for _, a := range allowed {
			inside = inside || m.HostID >= a.HostID && uint64(m.HostID)+uint64(m.Size) <= uint64(a.HostID)+uint64(a.Size)
		}
		if !inside {
			return false
		}
	}
	return true
}
