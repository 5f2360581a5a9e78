package hooks

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"runc/libcontainer/configs"
)

func shell(script string) configs.Hook {
	return configs.Hook{Path: "/bin/sh", Args: []string{"sh", "-c", script}, Env: []string{"PATH=/usr/bin:/bin"}}
}

func TestStateEnvAndOrder(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	first := shell("cat >>" + out + "; pwd >>" + out + "; env | grep -c . >>" + out)
	second := shell("echo second >>" + out)
	t.Setenv("LEAK", "1")
	if err := Run("prestart", []configs.Hook{first, second}, []byte("{\"id\":\"x\"}\n"), "/usr", nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	// PATH, and PWD and such that the shell adds; not LEAK.
	if len(lines) != 4 || lines[0] != `{"id":"x"}` || lines[1] != "/usr" || lines[3] != "second" {
		t.Errorf("got %q", lines)
	}
	if err := Run("x", []configs.Hook{shell(`test -z "$LEAK"`)}, nil, "/", nil); err != nil {
		t.Error("the environment of the runtime leaks:", err)
	}
}

func TestDefaultEnv(t *testing.T) {
	is := func(want string) configs.Hook {
		return configs.Hook{Path: "/bin/sh", Args: []string{"sh", "-c", `test "$LEAK" = "` + want + `"`}}
	}
	own := is("mine")
	own.Env = []string{"LEAK=mine"}
	if err := Run("x", []configs.Hook{is("default"), own}, nil, "/", []string{"LEAK=default"}); err != nil {
		t.Error(err)
	}
	t.Setenv("LEAK", "1")
	if err := Run("x", []configs.Hook{is("")}, nil, "/", nil); err != nil {
		t.Error("without a default there is none:", err)
	}
}

func TestFailureHasOutput(t *testing.T) {
	ran := filepath.Join(t.TempDir(), "ran")
	err := Run("createRuntime", []configs.Hook{shell("true"), shell("echo to-out; echo to-err >&2; exit 3"), shell("touch " + ran)}, nil, "/", nil)
	want := "error running createRuntime hook #1: /bin/sh: exit status 3, stdout: to-out, stderr: to-err"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a hook ran after one that failed")
	}
}

func TestTimeout(t *testing.T) {
	h := shell("echo started; exec sleep 1000")
	h.Timeout = 50 * time.Millisecond
	begin := time.Now()
	err := Run("poststop", []configs.Hook{h}, nil, "/", nil)
	if err == nil || !strings.Contains(err.Error(), "hook ran past specified timeout of 0.1s") {
		t.Errorf("got %v", err)
	}
	if time.Since(begin) > 10*time.Second {
		t.Error("waited for the hook")
	}
}

func TestStdinNotRead(t *testing.T) {
	if err := Run("prestart", []configs.Hook{shell("exit 0")}, make([]byte, 1<<20), "/", nil); err != nil {
		t.Error(err)
	}
}

func TestOutputIsBounded(t *testing.T) {
	err := Run("prestart", []configs.Hook{shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done; echo last; exit 1")}, nil, "/", nil)
	if err == nil || len(err.Error()) > 2*maxOutput || !strings.Contains(err.Error(), "last") {
		t.Errorf("%d bytes: %.200v", len(err.Error()), err)
	}
}

func TestLeftoverChildDoesNotHold(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	if err := Run("prestart", []configs.Hook{shell("sleep 30 & echo $! >" + pidFile)}, nil, "/", nil); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

func TestMissing(t *testing.T) {
	err := Run("prestart", []configs.Hook{{Path: "/no/such"}}, nil, "/", nil)
	if err == nil || !strings.Contains(err.Error(), "prestart hook #0: /no/such") {
		t.Errorf("got %v", err)
	}
}
