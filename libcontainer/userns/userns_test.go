package userns

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"runc/libcontainer/configs"
)

// childVar names the job of this test binary when it is started by itself.
const childVar = "USERNS_TEST_CHILD"

func init() {
	// The namespaces of /proc/PID are those of the main thread.
	if os.Getenv(childVar) != "" {
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	job := map[string]func() error{"own": childOwnID, "time": childTime}[os.Getenv(childVar)]
	if job == nil {
		os.Exit(m.Run())
	}
	if err := job(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func TestHostID(t *testing.T) {
	maps := []configs.IDMap{{ContainerID: 0, HostID: 1000, Size: 1}, {ContainerID: 5, HostID: 4294967290, Size: 4}, {ContainerID: 4294967290, HostID: 7, Size: 5}}
	for id, want := range map[uint32]int64{0: 1000, 1: -1, 4: -1, 5: 4294967290, 8: 4294967293, 9: -1, 4294967294: 11, 4294967295: -1} {
		host, ok := HostID(maps, id)
		if ok != (want >= 0) || (ok && int64(host) != want) {
			t.Errorf("HostID(%d) = %d, %t; want %d", id, host, ok, want)
		}
	}
	if _, ok := HostID(nil, 0); ok {
		t.Error("an empty map maps nothing")
	}
}

func TestInInitial(t *testing.T) {
	text, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		t.Skip(err)
	}
	full := strings.Join(strings.Fields(string(text)), " ") == "0 0 4294967295"
	if InInitial() && !full {
		t.Error("said to be initial, but ids are mapped")
	}
	out, err := exec.Command("unshare", "-U", "readlink", "/proc/self/ns/user").Output()
	if err != nil {
		t.Skip("no new user namespace: ", err)
	}
	if strings.TrimSpace(string(out)) == initialUserNS {
		t.Error("a new namespace has the inode of the initial one")
	}
}
