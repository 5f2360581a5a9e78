package seccomp

import lib "github.com/seccomp/libseccomp-golang"

// The calls of x86 that carry the number of the wanted one as first argument.
const (
	socketcall = 102
	ipc        = 117
)

// mux is a system call of x86 behind another. Some have got a number of their
// own since.
type mux struct {
	name   string
	call   uint32
	number uint64
	direct uint32
}

var muxes = []mux{
	{"socket", socketcall, 1, 359}, {"bind", socketcall, 2, 361}, {"connect", socketcall, 3, 362},
	{"listen", socketcall, 4, 363}, {"accept", socketcall, 5, 0}, {"getsockname", socketcall, 6, 367},
	{"getpeername", socketcall, 7, 368}, {"socketpair", socketcall, 8, 360}, {"send", socketcall, 9, 0},
	{"recv", socketcall, 10, 0}, {"sendto", socketcall, 11, 369}, {"recvfrom", socketcall, 12, 371},
	{"shutdown", socketcall, 13, 373}, {"setsockopt", socketcall, 14, 366}, {"getsockopt", socketcall, 15, 365},
	{"sendmsg", socketcall, 16, 370}, {"recvmsg", socketcall, 17, 372}, {"accept4", socketcall, 18, 364},
	{"recvmmsg", socketcall, 19, 337}, {"sendmmsg", socketcall, 20, 345},
	{"semop", ipc, 1, 0}, {"semget", ipc, 2, 393}, {"semctl", ipc, 3, 394}, {"semtimedop", ipc, 4, 0},
	{"msgsnd", ipc, 11, 400}, {"msgrcv", ipc, 12, 401}, {"msgget", ipc, 13, 399}, {"msgctl", ipc, 14, 402},
	{"shmat", ipc, 21, 397}, {"shmdt", ipc, 22, 398}, {"shmget", ipc, 23, 395}, {"shmctl", ipc, 24, 396},
}

// multiplexed returns the targets of r on x86 if its call is behind another.
// Conditions on the arguments are kept as libseccomp keeps them, although these
// lie elsewhere behind socketcall(2) and ipc(2): the first is replaced, the
// others are left as they are.
func multiplexed(r *rule) []target {
	for _, m := range muxes {
		if m.name != r.name {
			continue
		}
		conds := []cond{{arg: 0, op: lib.CompareEqual, a: m.number}}
		for _, c := range r.conds {
			if c.arg != 0 {
				conds = append(conds, c)
			}
		}
		list := []target{{m.call, conds}}
		if m.direct != 0 {
			list = append(list, target{m.direct, r.conds})
		}
		return list
	}
	return nil
}
