package attach

import "testing"

func TestMessage(t *testing.T) {
	for _, c := range []struct {
		in        string
		whole     bool
		out       string
		wantReady bool
	}{
		{"READY=1", false, "MAINPID=7\nREADY=1\n", true},
		{"READY=1\n", true, "MAINPID=7\nREADY=1\n", true},
		{"X=1\nREADY=1\nSTATUS=up", false, "MAINPID=7\nREADY=1\n", true},
		{"X=1\nREADY=1\nSTATUS=up", true, "MAINPID=7\nREADY=1\nSTATUS=up\n", true},
		{"WATCHDOG=1", true, "WATCHDOG=1\n", false},
		{"WATCHDOG=1", false, "", false},
		{"READY=0", true, "", false},
		{"READY=", true, "", false},
		{"NOTREADY=1", true, "", false},
		// Not the container's to say.
		{"MAINPID=1", true, "", false},
		{"FDSTORE=1\nFDNAME=x", true, "", false},
		{"BARRIER=1", true, "", false},
		{"WATCHDOG_USEC=1", true, "", false},
		{"NOTIFYACCESS=all", true, "", false},
		{"", true, "", false},
	} {
		out, ready := message(c.in, 7, c.whole)
		if out != c.out || ready != c.wantReady {
			t.Errorf("%q (whole: %v): %q, %v", c.in, c.whole, out, ready)
		}
	}
}
