package specconv

import (
	"errors"
	"fmt"
	"math"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// ConvertProcess translates the process of config.json or of `exec --process`.
// A field that is silent on capabilities stays nil.
func ConvertProcess(p *specs.Process) (*configs.Process, error) {
	if p == nil {
		return nil, errors.New("process: process property must not be empty")
	}
	out := &configs.Process{
		Args:            p.Args,
		Env:             p.Env,
		Cwd:             p.Cwd,
		NoNewPrivileges: p.NoNewPrivileges,
		OOMScoreAdj:     p.OOMScoreAdj,
		AppArmorProfile: p.ApparmorProfile,
		SELinuxLabel:    p.SelinuxLabel,
		Terminal:        p.Terminal,
	}
	for _, convert := range [...]func(*specs.Process, *configs.Process) error{
		convertUser, convertCapabilities, convertRlimits, convertConsoleSize, convertScheduler, convertIOPriority, convertAffinity,
	} {
		if err := convert(p, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// noID is what setuid(2) and chown(2) take for "no change": never somebody's
// id, though a number of 32 bits.
const noID = math.MaxUint32

func checkID(field string, id uint32) error {
	if id == noID {
		return fmt.Errorf("%s: %d is no id, the kernel takes it for \"no change\"; use 0 to %d", field, uint32(noID), uint32(noID-1))
	}
	return nil
}

func convertUser(p *specs.Process, out *configs.Process) error {
	u := p.User
	if err := checkID("process.user.uid", u.UID); err != nil {
		return err
	}
	if err := checkID("process.user.gid", u.GID); err != nil {
		return err
	}
	for i, gid := range u.AdditionalGids {
		if err := checkID(fmt.Sprintf("process.user.additionalGids[%d]", i), gid); err != nil {
			return err
		}
	}
	if u.Umask != nil && *u.Umask > 0o777 {
		return fmt.Errorf("process.user.umask: %d (octal %o) is above %d (octal 777)", *u.Umask, *u.Umask, 0o777)
	}
	out.User = configs.User{UID: u.UID, GID: u.GID, AdditionalGIDs: u.AdditionalGids, Umask: u.Umask}
	return nil
}

// rlimits are the resources of setrlimit(2).
var rlimits = []name{
	{"RLIMIT_AS", unix.RLIMIT_AS},
	{"RLIMIT_CORE", unix.RLIMIT_CORE},
	{"RLIMIT_CPU", unix.RLIMIT_CPU},
	{"RLIMIT_DATA", unix.RLIMIT_DATA},
	{"RLIMIT_FSIZE", unix.RLIMIT_FSIZE},
	{"RLIMIT_LOCKS", unix.RLIMIT_LOCKS},
	{"RLIMIT_MEMLOCK", unix.RLIMIT_MEMLOCK},
	{"RLIMIT_MSGQUEUE", unix.RLIMIT_MSGQUEUE},
	{"RLIMIT_NICE", unix.RLIMIT_NICE},
	{"RLIMIT_NOFILE", unix.RLIMIT_NOFILE},
	{"RLIMIT_NPROC", unix.RLIMIT_NPROC},
	{"RLIMIT_RSS", unix.RLIMIT_RSS},
	{"RLIMIT_RTPRIO", unix.RLIMIT_RTPRIO},
	{"RLIMIT_RTTIME", unix.RLIMIT_RTTIME},
	{"RLIMIT_SIGPENDING", unix.RLIMIT_SIGPENDING},
	{"RLIMIT_STACK", unix.RLIMIT_STACK},
}

// convertRlimits refuses a resource named twice, as config.md wants.
func convertRlimits(p *specs.Process, out *configs.Process) error {
	for i, r := range p.Rlimits {
		field := fmt.Sprintf("process.rlimits[%d]", i)
		resource, err := lookup(field+".type", "resource limit", r.Type, rlimits)
		if err != nil {
			return err
		}
		for j, earlier := range out.Rlimits {
			if earlier.Type == int(resource) {
				return fmt.Errorf("%s: %s is set already by process.rlimits[%d]; keep one", field, r.Type, j)
			}
		}
		out.Rlimits = append(out.Rlimits, configs.Rlimit{Type: int(resource), Soft: r.Soft, Hard: r.Hard})
	}
	return nil
}

// convertConsoleSize ignores the size of no terminal, as config.md wants.
func convertConsoleSize(p *specs.Process, out *configs.Process) error {
	if p.ConsoleSize == nil || !p.Terminal {
		return nil
	}
	height, width := p.ConsoleSize.Height, p.ConsoleSize.Width
	if height > math.MaxUint16 || width > math.MaxUint16 {
		return fmt.Errorf("process.consoleSize: %d x %d is more than a terminal can have (%d x %d)", height, width, math.MaxUint16, math.MaxUint16)
	}
	out.ConsoleSize = &configs.WindowSize{Height: uint16(height), Width: uint16(width)}
	return nil
}
