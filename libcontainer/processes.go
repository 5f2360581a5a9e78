package libcontainer

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// Pids returns the processes of the container, numbered as on the host: those
// of its cgroup and of cgroups below it. Without a cgroup they are those of its
// PID namespace, or else the descendants of its first process; others cannot be
// told from strangers then.
func (c *Container) Pids() ([]int, error) {
	if c.hasCgroup() {
		return c.cgroup.AllPids()
	}
	alive, err := c.st.InitAlive()
	if err != nil || !alive {
		return nil, err
	}
	if c.st.Config.Namespaces.New(configs.PIDNamespace) {
		return sameNamespace(c.st.InitPID)
	}
	return descendants(c.st.InitPID)
}

func (c *Container) hasCgroup() bool { return len(c.cgroup.Paths()) > 0 }

// killOrphans kills, before the first process, those that nothing would lead to
// afterwards: without a cgroup its descendants, unless they end with it.
func (c *Container) killOrphans() error {
	if c.hasCgroup() || c.st.Config.Namespaces.New(configs.PIDNamespace) {
		return nil
	}
	return c.signalWithoutCgroup(unix.SIGKILL)
}

// sameNamespace returns the processes in the PID namespace of pid.
func sameNamespace(pid int) ([]int, error) {
	name, err := pidNamespace(pid)
	if err != nil {
		return nil, err
	}
	all, err := allPids()
	if err != nil {
		return nil, err
	}
	var list []int
	for _, p := range all {
		if n, err := pidNamespace(p); err == nil && n == name {
			list = append(list, p)
		}
	}
	return list, nil
}

func pidNamespace(pid int) (string, error) {
	return os.Readlink("/proc/" + strconv.Itoa(pid) + "/ns/pid")
}

// descendants returns pid, its children, and theirs.
func descendants(pid int) ([]int, error) {
	all, err := allPids()
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, p := range all {
		if stat, err := sys.ReadProcStat(p); err == nil && stat.Alive() {
			children[stat.Parent] = append(children[stat.Parent], p)
		}
	}
	list := []int{pid}
	for i := 0; i < len(list); i++ {
		list = append(list, children[list[i]]...)
	}
	return list, nil
}

func allPids() ([]int, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var list []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			list = append(list, pid)
		}
	}
	return list, nil
}

// signalWithoutCgroup sends sig to the processes that Pids finds.
func (c *Container) signalWithoutCgroup(sig unix.Signal) error {
	pids, err := c.Pids()
	if err != nil {
		return err
	}
	return cgroups.SignalAll(sig, pids, c.Pids)
}
