package sys

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// callersSlack is the timer slack that the process was started with, in
// nanoseconds; 0 if no thread has another one.
var callersSlack uint64

// RestoreTimerSlack gives the calling thread the timer slack that the process
// was started with (nsenter.TimerSlack), and from now on what the process
// starts: a child inherits that of the thread that forks it. 0 changes nothing.
func RestoreTimerSlack(nanoseconds uint64) {
	callersSlack = nanoseconds
	setCallersSlack()
}

// setCallersSlack can fail in no way that matters: the slack is a hint.
func setCallersSlack() {
	if callersSlack != 0 {
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(callersSlack), 0, 0, 0)
	}
}

// forking calls fn, which forks, on a thread whose timer slack is the caller's:
// other threads may have been started by Go's monitor thread and have its.
func forking(fn func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	setCallersSlack()
	return fn()
}

// Run is cmd.Run for a child that shall find the timer slack that this process
// was started with.
func Run(cmd *exec.Cmd) error {
	if err := forking(cmd.Start); err != nil {
		return err
	}
	return cmd.Wait()
}
