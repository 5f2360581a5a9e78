package userns

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"runc/libcontainer/configs"
)

// inNew starts a program that waits in new namespaces until stop is called.
func inNew(flags uintptr) (pid int, stop func(), err error) {
	cmd := exec.Command("cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 0, nil, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	return cmd.Process.Pid, func() { stdin.Close(); _ = cmd.Wait() }, nil
}

func newUserNS(t *testing.T) int {
	t.Helper()
	pid, stop, err := inNew(syscall.CLONE_NEWUSER)
	if err != nil {
		t.Skip("no new user namespace: ", err)
	}
	t.Cleanup(stop)
	return pid
}

// fields reads a file of pid with its blanks made one.
func fields(t *testing.T, pid int, file string) string {
	t.Helper()
	text, err := os.ReadFile(procPath(pid, file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

func TestWriteMapsPrivileged(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	pid := newUserNS(t)
	uid := []configs.IDMap{{ContainerID: 0, HostID: 100000, Size: 10}, {ContainerID: 10, HostID: 0, Size: 1}}
	gid := []configs.IDMap{{ContainerID: 0, HostID: 200000, Size: 65536}}
	if err := WriteMaps(pid, uid, gid, true); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{"uid_map": "0 100000 10 10 0 1", "gid_map": "0 200000 65536", "setgroups": "allow"} {
		if got := fields(t, pid, file); got != want {
			t.Errorf("%s is %q, want %q", file, got, want)
		}
	}
}

func TestWriteMapsRefused(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	overlap := []configs.IDMap{{ContainerID: 0, HostID: 1000, Size: 10}, {ContainerID: 5, HostID: 5000, Size: 10}}
	err := WriteMaps(newUserNS(t), overlap, nil, true)
	if err == nil || !strings.Contains(err.Error(), "linux.uidMappings") || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("error %v, want one that names linux.uidMappings and the overlap", err)
	}
	many := make([]configs.IDMap, 340)
	for i := range many {
		many[i] = configs.IDMap{ContainerID: uint32(i), HostID: uint32(1000000 + 2*i), Size: 1}
	}
	err = WriteMaps(newUserNS(t), nil, many, true)
	if err == nil || !strings.Contains(err.Error(), "linux.gidMappings") || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("error %v, want one that names linux.gidMappings and the size", err)
	}
}

// TestCheckMaps: the kernel sorts maps of more than five lines.
func TestCheckMaps(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	var long []configs.IDMap
	for id := uint32(8); id > 0; id-- {
		long = append(long, configs.IDMap{ContainerID: id - 1, HostID: 1000000 + 2*id, Size: 1})
	}
	short := []configs.IDMap{{ContainerID: 0, HostID: 7, Size: 1}}
	pid := newUserNS(t)
	if err := WriteMaps(pid, long, short, true); err != nil {
		t.Fatal(err)
	}
	if err := CheckMaps(pid, long, short); err != nil {
		t.Error(err)
	}
	if err := CheckMaps(pid, long[1:], short); err == nil || !strings.HasPrefix(err.Error(), "linux.uidMappings: ") {
		t.Errorf("a line less: %v", err)
	}
	if err := CheckMaps(pid, long, nil); err == nil || !strings.HasPrefix(err.Error(), "linux.gidMappings: ") {
		t.Errorf("no groups: %v", err)
	}
}

// TestWriteMapsByTool uses helpers of its own, for the real ones obey a file of
// the machine.
func TestWriteMapsByTool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	tool := func(name, script string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tool("newuidmap", "echo $@ > "+dir+"/args")
	tool("newgidmap", "echo no such range >&2; echo really; exit 3")
	uid := []configs.IDMap{{ContainerID: 0, HostID: 1000, Size: 1}, {ContainerID: 1, HostID: 100000, Size: 65536}}
	err := WriteMaps(4321, uid, []configs.IDMap{{ContainerID: 0, HostID: 7000, Size: 3}}, false)
	args, _ := os.ReadFile(dir + "/args")
	if got, want := string(args), "4321 0 1000 1 1 100000 65536\n"; got != want {
		t.Errorf("newuidmap got %q, want %q", got, want)
	}
	want := "linux.gidMappings: " + dir + "/newgidmap: exit status 3: no such range really; /etc/subgid must grant these host ids to user " + fmt.Sprint(os.Getuid()) + ": 7000-7002"
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

func TestToolMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := WriteMaps(1, []configs.IDMap{{HostID: 5, Size: 2}}, nil, false)
	if err == nil || !strings.Contains(err.Error(), "newuidmap") || !strings.Contains(err.Error(), "install") {
		t.Errorf("error %v, want one that says what to install", err)
	}
}

func TestOwnIDWithoutPrivilege(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to become somebody else")
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{childVar + "=own", "PATH=/bin:/usr/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 54321, Gid: 54322}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if strings.HasPrefix(string(out), "skip: ") {
		t.Skip(string(out))
	}
}

func childOwnID() error {
	pid, stop, err := inNew(syscall.CLONE_NEWUSER)
	if err != nil {
		fmt.Println("skip: no new user namespace without privilege:", err)
		return nil
	}
	defer stop()
	err = WriteMaps(pid, []configs.IDMap{{HostID: 54321, Size: 1}}, []configs.IDMap{{HostID: 54322, Size: 1}}, false)
	if err != nil {
		return err
	}
	for file, want := range map[string]string{"uid_map": "0 54321 1", "gid_map": "0 54322 1", "setgroups": "deny"} {
		text, err := os.ReadFile(procPath(pid, file))
		if got := strings.Join(strings.Fields(string(text)), " "); err != nil || got != want {
			return fmt.Errorf("%s is %q (%w), want %q", file, got, err, want)
		}
	}
	return nil
}
