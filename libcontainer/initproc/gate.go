package initproc

import (
	"fmt"
	"os"
)

// The one word of init to start, and the most that it says instead: what fits
// into a FIFO at once (PIPE_BUF), whoever reads it.
const (
	started    = "0"
	maxToStart = 4000
)

// passGate ends the talk with create and waits until start opens the other end
// of exec.fifo. The procfs has done its last service then: where none of our own
// could be made it is the host's, and the path of the user's program must not
// lead through it (CVE-2024-21626).
func passGate(i *initProcess) (err error) {
	defer i.proc.Close()
	if i.gate == nil {
		return nil
	}
	i.release()
	i.parent.Close()
	if i.start, err = i.proc.ReopenFD(i.gate, os.O_WRONLY); err != nil {
		return fmt.Errorf("open exec.fifo: %w", err)
	}
	return i.gate.Close()
}

// tellStart lets start end well: from here on the container runs.
func tellStart(i *initProcess) error {
	if i.start == nil {
		return nil
	}
	defer func() { i.start = nil }()
	if _, err := i.start.WriteString(started); err != nil {
		return fmt.Errorf("write exec.fifo: %w", err)
	}
	return i.start.Close()
}

// failStart tells start, if it waits, why the container does not run.
func (i *initProcess) failStart(err error) {
	if i.start == nil {
		return
	}
	text := err.Error()
	if len(text) > maxToStart {
		text = text[:maxToStart] + "..."
	}
	_, _ = i.start.WriteString(text)
}
