package libcontainer

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs"
	"runc/libcontainer/state"
	"runc/libcontainer/sys"
)

// TestListenerMessage: the agent at listenerPath gets the message of the spec,
// with listenerMetadata in it and the descriptor beside it.
func TestListenerMessage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent")
	agent, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Close()
	c := &Container{st: &state.State{ID: "c1", InitPID: 5, Config: &configs.Config{
		OCIVersion: "1.3.0", Bundle: "/b",
		Seccomp: &configs.Seccomp{ListenerPath: path, ListenerMetadata: "meta"},
	}}}
	sent, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer sent.Close()
	if err := c.sendListener(7, Creating)(sent); err != nil {
		t.Fatal(err)
	}
	conn, err := agent.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text, oob := make([]byte, 4096), make([]byte, 64)
	n, oobn, _, _, err := conn.ReadMsgUnix(text, oob)
	if err != nil || oobn == 0 {
		t.Fatal(oobn, err)
	}
	var got specs.ContainerProcessState
	if err := json.Unmarshal(text[:n], &got); err != nil {
		t.Fatal(err)
	}
	if got.Metadata != "meta" || got.Pid != 7 || len(got.Fds) != 1 || got.Fds[0] != specs.SeccompFdName || got.State.ID != "c1" || got.State.Status != specs.StateCreating {
		t.Errorf("%+v", got)
	}
	c.st.Config.Seccomp.ListenerPath = path + "2"
	if err := c.sendListener(7, Creating)(sent); err == nil || !strings.Contains(err.Error(), "linux.seccomp.listenerPath") {
		t.Errorf("no agent: %v", err)
	}
}

// TestReclaimRdt: what a killed create had made of a resctrl group goes with the
// rest of it.
func TestReclaimRdt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "c1")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	st := &state.State{ID: "c1", IntelRdtPath: dir, Config: &configs.Config{IntelRdt: &configs.IntelRdt{}}}
	if err := rdtOf(st).Destroy(); err != nil {
		t.Fatal(err)
	}
	if _, exists := sys.Subdirs(dir); exists {
		t.Error("the group is left")
	}
}
