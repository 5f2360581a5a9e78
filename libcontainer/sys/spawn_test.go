package sys

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestSpawnManyFiles: the child puts its files in place before it resolves the
// path of the program, and moves some out of the way for that.
func TestSpawnManyFiles(t *testing.T) {
	exe, err := os.Open("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	null, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, count := range []int{3, 4, 8, 16, 17, 40, 100} {
		files := make([]*os.File, count)
		for i := range files {
			files[i] = null
		}
		files[count-1] = exe
		p, err := Spawn(SpawnAttr{Exe: exe, Args: []string{"sh", "-c", "exit 7"}, Files: files})
		if err != nil {
			t.Fatalf("%d files: %v", count, err)
		}
		if ended, err := p.Ended(10 * time.Second); !ended || err != nil {
			t.Fatalf("%d files: ended %v, %v", count, ended, err)
		}
		if ws, err := p.Wait(); err != nil || ws.ExitStatus() != 7 {
			t.Errorf("%d files: status %v, %v", count, ws, err)
		}
		p.Release()
	}
}

func TestSignalNobody(t *testing.T) {
	for _, pid := range []int{0, -1, 1 << 30} {
		if _, err := FindProcess(pid); err == nil {
			t.Errorf("pid %d: no error", pid)
		}
	}
}

func TestParseProcStat(t *testing.T) {
	const rest = " 1 2 3 4 5 4194560 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"
	s, err := parseProcStat("stat", []byte("42 (a) S (b)) S"+rest))
	if err != nil || s.State != 'S' || s.StartTime != 4711 || !s.Alive() || s.Ending {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := parseProcStat("stat", []byte("42 (x) Z"+rest)); err != nil || s.Alive() {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := parseProcStat("stat", []byte("42 (x) S"+strings.Replace(rest, "4194560", "4194564", 1))); err != nil || !s.Alive() || !s.Ending {
		t.Errorf("%+v, %v", s, err)
	}
	for _, bad := range []string{"", "42", "42 (x)", "42 (x) S 1 2"} {
		if _, err := parseProcStat("stat", []byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestSocketCarriesFiles(t *testing.T) {
	a, b, err := SocketPair("test")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	if err := SendAll(a, []byte("hello"), a, b); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	files, err := RecvFull(b, buf)
	if err != nil || string(buf) != "hello" || len(files) != 2 {
		t.Fatalf("%q, %d files, %v", buf, len(files), err)
	}
	for _, f := range files {
		if flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("flags %#x, %v", flags, err)
		}
	}
	CloseAll(files)
}
