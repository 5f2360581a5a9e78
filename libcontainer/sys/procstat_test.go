package sys

import "testing"

// FuzzProcStat: the name of a process, which it chooses itself, changes none of
// the fields behind it.
func FuzzProcStat(f *testing.F) {
	for _, seed := range []string{"sh", ") Z 1 (", "a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", "", "\n"} {
		f.Add(seed)
	}
	const rest = ") S 12 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 777 0 0\n"
	f.Fuzz(func(t *testing.T, name string) {
		s, err := parseProcStat("stat", []byte("5 ("+name+rest))
		if err != nil || s != (ProcStat{State: 'S', Parent: 12, StartTime: 777}) {
			t.Errorf("%q: %+v, %v", name, s, err)
		}
		_, _ = parseProcStat("stat", []byte(name))
	})
}
