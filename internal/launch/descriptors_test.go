package launch

import (
	"os"
	"strconv"
	"testing"

	"runc/libcontainer/configs"
)

func TestPreserve(t *testing.T) {
	self := strconv.Itoa(os.Getpid())
	for _, c := range []struct {
		listen, pid string
		flag        int
		want        int // -1: an error
	}{
		{"", "", 0, 0},
		{"", "", -1, -1},
		{"x", self, 0, -1},
		{"-1", self, 0, -1},
		{"4000", self, 0, -1},
		{"0", self, 0, 0},
		// Not for us: whatever it says.
		{"4000", "", 0, 0},
		{"4000", "1", 0, 0},
		{"x", "1", 0, 0},
	} {
		t.Setenv("LISTEN_FDS", c.listen)
		t.Setenv("LISTEN_PID", c.pid)
		p := new(configs.Process)
		err := (&Options{PreserveFDs: c.flag}).preserve(p)
		if c.want < 0 && err == nil || c.want >= 0 && (err != nil || p.PreserveFDs != c.want || len(p.Env) != 0) {
			t.Errorf("%+v: %d, %q, %v", c, p.PreserveFDs, p.Env, err)
		}
	}
}

// TestPreserveOwn: what the runtime opened itself was not handed over.
func TestPreserveOwn(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := int(f.Fd()) - 3 + 1
	if err := (&Options{PreserveFDs: n}).preserve(new(configs.Process)); err == nil {
		t.Errorf("descriptor %d is close-on-exec, and handed over", f.Fd())
	}
}

func TestStdioIsChecked(t *testing.T) {
	if _, err := stdio(); err != nil {
		t.Fatal(err)
	}
}
