// Command ptydrive is what the bats cases need and shell cannot do: it plays the
// user at a terminal, an engine that takes a terminal or a pidfd over a socket,
// a supervisor that waits for sd_notify(3), and a program that says so.
//
//	ptydrive run STEP... -- COMMAND...    COMMAND on a new terminal
//	ptydrive recvtty SOCKET STEP...       a terminal that is sent to SOCKET
//	ptydrive pidfd SOCKET                 tell of the pidfd that is sent to SOCKET
//	ptydrive supervise COMMAND...         tell what comes to NOTIFY_SOCKET
//	ptydrive notify TEXT                  say TEXT to NOTIFY_SOCKET
//
// Steps are in steps.go. What was read of the terminal goes to stdout at the
// end. The exit status is 0 if every step did what it should.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ptydrive:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("see the comment in tests/ptydrive/main.go")
	}
	switch mode, args := args[0], args[1:]; mode {
	case "run":
		end := slices.Index(args, "--")
		if end < 0 || end == len(args)-1 {
			return errors.New("no command after --")
		}
		return onTerminal(args[:end], args[end+1:])
	case "recvtty":
		return receiveTerminal(args[0], args[1:])
	case "pidfd":
		return receivePidfd(args[0])
	case "supervise":
		return supervise(args)
	case "notify":
		return notify(args[0])
	default:
		return fmt.Errorf("no mode %q", mode)
	}
}
