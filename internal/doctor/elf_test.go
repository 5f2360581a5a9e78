package doctor

import (
	"bytes"
	"debug/elf"
	"os"
	"strings"
	"testing"
)

// TestInterpreter compares with debug/elf on what this machine has.
func TestInterpreter(t *testing.T) {
	seen := 0
	for _, path := range []string{"/bin/true", "/bin/busybox", "/usr/bin/env", "/proc/self/exe"} {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		defer f.Close()
		if got, ok := interpreter(f); got != loaderOf(t, f) || !ok {
			t.Errorf("%s: %q, %v; want %q", path, got, ok, loaderOf(t, f))
		}
		seen++
	}
	if seen == 0 {
		t.Skip("none of the programs is here")
	}
	for _, text := range []string{"", "#!/bin/sh\n", "\x7fELF", strings.Repeat("x", 100)} {
		if _, ok := interpreter(bytes.NewReader([]byte(text))); ok {
			t.Errorf("%q was taken for a program", text)
		}
	}
	// Numbers that lead nowhere.
	if name, ok := interpreter(bytes.NewReader([]byte("\x7fELF\x02\x01" + strings.Repeat("\xff", 58)))); name != "" || !ok {
		t.Errorf("broken: %q, %v", name, ok)
	}
}

func loaderOf(t *testing.T, f *os.File) string {
	t.Helper()
	program, err := elf.NewFile(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range program.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		name := make([]byte, p.Filesz)
		if _, err := p.ReadAt(name, 0); err != nil {
			t.Fatal(err)
		}
		return strings.TrimRight(string(name), "\x00")
	}
	return ""
}
