package seccomp

import (
	"cmp"
	"slices"

	lib "github.com/seccomp/libseccomp-golang"
	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"
)

// table holds the rules for one architecture by number.
type table struct {
	arch  arch
	calls []call
	// action is for all other calls.
	action uint32
	// newest is the highest number that the profile names, -1 for none. All
	// above it get ENOSYS if stub is set (users.md B31: a C library that tries
	// a new call falls back to an old one upon ENOSYS, but gives up upon
	// EPERM).
	newest int64
	stub   bool
	// besideX32 says that numbers of x32 have a table of their own.
	besideX32 bool
}

// call is what becomes of the calls of one number, or of all from it up to the
// next one.
type call struct {
	nr uint32
	// action is for calls that meet no alternative. It was given without
	// conditions if fixed is set.
	action uint32
	fixed  bool
	// alternatives are tried in order, the strictest action first.
	alternatives []alternative
}

// alternative is an action under conditions.
type alternative struct {
	conds  []cond
	action uint32
}

// resolve looks up the numbers of all rules on a.
func (p *profile) resolve(a arch) *table {
	t := &table{arch: a, action: p.action, newest: -1}
	calls := map[uint32]*call{}
	for i := range p.rules {
		r := &p.rules[i]
		targets, ok := a.targets(r)
		if !ok {
			logrus.Debugf("linux.seccomp.syscalls[%d]: unknown system call %q ignored on %s", r.index, r.name, a.name)
		}
		for _, target := range targets {
			if target.nr < a.limit {
				t.newest = max(t.newest, int64(target.nr))
			}
			// What repeats the default action must not hide what differs.
			if r.action != p.action {
				t.add(calls, target, r.action)
			}
		}
	}
	t.stub = p.denies() && t.newest >= 0
	for _, c := range calls {
		t.calls = append(t.calls, *c)
	}
	slices.SortFunc(t.calls, func(x, y call) int { return cmp.Compare(x.nr, y.nr) })
	return t
}

// target is a number and the conditions under which a rule is for it.
type target struct {
	nr    uint32
	conds []cond
}

// targets returns what rule r is about on a; ok is false when nobody knows a
// system call of that name.
func (a arch) targets(r *rule) (list []target, ok bool) {
	nr, ok := a.number(r.name)
	if a.lib == lib.ArchX86 {
		list = multiplexed(r)
	}
	if nr >= 0 && ok {
		list = append(list, target{uint32(nr), r.conds})
	}
	return list, ok
}

// add gives an action to a target. As in libseccomp the first rule without
// conditions wins over all others. Where several rules with conditions hold,
// the strictest one wins, as it does among several filters (seccomp(2));
// libseccomp picks one by an order of its own.
func (t *table) add(calls map[uint32]*call, to target, action uint32) {
	c := calls[to.nr]
	if c == nil {
		c = &call{nr: to.nr, action: t.action}
		calls[to.nr] = c
	}
	conds := narrowed(to.conds, t.arch.narrow)
	switch {
	case c.fixed:
	case len(conds) == 0:
		c.fixed, c.action, c.alternatives = true, action, nil
	default:
		c.alternatives = append(c.alternatives, alternative{conds, action})
		slices.SortStableFunc(c.alternatives, func(x, y alternative) int {
			return cmp.Compare(strictness(x.action), strictness(y.action))
		})
	}
}

// strictness is lower for a stricter action: the kernel compares them so.
func strictness(action uint32) int32 { return int32(action & unix.SECCOMP_RET_ACTION_FULL) }

// segments divides all numbers, from 0 on, into ranges that are treated alike.
func (t *table) segments() []call {
	var out []call
	add := func(c call) {
		if n := len(out); n > 0 && out[n-1].nr == c.nr {
			out = out[:n-1]
		}
		if n := len(out); n > 0 && out[n-1].same(c) {
			return
		}
		out = append(out, c)
	}
	calls := t.calls
	ground := t.ground()
	for i, g := range ground {
		end := uint64(1) << 32
		if i+1 < len(ground) {
			end = uint64(ground[i+1].nr)
		}
		add(g)
		for len(calls) > 0 && uint64(calls[0].nr) < end {
			add(calls[0])
			if next := uint64(calls[0].nr) + 1; next < end {
				add(call{nr: uint32(next), action: g.action})
			}
			calls = calls[1:]
		}
	}
	return out
}

// ground is what becomes of numbers without a rule.
func (t *table) ground() []call {
	list := []call{{nr: 0, action: t.action}}
	if t.stub && t.newest+1 < int64(t.arch.limit) {
		list = append(list, call{nr: uint32(t.newest + 1), action: enosys}, call{nr: t.arch.limit, action: t.action})
	}
	if t.arch.lib == lib.ArchAMD64 && !t.besideX32 {
		// -1 is a call that a tracer has skipped.
		list = append(list, call{nr: x32Bit, action: badArch}, call{nr: 1<<32 - 1, action: t.action})
	}
	return list
}

func (c *call) same(d call) bool {
	return c.action == d.action && len(c.alternatives) == 0 && len(d.alternatives) == 0
}
