package initproc

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func names(steps []step) []string {
	var out []string
	for _, s := range steps {
		out = append(out, s.name)
	}
	return out
}

// TestOrder holds the rules that past CVEs and the kernel dictate. Each pair is
// (earlier, later), by the last step of that name.
func TestOrder(t *testing.T) {
	for _, list := range [][]step{startSteps[:], execSteps[:]} {
		order := names(list)
		at := func(name string) int { return slices.Index(order, name) }
		last := func(name string) int {
			for i := len(order) - 1; i >= 0; i-- {
				if order[i] == name {
					return i
				}
			}
			return -1
		}
		for _, rule := range [][2]string{
			{"close-on-exec", "root"},
			{"cgroup namespace", "mounts"},
			{"procfs", "mounts"},
			{"mounts", "devices"},
			{"devices", "runtime hooks"},
			{"createContainer hooks", "root"},
			{"working directory", "seal"},
			{"seal", "ready"},
			{"key label", "session keyring"},
			{"apparmor", "no new privileges"},
			{"exec label", "seccomp"},
			{"exec label", "identity"},
			{"no new privileges", "seccomp"},
			{"ready", "seccomp"},
			{"stdio", "identity"},
			{"identity", "command"},
			{"gate", "startContainer hooks"},
			{"startContainer hooks", "exec"},
		} {
			if at(rule[0]) < 0 || at(rule[1]) < 0 {
				continue // not in this list
			}
			if at(rule[0]) > at(rule[1]) {
				t.Errorf("%q must come before %q in %q", rule[0], rule[1], order)
			}
		}
		if last("seccomp") < at("command") {
			t.Errorf("with no_new_privs the filter comes last: %q", order)
		}
		if order[0] != "close-on-exec" || order[len(order)-1] != "exec" {
			t.Errorf("first and last: %q", order)
		}
	}
}

func TestSysctlPath(t *testing.T) {
	for key, want := range map[string]string{
		"net.ipv4.ip_forward":             "net/ipv4/ip_forward",
		"net/ipv4/ip_forward":             "net/ipv4/ip_forward",
		"net.ipv4.conf.eth0/1.forwarding": "net/ipv4/conf/eth0.1/forwarding",
		"net/ipv4/conf/eth0.1/forwarding": "net/ipv4/conf/eth0.1/forwarding",
		"kernel.shm_rmid_forced":          "kernel/shm_rmid_forced",
	} {
		if got := sysctlPath(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

func TestLookupEnv(t *testing.T) {
	env := []string{"PATHX=/x", "PATH=/a", "PATH=/b", "EMPTY="}
	if got := lookupEnv(env, "PATH"); got != "/b" {
		t.Errorf("the last one counts: %q", got)
	}
	if got := lookupEnv(env, "EMPTY") + lookupEnv(env, "NONE"); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestLastOfEach(t *testing.T) {
	env := []string{"A=1", "AB=2", "A=3", "B=4", "AB=5", "C"}
	if got := lastOfEach(env); !slices.Equal(got, []string{"A=3", "B=4", "AB=5", "C"}) {
		t.Errorf("got %q", got)
	}
}

// TestHome: by number only (CVE-2016-3697).
func TestHome(t *testing.T) {
	passwd := filepath.Join(t.TempDir(), "passwd")
	content := "root:x:0:0:root:/root:/bin/sh\n1000:x:0:0::/pwn:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\nnohome:x:5:5:::\nbroken\n"
	if err := os.WriteFile(passwd, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for uid, want := range map[uint32]string{0: "/root", 1000: "/home/user", 5: "/", 77: "/"} {
		if got := homeOf(passwd, uid); got != want {
			t.Errorf("uid %d: %q, want %q", uid, got, want)
		}
	}
}

// TestHomeFIFO: a FIFO for /etc/passwd must not make us wait.
func TestHomeFIFO(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "passwd")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan string, 1)
	go func() { done <- homeOf(fifo, 0) }()
	select {
	case home := <-done:
		if home != "/" {
			t.Errorf("got %q", home)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("waits for a writer")
	}
}
