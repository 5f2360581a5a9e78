package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A sample is what one turn of a case cost.
type sample struct {
	WallNS   int64
	CPUUS    int64 // user and system time of all processes
	MaxRSSKB int64 // of the largest process
}

// patience bounds one turn; a runtime that hangs is ended, and the case told so.
const patience = 60 * time.Second

// spawn runs words as spawn.c describes, and returns what they cost. An error has
// what the commands wrote to stderr.
func (l *lab) spawn(words ...string) (sample, error) { return l.spawnIn(l.ctx, words...) }

func (l *lab) spawnIn(ctx context.Context, words ...string) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join(l.work, "spawn"), words...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if err != nil {
		return sample{}, fmt.Errorf("%w: %s", err, oneLine(stderr.String()))
	}
	s, err := parseSpawn(&stdout)
	if err != nil {
		return sample{}, fmt.Errorf("%w: %s", err, oneLine(stderr.String()))
	}
	return s, nil
}

// parseSpawn reads the lines that spawn.c prints. A command with a status other
// than zero is an error.
func parseSpawn(r io.Reader) (sample, error) {
	var s sample
	var failed error
	complete := false
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var status int
		if n, _ := fmt.Sscanf(lines.Text(), "done %d", &status); n == 1 && status != 0 && failed == nil {
			failed = fmt.Errorf("exit status %d", status)
		}
		if n, _ := fmt.Sscanf(lines.Text(), "total %d %d %d", &s.WallNS, &s.CPUUS, &s.MaxRSSKB); n == 3 {
			complete = true
		}
	}
	if failed == nil && !complete {
		failed = fmt.Errorf("the measuring program said nothing")
	}
	return s, failed
}

// A holder is a container that stays while others are measured, with the process
// that waits for its end in the place of an engine.
type holder struct{ cmd *exec.Cmd }

// hold starts a container with `run --detach` and returns when that has ended.
func (l *lab) hold(words ...string) (*holder, error) {
	var stderr bytes.Buffer
	cmd := exec.Command(filepath.Join(l.work, "spawn"), words...)
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if line != "done 0\n" {
		_ = cmd.Wait()
		return nil, fmt.Errorf("%s: %s (%v)", strings.TrimSpace(line), oneLine(stderr.String()), err)
	}
	return &holder{cmd}, nil
}

// wait returns when the container is gone.
func (h *holder) wait() { _ = h.cmd.Wait() }

// oneLine is the last line of what a runtime wrote to stderr: the cause.
func oneLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
