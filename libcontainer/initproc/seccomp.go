package initproc

import (
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
	listener, err := sys.SeccompLoad(i.Filter, i.FilterFlags)
	if err != nil || listener == nil {
		return err
	}
	defer listener.Close()
	return i.parent.Listener(listener)
}
