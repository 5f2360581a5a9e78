package criu

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/checkpoint-restore/go-criu/v8/rpc"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a request with the file of that name.
func golden(t *testing.T, name string, opts *rpc.CriuOpts) {
	t.Helper()
	got, err := json.MarshalIndent(opts, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	file := filepath.Join("testdata", name+".golden.json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s: CRIU is asked for something else:\n%s", file, got)
	}
}

func allOptions() *Options {
	return &Options{
		ImageDir: "/images", WorkDir: "/work", ParentPath: "../parent",
		LeaveRunning: true, TCPEstablished: true, TCPSkipInFlight: true, LinkRemap: true, ExtUnixSk: true,
		ShellJob: true, FileLocks: true, AutoDedup: true, LazyPages: true, StatusFD: 9,
		PageServer: &PageServer{Address: "127.0.0.1", Port: 27}, CgroupsMode: "strict", EmptyNS: 0x40000000,
		LSMProfile: "apparmor:x", LSMMountContext: "system_u:object_r:y",
	}
}

func TestDumpRequest(t *testing.T) {
	golden(t, "dump", (&Dump{
		Options: &Options{EmptyNS: 0x40000000}, PID: 42, Root: "/bundle/rootfs",
		External: []string{"mnt[/a]:0"},
	}).dumpOpts(5, -1))
	golden(t, "dump-all", (&Dump{
		Options: allOptions(), PID: 42, Root: "/bundle/rootfs", FreezeCgroup: "/sys/fs/cgroup/x",
		Annotations: map[string]string{"org.criu.config": "/my.conf"},
	}).dumpOpts(5, 6))
	golden(t, "pre-dump", (&Dump{
		Options: &Options{PreDump: true}, PID: 42, Root: "/bundle/rootfs",
		Annotations: map[string]string{"org.criu.config": ""},
	}).dumpOpts(5, -1))
}

func TestRestoreRequest(t *testing.T) {
	golden(t, "restore", (&Restore{Options: &Options{EmptyNS: 0x40000000}, Root: "/state/criu-root"}).restoreOpts(5, -1))
	golden(t, "restore-all", (&Restore{
		Options: allOptions(), Root: "/state/criu-root",
		External:    []string{"mnt[0]:/host"},
		Descriptors: []string{"/dev/null", "pipe:[17]", "socket:[3]", "pipe:[99]"},
		Namespaces:  []ExternalNamespace{{Kind: "net"}, {Kind: "pid"}},
		Join:        []Join{{"uts", "/run/uts"}, {"ipc", "/run/ipc"}},
		CgroupRoots: []CgroupRoot{{"cpu", "/a"}, {"", "/b"}},
	}).restoreOpts(5, 6))
}

func TestCgroupsMode(t *testing.T) {
	for _, word := range []string{"", "soft", "full", "strict", "ignore"} {
		if err := CheckCgroupsMode(word); err != nil {
			t.Errorf("%q: %v", word, err)
		}
	}
	for _, word := range []string{"Soft", "none", "props", " "} {
		if err := CheckCgroupsMode(word); err == nil {
			t.Errorf("%q: no error", word)
		}
	}
}
