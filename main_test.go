package main

import "testing"

// TestNamed: what is called is made under its name; all are for whoever asks for help.
func TestNamed(t *testing.T) {
	for _, c := range commands {
		if got := named([]string{"--root", "x", c.name, "id"}); len(got) != 1 || got[0].Name != c.name {
			t.Errorf("%s: %d commands", c.name, len(got))
		}
	}
	for _, args := range [][]string{nil, {"nope"}, {"--help", "run"}, {"-h", "run"}, {"help", "run"}, {"h", "run"}, {"run", "--help"}} {
		if got := named(args); len(got) != len(commands) {
			t.Errorf("%q: %d commands", args, len(got))
		}
	}
	if got := named([]string{"--root", "state", "run", "x"}); len(got) != 2 {
		t.Errorf("the root is called state: %d commands", len(got))
	}
}
