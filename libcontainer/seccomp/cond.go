package seccomp

import (
	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"
)

// narrowed returns c as it is compared: on an architecture of 32 bits by the
// low half of the argument alone, and a mask hides bits of the value too.
func (c cond) narrowed(narrow bool) cond {
	if narrow {
		c.a, c.b = uint64(uint32(c.a)), uint64(uint32(c.b))
	}
	if c.op == lib.CompareMaskedEqual {
		c.b &= c.a
	}
	return c
}

// holds tells whether an argument of value v meets c.
func (c cond) holds(v uint64) bool {
	switch c.op {
	case lib.CompareNotEqual:
		return v != c.a
	case lib.CompareLess:
		return v < c.a
	case lib.CompareLessOrEqual:
		return v <= c.a
	case lib.CompareEqual:
		return v == c.a
	case lib.CompareGreaterEqual:
		return v >= c.a
	case lib.CompareGreater:
		return v > c.a
	}
	return v&c.a == c.b
}

// disjoint tells whether x and y can be seen never to hold both. It may miss
// that, which costs time only.
func disjoint(x, y []cond) bool {
	for _, c := range x {
		for _, d := range y {
			if c.arg == d.arg && (c.excludes(d) || d.excludes(c)) {
				return true
			}
		}
	}
	return false
}

func (c cond) excludes(d cond) bool {
	if c.op == lib.CompareMaskedEqual && d.op == c.op {
		return c.a == d.a && c.b != d.b
	}
	return c.op == lib.CompareEqual && !d.holds(c.a)
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
