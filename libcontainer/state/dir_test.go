package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

func newRoot(t *testing.T) Root {
	t.Helper()
	return NewRoot(filepath.Join(t.TempDir(), "runc"))
}

func noReclaim(*State) error { return errors.New("nothing to reclaim was expected") }

func create(t *testing.T, r Root, id string) *Dir {
	t.Helper()
	d, err := r.Create(id, noReclaim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.unlock)
	return d
}

// self is a state whose first process is this one.
func self(t *testing.T, id string) *State {
	t.Helper()
	stat, err := sys.ReadProcStat(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	s := full()
	s.ID, s.InitPID, s.InitStartTime = id, os.Getpid(), stat.StartTime
	return s
}

func TestValidateID(t *testing.T) {
	for _, id := range []string{"a", "A-z_0+9.x", ".a", "...", "-", strings.Repeat("x", 1024)} {
		if err := ValidateID(id); err != nil {
			t.Errorf("%.20q: %v", id, err)
		}
	}
	for _, id := range []string{"", ".", "..", "a/b", "../a", "a b", "a\n", "a\x00", "ä", "a:b", strings.Repeat("x", 1025)} {
		err := ValidateID(id)
		if err == nil || !strings.HasPrefix(err.Error(), "invalid container ID format") && !strings.HasPrefix(err.Error(), "container id cannot be empty") {
			t.Errorf("%.20q: %v", id, err)
		}
	}
}

func TestLife(t *testing.T) {
	r := newRoot(t)
	if ids, err := r.List(); err != nil || len(ids) != 0 {
		t.Fatalf("list without a root: %v, %v", ids, err)
	}
	if _, err := r.Open("web1"); !errors.Is(err, ErrNotExist) {
		t.Fatalf("open: %v", err)
	}
	d := create(t, r, "web1")
	if info, _ := os.Stat(r.path); info.Mode().Perm() != 0o700 {
		t.Errorf("root has mode %v", info.Mode())
	}
	other, err := r.Open("web1")
	if err != nil {
		t.Fatal(err)
	}
	if !d.BeingCreated() || !other.BeingCreated() {
		t.Error("nobody is creating it")
	}
	if _, err := other.Load(); !errors.Is(err, ErrNoState) {
		t.Errorf("load: %v", err)
	}
	if err := d.Save(self(t, "web1")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(d.file(stateFile)); info.Mode().Perm() != 0o600 {
		t.Errorf("state has mode %v", info.Mode())
	}
	if err := d.Unlock(); err != nil {
		t.Fatal(err)
	}
	if d.BeingCreated() || other.BeingCreated() {
		t.Error("still being created")
	}
	s, err := other.Load()
	if err != nil || s.ID != "web1" {
		t.Fatalf("load: %+v, %v", s, err)
	}
	if alive, err := s.InitAlive(); err != nil || !alive {
		t.Errorf("init alive: %v, %v", alive, err)
	}
	if uid, err := r.Owner("web1"); err != nil || int(uid) != os.Geteuid() {
		t.Errorf("owner %d, %v", uid, err)
	}
	if err := other.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Load(); !errors.Is(err, ErrNotExist) {
		t.Errorf("load of a removed one: %v", err)
	}
	if left, _ := os.ReadDir(r.path); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestListIgnoresWhatIsNoContainer(t *testing.T) {
	r := newRoot(t)
	for _, id := range []string{"b", "a", "c.1"} {
		if err := create(t, r, id).Save(self(t, id)); err != nil {
			t.Fatal(err)
		}
	}
	os.WriteFile(filepath.Join(r.path, "file"), nil, 0o600)
	os.Symlink("a", filepath.Join(r.path, "link"))
	os.Mkdir(filepath.Join(r.path, ":draft"), 0o700)
	os.Mkdir(filepath.Join(r.path, "without-state"), 0o700)
	ids, err := r.List()
	if err != nil || !slices.Equal(ids, []string{"a", "b", "c.1"}) {
		t.Fatalf("%v, %v", ids, err)
	}
	if _, err := r.Open("link"); !errors.Is(err, ErrNotExist) {
		t.Errorf("open of a link: %v", err)
	}
}

func TestExistingIsRefused(t *testing.T) {
	dead := full()
	dead.InitPID = 1<<22 + 1 // above PID_MAX_LIMIT
	for _, c := range []struct {
		name string
		s    *State
		done bool
		gate bool
		want string
	}{
		{"being created", nil, false, false, "is being created by another process"},
		{"running", self(t, "x"), true, false, "running as pid"},
		{"created", self(t, "x"), true, true, "waiting for start"},
		{"stopped", dead, true, false, "free the id with: delete x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRoot(t)
			d := create(t, r, "x")
			if c.s != nil {
				c.s.ID = "x"
				if err := d.Save(c.s); err != nil {
					t.Fatal(err)
				}
			}
			if c.gate {
				if err := d.MakeGate(os.Geteuid(), os.Getegid()); err != nil {
					t.Fatal(err)
				}
			}
			if c.done {
				if err := d.Unlock(); err != nil {
					t.Fatal(err)
				}
			}
			_, err := r.Create("x", noReclaim)
			if !errors.Is(err, ErrExist) || !strings.Contains(err.Error(), c.want) ||
				!strings.Contains(err.Error(), "container with given ID already exists") {
				t.Fatalf("got %v", err)
			}
			if ids, _ := os.ReadDir(r.path); len(ids) != 1 {
				t.Errorf("the refused create left something: %v", ids)
			}
		})
	}
}

func TestOneOfManyCreatesWins(t *testing.T) {
	r := newRoot(t)
	for range 20 {
		var wg sync.WaitGroup
		won := make(chan *Dir, 16)
		for range 16 {
			wg.Go(func() {
				d, err := r.Create("x", noReclaim)
				if err == nil {
					won <- d
				} else if !errors.Is(err, ErrExist) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d creates won", len(won))
		}
		if err := (<-won).Remove(); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(r.path); len(left) != 0 {
			t.Fatalf("left: %v", left)
		}
	}
}

func TestSaveIsAtomic(t *testing.T) {
	d := create(t, newRoot(t), "x")
	s := self(t, "x")
	if err := d.Save(s); err != nil {
		t.Fatal(err)
	}
	s.Config.Seccomp.DefaultAction = "nonsense"
	if err := d.Save(s); err == nil {
		t.Fatal("saved nonsense")
	}
	if got, err := d.Load(); err != nil || got.Config.Seccomp.DefaultAction != "SCMP_ACT_ERRNO" {
		t.Fatalf("the old state is gone: %v", err)
	}
}

func TestLoadRefusesForeignAndBroken(t *testing.T) {
	d := create(t, newRoot(t), "x")
	for data, want := range map[string]string{
		`{"id":"y"}`:       `of another container: "y"`,
		`{"id":"x"`:        "unexpected end",
		`{"id":["x"]}`:     "cannot unmarshal",
		`{"created":"no"}`: "parsing time",
	} {
		if err := os.WriteFile(d.file(stateFile), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Load(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), d.file(stateFile)) {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestGate(t *testing.T) {
	old := unix.Umask(0o077)
	defer unix.Umask(old)
	d := create(t, newRoot(t), "x")
	if d.HasGate() {
		t.Error("a gate before it was made")
	}
	uid := os.Geteuid()
	if uid == 0 {
		uid = 1234
	}
	if err := d.MakeGate(uid, os.Getegid()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(d.file(gateFile))
	if err != nil || info.Mode() != fs.ModeNamedPipe|0o622 || !d.HasGate() {
		t.Fatalf("gate %v, %v", info, err)
	}
	path, err := d.OpenGate()
	if err != nil {
		t.Fatal(err)
	}
	defer path.Close()
	reader, err := d.OpenGateReader() // does not wait for a writer
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	w, err := os.OpenFile(sys.FDPath(path), os.O_WRONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatalf("init cannot open the gate: %v", err)
	}
	defer w.Close()
	if _, err := w.Write([]byte{'0'}); err != nil {
		t.Fatal(err)
	}
	if n, err := reader.Read(make([]byte, 4)); n != 1 || err != nil {
		t.Fatalf("read %d, %v", n, err)
	}
	if err := d.RemoveGate(); err != nil || d.HasGate() {
		t.Fatalf("remove: %v", err)
	}
}

func TestGateIsAFIFO(t *testing.T) {
	d := create(t, newRoot(t), "x")
	if err := os.WriteFile(d.file(gateFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.OpenGateReader(); err == nil || !strings.Contains(err.Error(), "is not a FIFO") {
		t.Errorf("file: %v", err)
	}
	os.Remove(d.file(gateFile))
	os.Symlink("/dev/null", d.file(gateFile))
	if _, err := d.OpenGate(); err == nil {
		t.Error("followed a link")
	}
}

// TestDraftWithoutDescriptors: what was made for want of descriptors in vain is gone.
func TestDraftWithoutDescriptors(t *testing.T) {
	r := NewRoot(t.TempDir())
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 0, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	_, err := r.draft("x")
	if err2 := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err2 != nil {
		t.Fatal(err2)
	}
	if !errors.Is(err, unix.EMFILE) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(r.path); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
