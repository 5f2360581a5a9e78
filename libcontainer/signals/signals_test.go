package signals

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestCollect: every signal of the list comes, also those of faults if somebody
// sends them; a child does not inherit that.
func TestCollect(t *testing.T) {
	want := []unix.Signal{unix.SIGHUP, unix.SIGTERM, unix.SIGSEGV, unix.SIGCHLD, unix.SIGUSR1, 34, Last}
	pipe, err := Collect(want)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	for _, s := range want {
		if err := unix.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 8)
		_ = pipe.SetReadDeadline(time.Now().Add(10 * time.Second))
		if n, err := pipe.Read(got); err != nil || n != 1 || unix.Signal(got[0]) != s {
			t.Errorf("%v: got %d, %v", s, got[:n], err)
		}
	}
	out, err := exec.Command("cat", "/proc/self/status").Output()
	for _, name := range []string{"SigBlk", "SigCgt"} {
		if line := name + ":\t0000000000000000\n"; err != nil || !strings.Contains(string(out), line) {
			t.Errorf("a child has no %q, but %s, %v", line, out, err)
		}
	}
	fault(t)
}

// fault: a fault of our own is still a panic.
func fault(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	var none *int
	*none = 1
}

func TestCollectReserved(t *testing.T) {
	if _, err := Collect([]unix.Signal{32}); err == nil {
		t.Error("the C library's own signal was given away")
	}
}
