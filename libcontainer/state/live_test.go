package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/cgroups"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// runcCmd runs the distribution's runc on the state root.
func runcCmd(t *testing.T, root string, args ...string) string {
	t.Helper()
	out, err := exec.Command("timeout", append([]string{"20", "/usr/sbin/runc", "--root", root}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("runc %v: %v: %s", args, err, out)
	}
	return string(out)
}

// TestDebianRuncReadsOurs hands a process with a state of ours to the runc of
// the distribution.
func TestDebianRuncReadsOurs(t *testing.T) {
	if out, err := exec.Command("/usr/sbin/runc", "--version").Output(); err != nil || !strings.HasPrefix(string(out), "runc version 1.1") {
		t.Skip("needs a runc 1.1 in /usr/sbin")
	}
	if _, err := os.Stat("/sys/fs/cgroup/freezer/cgroup.procs"); err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and the cgroup v1 freezer")
	}
	init := exec.Command("sleep", "1000")
	if err := init.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { init.Process.Kill(); init.Wait() }()

	root := newRoot(t)
	d := create(t, root, "ours")
	s := minimal(t, "ours", init.Process.Pid)
	defer func() {
		for _, dir := range s.CgroupPaths {
			os.Remove(dir)
		}
	}()
	if err := d.Save(s); err != nil {
		t.Fatal(err)
	}
	if err := d.Unlock(); err != nil {
		t.Fatal(err)
	}

	var st struct {
		ID, Status, Bundle, Rootfs string
		PID                        int
		Created                    time.Time
		Annotations                map[string]string
	}
	if err := json.Unmarshal([]byte(runcCmd(t, root.path, "state", "ours")), &st); err != nil {
		t.Fatal(err)
	}
	if st.ID != "ours" || st.Status != "running" || st.PID != s.InitPID || st.Bundle != "/bundles/x" ||
		st.Rootfs != "/bundles/x/rootfs" || !st.Created.Equal(s.Created) || st.Annotations["a"] != "b=c" {
		t.Errorf("runc state: %+v", st)
	}
	if out := runcCmd(t, root.path, "list"); !strings.Contains(out, "ours") || !strings.Contains(out, "running") {
		t.Errorf("runc list: %s", out)
	}
	runcCmd(t, root.path, "kill", "ours", "KILL")
	if err := init.Wait(); err == nil {
		t.Error("kill did not kill")
	}
	runcCmd(t, root.path, "delete", "ours")
	if _, err := root.Open("ours"); !errors.Is(err, ErrNotExist) {
		t.Errorf("after delete: %v", err)
	}
	for _, dir := range s.CgroupPaths {
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("runc delete left %s", dir)
		}
	}
}

// minimal is the state of a container that has pid as its only process, with
// two cgroups of its own.
func minimal(t *testing.T, id string, pid int) *State {
	t.Helper()
	stat, err := sys.ReadProcStat(pid)
	if err != nil {
		t.Fatal(err)
	}
	s := &State{
		ID: id, InitPID: pid, InitStartTime: stat.StartTime, Created: time.Now().UTC(),
		Config: &configs.Config{
			OCIVersion: "1.3.0", Bundle: "/bundles/x", Annotations: map[string]string{"a": "b=c"},
			Root: configs.Root{Path: "/bundles/x/rootfs"}, Namespaces: configs.Namespaces{{Type: configs.PIDNamespace}},
		},
		Process:        &configs.Process{},
		Cgroup:         &cgroups.Cgroup{Path: "/x", Resources: &cgroups.Resources{}},
		CgroupPaths:    map[string]string{},
		NamespacePaths: map[configs.NamespaceType]string{configs.PIDNamespace: fmt.Sprintf("/proc/%d/ns/pid", pid)},
	}
	for _, name := range []string{"freezer", "devices"} {
		dir := filepath.Join("/sys/fs/cgroup", name, fmt.Sprintf("state-test-%d", pid))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		s.CgroupPaths[name] = dir
		if err := os.WriteFile(dir+"/cgroup.procs", fmt.Append(nil, pid), 0); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
