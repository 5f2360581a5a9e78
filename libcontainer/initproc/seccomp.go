package initproc

import (
	"os"

	"runc/libcontainer/sys"
)

// seccompPrivileged loads the filter while we still may without
// no_new_privs.
func seccompPrivileged(i *initProcess) error {
	if i.Process.NoNewPrivileges {
		return nil
	}
	return i.loadFilter()
}

func seccompLast(i *initProcess) error {
	if !i.Process.NoNewPrivileges {
		return nil
	}
	return i.loadFilter()
}

func (i *initProcess) loadFilter() error {
	if len(i.Filter) == 0 {
		return nil
	}
	// The listener is handed over from another thread, which the filter does
	// not hold for: the profile may notify of the very calls that it takes.
	listeners := make(chan int)
	sent := make(chan error)
	go func() {
		fd := <-listeners
		if fd < 0 {
			sent <- nil
			return
		}
		listener := os.NewFile(uintptr(fd), "seccomp listener")
		defer listener.Close()
		sent <- i.parent.Listener(listener)
	}()
	i.parent.Debugf("seccomp filter flags: %d", i.FilterFlags) // the words that runc's tests read
	listener, err := sys.SeccompLoad(i.Filter, i.FilterFlags)
	if err != nil {
		return err
	}
	listeners <- listener
	return <-sent
}
