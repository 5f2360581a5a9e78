package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"time"
)

// A machine is what a reader must know to judge figures.
type machine struct {
	When       time.Time
	CPU        string
	Cores      int
	MemoryMiB  int
	Kernel     string
	LoadBefore string
	LoadAfter  string
}

func describeMachine() machine {
	m := machine{
		When:       time.Now(),
		CPU:        fieldOf("/proc/cpuinfo", "model name"),
		Cores:      goruntime.NumCPU(),
		Kernel:     firstLine("/proc/sys/kernel/osrelease"),
		LoadBefore: loadAverage(),
	}
	fmt.Sscanf(fieldOf("/proc/meminfo", "MemTotal"), "%d kB", &m.MemoryMiB)
	m.MemoryMiB /= 1024
	return m
}

// loadAverage is the load of the last minute.
func loadAverage() string {
	words := strings.Fields(firstLine("/proc/loadavg"))
	if len(words) == 0 {
		return "?"
	}
	return words[0]
}

func firstLine(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return "?"
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}

// fieldOf returns the value of the first line "name : value".
func fieldOf(path, name string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return "?"
	}
	for line := range strings.Lines(string(data)) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "?"
}

// installPackages installs what is measured, and what measuring needs, by apt-get
// if something is missing.
func installPackages(runtimes []runtime) error {
	needed := map[string]string{"busybox-static": "/bin/busybox", "gcc": "/usr/bin/gcc", "libc6-dev": "/usr/include/stdlib.h"}
	for _, r := range runtimes {
		if r.Path == "/usr/bin/crun" || r.Path == "/usr/sbin/runc" {
			needed[r.Name] = r.Path
		}
	}
	missing := []string{"install", "-y", "-qq", "--no-install-recommends"}
	for name, path := range needed {
		if _, err := os.Stat(path); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 4 {
		return nil
	}
	fmt.Println("installing:", strings.Join(missing[4:], " "))
	if err := aptGet("update", "-qq"); err != nil {
		return err
	}
	return aptGet(missing...)
}

func aptGet(args ...string) error {
	cmd := exec.Command("apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(output))
	}
	return nil
}

// compileHelpers compiles spawn.c and floor.c, which lie in c/.
func compileHelpers(o options) error {
	for _, name := range []string{"spawn", "floor"} {
		cmd := exec.Command("gcc", "-std=gnu11", "-O2", "-Wall", "-static",
			"-o", filepath.Join(o.work, name), filepath.Join("bench/c", name+".c"))
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("compile bench/c/%s.c (run this in the project's root): %w: %s", name, err, output)
		}
	}
	return nil
}
