package seccomp

import (
	"fmt"

	lib "github.com/seccomp/libseccomp-golang"
	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

const (
	// badArch is what becomes of a call of an architecture that is not listed;
	// libseccomp's default.
	badArch = unix.SECCOMP_RET_KILL_THREAD
	enosys  = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
)

// profile is configs.Seccomp in the kernel's words.
type profile struct {
	// action is the default one, SECCOMP_RET_* and its data.
	action uint32
	archs  []arch
	rules  []rule
	flags  uint32
	notify bool
}

// rule gives an action to a system call whose arguments meet all conditions.
type rule struct {
	// index is that of the entry of linux.seccomp.syscalls.
	index  int
	name   string
	action uint32
	conds  []cond
}

// cond is a comparison of an argument with a; for CompareMaskedEqual a is the
// mask and b the value.
type cond struct {
	arg  uint
	op   lib.ScmpCompareOp
	a, b uint64
}

func parse(p *configs.Seccomp) (*profile, error) {
	prof := &profile{}
	var err error
	if prof.action, err = parseAction(p.DefaultAction, p.DefaultErrnoRet); err != nil {
		return nil, fmt.Errorf("linux.seccomp.defaultAction: %w", err)
	}
	if isNotify(prof.action) {
		// Not even the calls by which the listener leaves init would go through.
		return nil, fmt.Errorf("linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be used as default action")
	}
	if prof.archs, err = findArchs(p.Architectures); err != nil {
		return nil, err
	}
	for i := range p.Syscalls {
		if err := prof.addRules(i, &p.Syscalls[i]); err != nil {
			return nil, fmt.Errorf("linux.seccomp.syscalls[%d]: %w", i, err)
		}
	}
	prof.flags, err = parseFlags(p.Flags, prof.notify)
	return prof, err
}

// parseAction returns the action of that name with errnoRet as its data, EPERM
// by default. Data that the action has no use for are ignored.
func parseAction(name string, errnoRet *uint) (uint32, error) {
	action, ok := find(actions, name)
	if !ok {
		return 0, fmt.Errorf("unknown action %q", name)
	}
	switch action {
	case unix.SECCOMP_RET_KILL_PROCESS, unix.SECCOMP_RET_LOG, unix.SECCOMP_RET_USER_NOTIF:
		if !sys.SeccompActionKnown(action) {
			return 0, fmt.Errorf("this kernel does not know the action %s", name)
		}
	case unix.SECCOMP_RET_ERRNO, unix.SECCOMP_RET_TRACE:
		data := uint(unix.EPERM)
		if errnoRet != nil {
			data = *errnoRet
		}
		if data > unix.SECCOMP_RET_DATA {
			return 0, fmt.Errorf("errnoRet %d: above %d", data, unix.SECCOMP_RET_DATA)
		}
		action |= uint32(data)
	}
	return action, nil
}

func isNotify(action uint32) bool { return action == unix.SECCOMP_RET_USER_NOTIF }

// addRules adds those of one entry of linux.seccomp.syscalls. What equals the
// default action changes nothing and is only remembered by its names, for
// which see newest.
func (p *profile) addRules(index int, s *configs.SyscallRule) error {
	action, err := parseAction(s.Action, s.ErrnoRet)
	if err != nil {
		return err
	}
	alternatives, err := parseArgs(s.Args)
	if err != nil {
		return err
	}
	for _, name := range s.Names {
		switch {
		case name == "":
			return fmt.Errorf("names: empty string is not a valid syscall")
		case name == "write" && isNotify(action):
			// Engines and their tests know this rule of runc, which hands the
			// listener over by it.
			return fmt.Errorf("SCMP_ACT_NOTIFY cannot be used for the write syscall")
		}
		for _, conds := range alternatives {
			p.rules = append(p.rules, rule{index: index, name: name, action: action, conds: conds})
		}
	}
	p.notify = p.notify || isNotify(action)
	return nil
}

// parseArgs returns the conditions as a list of conjunctions, one of which must
// hold. More than one arises where an argument is named twice: then each
// condition stands alone, as in runc and crun.
func parseArgs(args []configs.SyscallArg) ([][]cond, error) {
	var all []cond
	var each [][]cond
	var seen [6]int
	for i, a := range args {
		op, ok := find(operators, a.Op)
		if !ok {
			return nil, fmt.Errorf("args[%d].op: unknown operator %q", i, a.Op)
		}
		if a.Index >= uint(len(seen)) {
			return nil, fmt.Errorf("args[%d].index: %d: a system call has arguments 0 to 5", i, a.Index)
		}
		c := cond{a.Index, op, a.Value, a.ValueTwo}
		all = append(all, c)
		each = append(each, []cond{c})
		seen[a.Index]++
	}
	for _, n := range seen {
		if n > 1 {
			return each, nil
		}
	}
	return [][]cond{all}, nil
}

// parseFlags keeps of the listed flags those that the kernel knows. TSYNC is
// good for nothing: the filter is set on the one thread that lives on through
// exec.
func parseFlags(names []string, notify bool) (set uint32, err error) {
	for i, name := range names {
		flag, ok := find(flags, name)
		switch {
		case !ok:
			return 0, fmt.Errorf("linux.seccomp.flags[%d]: unknown flag %q", i, name)
		case flag == unix.SECCOMP_FILTER_FLAG_TSYNC:
		case flag == unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && !notify:
			// EINVAL without a listener.
		case !flagKnown(flag):
			logrus.Debugf("linux.seccomp.flags[%d]: this kernel does not know %s", i, name)
		default:
			set |= flag
		}
	}
	if notify {
		set |= unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
	}
	return set, nil
}

// denies tells whether the default action refuses calls. Where it lets them
// through, or asks a tracer that may know better, there is no ENOSYS to give.
func (p *profile) denies() bool {
	switch p.action & unix.SECCOMP_RET_ACTION_FULL {
	case unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_LOG, unix.SECCOMP_RET_TRACE:
		return false
	}
	return true
}
