package seccomp

import "golang.org/x/sys/unix"

// Offsets in struct seccomp_data (linux/seccomp.h). Arguments are little
// endian: see arch.library.
const (
	offNR   = 0
	offArch = 4
	offArgs = 16
)

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func and(mask uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask}
}

func ret(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}

// jump skips n instructions.
func jump(n int) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(n)}
}

// jumpIf skips yes instructions if the comparison with k holds, else no.
func jumpIf(op uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | op | unix.BPF_K, Jt: yes, Jf: no, K: k}
}

// branch does right when the accumulator is k or more, else left. Neither may
// end by running on.
func branch(k uint32, left, right []unix.SockFilter) []unix.SockFilter {
	var code []unix.SockFilter
	if len(left) <= 0xff {
		code = append(code, jumpIf(unix.BPF_JGE, k, uint8(len(left)), 0))
	} else {
		code = append(code, jumpIf(unix.BPF_JGE, k, 0, 1), jump(len(left)))
	}
	return append(append(code, left...), right...)
}

// tree returns a search tree over ranges of numbers.
func tree(segments []call, narrow bool) []unix.SockFilter {
	if len(segments) == 1 {
		return segments[0].code(narrow)
	}
	mid := len(segments) / 2
	return branch(segments[mid].nr, tree(segments[:mid], narrow), tree(segments[mid:], narrow))
}

// code returns the leaf of the tree: the alternatives, then the action.
func (c *call) code(narrow bool) []unix.SockFilter {
	var code []unix.SockFilter
	for _, alt := range c.alternatives {
		code = append(code, conjunction(alt, narrow)...)
	}
	return append(code, ret(c.action))
}
