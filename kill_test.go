package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseSignal(t *testing.T) {
	for in, want := range map[string]unix.Signal{
		"": unix.SIGTERM, "9": unix.SIGKILL, "KILL": unix.SIGKILL, "kill": unix.SIGKILL, "SIGKILL": unix.SIGKILL,
		"sigkill": unix.SIGKILL, "SigHup": unix.SIGHUP, "0": 0, "64": 64, "usr1": unix.SIGUSR1,
	} {
		if got, err := parseSignal(in); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"65", "-1", "SIGNOPE", "SIG", "9x", " 9"} {
		if got, err := parseSignal(in); err == nil {
			t.Errorf("%q: %v, want an error", in, got)
		}
	}
}
