package process

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"runc/libcontainer/sys"
)

// TestNumberOfAnother: the process that lends its namespaces ends, and its number
// goes to one of the host's, here this one.
func TestNumberOfAnother(t *testing.T) {
	cmd := exec.Command("cat")
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lender, err := sys.FindProcess(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	defer lender.Release()
	if e, err := EntryBeside(lender); err != nil || e.Root == nil {
		t.Errorf("alive: %+v, %v", e, err)
	} else {
		e.Close()
	}
	stdin.Close()
	_ = cmd.Wait()
	lender.PID = os.Getpid()
	if e, err := EntryBeside(lender); !errors.Is(err, ErrEnding) {
		t.Errorf("ended: %+v, %v", e, err)
	}
	if err := new(Entry).OneByOne(lender); !errors.Is(err, ErrEnding) {
		t.Errorf("ended, one by one: %v", err)
	}
}
