package doctor

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/capabilities"
	"runc/libcontainer/cgroups"
	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/process"
	"runc/libcontainer/rootfs"
	"runc/libcontainer/selfexe"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
)

// Host looks at the machine as its user finds it. stateRoot is --root.
func Host(stateRoot string) *Report {
	p := newPatient(stateRoot)
	r := &Report{Failures: []Failure{}}
	for _, look := range []func(*patient) Finding{
		identity, namespaces, idRanges, controllers, devices, systemd, security, filters, systemCalls, ownBinary, limits, rootDir, state,
	} {
		r.Findings = append(r.Findings, look(p))
	}
	return r
}

func identity(p *patient) Finding {
	f := Finding{Topic: "user", Status: OK, Found: fmt.Sprintf("uid %d, Linux %s", os.Geteuid(), text("/proc/sys/kernel/osrelease"))}
	if !p.initial {
		f.Found += ", in a user namespace"
	}
	if !p.root {
		f.Status, f.RulesOut = Limited, "containers without a user namespace of their own"
		f.Mend = "runc spec --rootless writes a config.json that does"
		return f
	}
	all := uint64(1)<<(capabilities.Last()+1) - 1
	if lacks := capabilities.Names(all &^ p.caps); len(lacks) > 0 {
		f.Status, f.RulesOut = Limited, "what needs "+strings.Join(lacks, ", ")
		f.Mend = "give the runtime these capabilities"
	}
	return f
}

// tryKind tells whether this user gets a new namespace of one kind.
func (p *patient) tryKind(flag uintptr) error {
	if !p.has(unix.CAP_SYS_ADMIN) {
		flag |= unix.CLONE_NEWUSER
	}
	return process.TryNamespaces(flag)
}

func namespaces(p *patient) Finding {
	f := Finding{Topic: "namespaces", Status: OK}
	var have, not []string
	for _, kind := range configs.NamespaceKinds {
		err := error(unix.EINVAL)
		if _, statErr := os.Stat("/proc/self/ns/" + kind.File); statErr == nil {
			err = p.tryKind(kind.Flag)
		}
		if err == nil {
			have = append(have, string(kind.Type))
			continue
		}
		not = append(not, fmt.Sprintf("%s (%s)", kind.Type, cause(err)))
		f.Mend = fault.Of(err).Hint
	}
	f.Found = strings.Join(have, " ")
	if len(not) > 0 {
		f.Status, f.RulesOut = Limited, "new namespaces: "+strings.Join(not, ", ")
	}
	if len(have) == 0 {
		f.Status, f.Found = Missing, "none"
	}
	return f
}

func idRanges(p *patient) Finding {
	f := Finding{Topic: "ids", Status: OK, Found: "any id can be mapped"}
	if p.root && p.initial && p.has(unix.CAP_SETUID) && p.has(unix.CAP_SETGID) {
		return f
	}
	uids, gids := userns.Subordinate()
	f.Found = fmt.Sprintf("subordinate uids %s, gids %s", ranges(uids), ranges(gids))
	if err := userns.Foresee(append(uids, two), append(gids, two), p.root); err != nil || len(uids) == 0 || len(gids) == 0 {
		f.Status, f.RulesOut = Limited, "maps of more than the own id"
		f.Mend = "install newuidmap and newgidmap (package uidmap), and grant ranges in /etc/subuid and /etc/subgid"
		if p.root {
			f.RulesOut = "maps of ids that this user namespace lacks"
		}
	}
	return f
}

// two is nothing but a range that needs the helper to be there.
var two = configs.IDMap{}

func ranges(maps []configs.IDMap) string {
	if len(maps) == 0 {
		return "none"
	}
	list := make([]string, len(maps))
	for i, m := range maps {
		list[i] = fmt.Sprintf("%d-%d", m.HostID, uint64(m.HostID)+uint64(m.Size)-1)
	}
	return strings.Join(list, " ")
}

func controllers(p *patient) Finding {
	s := cgroups.Look(p.rootless)
	f := Finding{Topic: "cgroups", Status: OK, Found: s.Version + ": " + strings.Join(s.Controllers, " ")}
	if len(s.Missing) > 0 {
		f.RulesOut = "limits of " + strings.Join(s.Missing, ", ")
		f.Mend = "mount the controllers, or let the parent cgroup give them on, if these limits are wanted"
	}
	if s.Err != nil {
		f.Status, f.Mend = Missing, fault.Of(s.Err).Hint
		f.RulesOut = "limits: " + strings.TrimSuffix(s.Err.Error(), "; "+f.Mend)
	}
	return f
}

func devices(p *patient) Finding {
	f := Finding{Topic: "devices", Status: OK, Found: "access to devices can be ruled"}
	if err := cgroups.TryDevices(); err != nil {
		f.Status, f.Found = Missing, "access to devices cannot be ruled: "+cause(err)
		f.RulesOut, f.Mend = "linux.resources.devices", fault.Of(err).Hint
		if p.rootless {
			f.RulesOut, f.Mend = "", "" // not asked for then, nor needed: there is no mknod(2)
		}
	}
	return f
}

func ownBinary(*patient) Finding {
	f := Finding{Topic: "binary", Status: OK, Found: "can be kept from containers"}
	exe, err := selfexe.Open()
	if err != nil {
		f.Status, f.Found, f.RulesOut = Missing, err.Error(), "all containers"
		f.Mend = "sysctl vm.memfd_noexec=0, or let the runtime mount"
		return f
	}
	exe.Close()
	return f
}

func rootDir(*patient) Finding {
	f := Finding{Topic: "root", Status: OK, Found: "pivot_root can be used"}
	if err := rootfs.ForeseePivot(false); err != nil {
		f.Status, f.Found = Limited, "pivot_root would be refused"
		f.RulesOut, f.Mend = "a change of root by pivot_root", fault.Of(err).Hint
	}
	return f
}

func state(p *patient) Finding {
	f := Finding{Topic: "state", Status: OK, Found: p.stateRoot}
	if err := mayMake(p.stateRoot); err != nil {
		f.Status, f.Found, f.RulesOut, f.Mend = Missing, err.Error(), "all containers", fault.Of(err).Hint
	}
	return f
}

func systemd(p *patient) Finding {
	f := Finding{Topic: "systemd", Status: OK, Found: "can manage cgroups (--systemd-cgroup)"}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		f.Status, f.Found, f.RulesOut = Missing, "not running", "--systemd-cgroup"
		return f
	}
	sockets := []string{"/run/systemd/private", "/run/dbus/system_bus_socket"}
	if p.rootless {
		dir := os.Getenv("XDG_RUNTIME_DIR")
		sockets = []string{dir + "/systemd/private", dir + "/bus", strings.TrimPrefix(os.Getenv("DBUS_SESSION_BUS_ADDRESS"), "unix:path=")}
	}
	if !slices.ContainsFunc(sockets, func(s string) bool { return s != "" && sys.Allowed(s, unix.W_OK) == nil }) {
		f.Status, f.Found, f.RulesOut = Missing, "no bus at "+strings.Join(sockets, ", "), "--systemd-cgroup"
		f.Mend = "loginctl enable-linger USER, and set XDG_RUNTIME_DIR"
	}
	return f
}
