package seccomp

import (
	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"
)

// narrowed returns the conditions of conds as they are compared: on an
// architecture of 32 bits by the low half of the argument alone; without bits of
// a value that its mask hides; without masks of zero, which always match.
func narrowed(conds []cond, narrow bool) []cond {
	list := make([]cond, 0, len(conds))
	for _, c := range conds {
		if narrow {
			c.a, c.b = uint64(uint32(c.a)), uint64(uint32(c.b))
		}
		if c.op == lib.CompareMaskedEqual {
			if c.b &= c.a; c.a == 0 {
				continue
			}
		}
		list = append(list, c)
	}
	return list
}

// fail is a jump to behind the conjunction, put right when its length is known.
const fail = 0xff

// conjunction returns code that does action when all conditions hold, and goes
// on behind itself when not.
func conjunction(alt alternative, narrow bool) []unix.SockFilter {
	var code []unix.SockFilter
	for _, c := range alt.conds {
		if narrow {
			code = append(code, c.compareLow()...)
		} else {
			code = append(code, c.compare()...)
		}
	}
	code = append(code, ret(alt.action))
	for i := range code {
		behind := uint8(len(code) - 1 - i)
		if code[i].Jt == fail {
			code[i].Jt = behind
		}
		if code[i].Jf == fail {
			code[i].Jf = behind
		}
	}
	return code
}

// compare returns code that goes on when c holds for all 64 bits. The high half
// comes first: it alone decides unless it is equal.
func (c cond) compare() []unix.SockFilter {
	high, low := load(offArgs+8*uint32(c.arg)+4), c.compareLow()
	h := uint32(c.a >> 32)
	var code []unix.SockFilter
	switch skip := uint8(len(low)); c.op {
	case lib.CompareEqual:
		code = []unix.SockFilter{high, jumpIf(unix.BPF_JEQ, h, 0, fail)}
	case lib.CompareNotEqual:
		code = []unix.SockFilter{high, jumpIf(unix.BPF_JEQ, h, 0, skip)}
	case lib.CompareGreater, lib.CompareGreaterEqual:
		code = []unix.SockFilter{high, jumpIf(unix.BPF_JGT, h, skip+1, 0), jumpIf(unix.BPF_JEQ, h, 0, fail)}
	case lib.CompareLess, lib.CompareLessOrEqual:
		code = []unix.SockFilter{high, jumpIf(unix.BPF_JGT, h, fail, 0), jumpIf(unix.BPF_JEQ, h, 0, skip)}
	default:
		code = []unix.SockFilter{high, and(h), jumpIf(unix.BPF_JEQ, uint32(c.b>>32), 0, fail)}
	}
	return append(code, low...)
}

// compareLow does the same for the low 32 bits.
func (c cond) compareLow() []unix.SockFilter {
	low, l := load(offArgs+8*uint32(c.arg)), uint32(c.a)
	switch c.op {
	case lib.CompareEqual:
		return []unix.SockFilter{low, jumpIf(unix.BPF_JEQ, l, 0, fail)}
	case lib.CompareNotEqual:
		return []unix.SockFilter{low, jumpIf(unix.BPF_JEQ, l, fail, 0)}
	case lib.CompareGreater:
		return []unix.SockFilter{low, jumpIf(unix.BPF_JGT, l, 0, fail)}
	case lib.CompareGreaterEqual:
		return []unix.SockFilter{low, jumpIf(unix.BPF_JGE, l, 0, fail)}
	case lib.CompareLess:
		return []unix.SockFilter{low, jumpIf(unix.BPF_JGE, l, fail, 0)}
	case lib.CompareLessOrEqual:
		return []unix.SockFilter{low, jumpIf(unix.BPF_JGT, l, fail, 0)}
	}
	return []unix.SockFilter{low, and(l), jumpIf(unix.BPF_JEQ, uint32(c.b), 0, fail)}
}
