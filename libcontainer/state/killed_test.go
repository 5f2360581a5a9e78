package state

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The test binary plays the creator that gets killed: with creatorEnv set it
// goes as far as the variable says, reports, and waits for its death.
const creatorEnv = "STATE_TEST_CREATOR"

func TestMain(m *testing.M) {
	if step := os.Getenv(creatorEnv); step != "" {
		creator(step, os.Args[1])
		return
	}
	os.Exit(m.Run())
}

func creator(step, path string) {
	r := NewRoot(path)
	d, err := r.draft("x")
	if err == nil && step != "draft" {
		err = r.publish(d, func(*State) error { return errors.New("unexpected") })
	}
	s := full()
	s.ID, s.InitPID = "x", 0
	if err == nil && step == "early" {
		err = d.Save(s)
	}
	s.InitPID = 1<<22 + 1 // dead, as init is when its creator was killed
	if err == nil && (step == "saved" || step == "done") {
		err = d.Save(s)
	}
	if err == nil && step == "done" {
		err = d.Unlock()
	}
	if err != nil {
		os.Stdout.WriteString(err.Error())
	}
	os.Stdout.WriteString("\n")
	select {}
}

// killCreator runs a creator up to step and returns its kill.
func killCreator(t *testing.T, step, path string) (kill func()) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", path)
	cmd.Env = append(os.Environ(), creatorEnv+"="+step)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() { cmd.Process.Kill(); cmd.Wait() }
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "\n" {
		kill()
		t.Fatalf("creator: %s", line)
	}
	return kill
}

func TestKilledCreateIsReclaimed(t *testing.T) {
	for step, wantState := range map[string]bool{"draft": false, "named": false, "early": true, "saved": true} {
		t.Run(step, func(t *testing.T) {
			path := t.TempDir()
			r := NewRoot(path)
			kill := killCreator(t, step, path)
			if _, err := r.Create("x", noReclaim); !errors.Is(err, ErrExist) {
				kill()
				t.Fatalf("while it lives: %v", err)
			}
			kill()
			if d, err := r.Open("x"); err == nil && d.BeingCreated() {
				t.Error("a dead create counts as going on")
			}
			if wantState {
				if _, err := r.Create("x", noReclaim); !errors.Is(err, ErrExist) {
					t.Errorf("reclaim failed, create gave %v", err)
				}
			}
			var got *State
			d, err := r.Create("x", func(s *State) error { got = s; return nil })
			if err != nil {
				t.Fatal(err)
			}
			if wantState != (got != nil) || got != nil && got.Cgroup.Path != "/box/web1" {
				t.Errorf("reclaim got %+v", got)
			}
			if d.has(stateFile) {
				t.Error("the new one has the old state")
			}
			if err := d.Remove(); err != nil {
				t.Fatal(err)
			}
			if left, _ := filepath.Glob(path + "/*"); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestFinishedCreateIsKept(t *testing.T) {
	path := t.TempDir()
	killCreator(t, "done", path)()
	if _, err := NewRoot(path).Create("x", noReclaim); !errors.Is(err, ErrExist) {
		t.Fatal(err)
	}
}
