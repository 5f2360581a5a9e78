package seccomp

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// cached returns a cache with a profile in it, the profile, and its file.
func cached(t testing.TB) (c Cache, p *configs.Seccomp, file string) {
	t.Helper()
	c, p = Cache{Dir: filepath.Join(t.TempDir(), "cache")}, engineProfile(t)
	if _, err := c.Compile(p); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(c.Dir + "/*")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	return c, p, files[0]
}

// isHit tells whether the cache has a valid file for p.
func (c Cache) isHit(t testing.TB, p *configs.Seccomp) bool {
	t.Helper()
	key, err := keyOf(p)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.read(key)
	return err == nil
}

func sameFilter(t testing.TB, got, want *Filter) {
	t.Helper()
	if !bytes.Equal(got.Program, want.Program) || got.Flags != want.Flags || got.Notify != want.Notify {
		t.Error("another filter than without the cache")
	}
}

func TestCacheHit(t *testing.T) {
	c, p, file := cached(t)
	// A mark that only who reads the file can know: another action at the end.
	key, _ := keyOf(p)
	f, err := c.read(key)
	if err != nil {
		t.Fatal(err)
	}
	sameFilter(t, f, &Filter{Program: f.Program})
	f.Program[len(f.Program)-1] ^= 1
	if err := os.WriteFile(file, encodeFile(key, f), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := c.Compile(p)
	if err != nil || !bytes.Equal(got.Program, f.Program) {
		t.Errorf("the file was not used: %v", err)
	}
	if fresh, _ := Compile(p); got.Flags != fresh.Flags {
		t.Errorf("flags %#x, without the cache %#x", got.Flags, fresh.Flags)
	}
}

func TestCacheKeepsListener(t *testing.T) {
	c, p, _ := cached(t)
	p.Syscalls = append(p.Syscalls, configs.SyscallRule{Names: []string{"mkdir"}, Action: "SCMP_ACT_NOTIFY"})
	for range 2 {
		f, err := c.Compile(p)
		if err != nil || !f.Notify || f.Flags&unix.SECCOMP_FILTER_FLAG_NEW_LISTENER == 0 {
			t.Fatalf("%+v, %v", f, err)
		}
	}
}

// TestCacheDistrusts: a file that is damaged, or that somebody else can write, is
// not used; the filter is right all the same, and the file is put right.
func TestCacheDistrusts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("gives files to others: needs root")
	}
	flip := func(at int) func(file string) error {
		return func(file string) error {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			data[(at+len(data))%len(data)] ^= 0x10
			return os.WriteFile(file, data, 0o600)
		}
	}
	size := func(n int64) func(string) error {
		return func(file string) error { return os.Truncate(file, n) }
	}
	instead := func(make func(file string) error) func(string) error {
		return func(file string) error { return errors.Join(os.Remove(file), make(file)) }
	}
	for name, harm := range map[string]func(file string) error{
		"digest flipped":  flip(0),
		"flag flipped":    flip(offNotify),
		"program flipped": flip(offProgram + 20),
		"end flipped":     flip(-1),
		"empty":           size(0),
		"cut":             size(100),
		"cut by one":      size(offProgram + 8),
		"endless":         size(1 << 30),
		"of another":      func(file string) error { return os.Chown(file, 12345, 12345) },
		"writable by all": func(file string) error { return os.Chmod(file, 0o666) },
		"readable by all": func(file string) error { return os.Chmod(file, 0o604) },
		"a FIFO":          instead(func(file string) error { return unix.Mkfifo(file, 0o600) }),
		"a directory":     instead(func(file string) error { return os.Mkdir(file, 0o700) }),
		"a symlink": func(file string) error {
			return errors.Join(os.Rename(file, file+"x"), os.Symlink(file+"x", file))
		},
		"another's program": func(file string) error {
			q := engineProfile(t)
			q.DefaultAction = "SCMP_ACT_ALLOW"
			f, err := Compile(q)
			key, keyErr := keyOf(q)
			return errors.Join(err, keyErr, os.WriteFile(file, encodeFile(key, f), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, p, file := cached(t)
			want, _ := Compile(p)
			if err := harm(file); err != nil {
				t.Fatal(err)
			}
			if c.isHit(t, p) {
				t.Fatal("the file was taken")
			}
			got, err := c.Compile(p)
			if err != nil {
				t.Fatal(err)
			}
			sameFilter(t, got, want)
			if name != "a directory" && !c.isHit(t, p) {
				t.Error("the file was not put right")
			}
		})
	}
}

// TestCacheDirDistrusts: nothing is read from nor written to a directory that is
// not ours alone.
func TestCacheDirDistrusts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("gives directories to others: needs root")
	}
	for name, harm := range map[string]func(dir string) error{
		"of another":      func(dir string) error { return os.Chown(dir, 12345, 0) },
		"writable by all": func(dir string) error { return os.Chmod(dir, 0o777) },
		"a symlink": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+"x"), os.Symlink(dir+"x", dir))
		},
		"a file": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+"x"), os.WriteFile(dir, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, p, _ := cached(t)
			if err := harm(c.Dir); err != nil {
				t.Fatal(err)
			}
			if c.isHit(t, p) {
				t.Error("read from it")
			}
			p.DefaultAction = "SCMP_ACT_KILL"
			if _, err := c.Compile(p); err != nil {
				t.Fatal(err)
			}
			entries, _ := os.ReadDir(c.Dir)
			if len(entries) > 1 {
				t.Errorf("wrote to it: %v", entries)
			}
		})
	}
}

// TestCacheWithoutDir: where there is no place for it, filters are compiled.
func TestCacheWithoutDir(t *testing.T) {
	for _, dir := range []string{"", "/proc/none/cache", "/dev/null/cache"} {
		if f, err := (Cache{Dir: dir}).Compile(engineProfile(t)); err != nil || f == nil {
			t.Errorf("%q: %v", dir, err)
		}
	}
}

func TestCacheIsForLargeProfiles(t *testing.T) {
	c, p, _ := cached(t)
	p.Syscalls = p.Syscalls[1:]
	if _, err := c.Compile(p); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(c.Dir); len(entries) != 1 {
		t.Errorf("%d files", len(entries))
	}
	if f, err := c.Compile(nil); f != nil || err != nil {
		t.Error(f, err)
	}
}

// TestCacheKeepsNoMistake: a profile that cannot be compiled fails each time.
func TestCacheKeepsNoMistake(t *testing.T) {
	c, p, _ := cached(t)
	p.Syscalls[0].Action = "SCMP_ACT_BAD"
	for range 2 {
		if _, err := c.Compile(p); err == nil {
			t.Error("no error")
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	c, p, first := cached(t)
	for i := range maxCached {
		name := filepath.Join(c.Dir, "draft."+strconv.Itoa(i))
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(time.Duration(i-1000) * time.Hour)
		if err := os.Chtimes(name, when, when); err != nil {
			t.Fatal(err)
		}
	}
	p.DefaultAction = "SCMP_ACT_KILL"
	if _, err := c.Compile(p); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(c.Dir)
	if len(entries) != maxCached || !c.isHit(t, p) {
		t.Errorf("%d files", len(entries))
	}
	if _, err := os.Stat(first); err != nil {
		t.Errorf("the newer file went, not the oldest: %v", err)
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "draft.0")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the oldest file is still there")
	}
}

// TestKeyHoldsAll: whatever of a profile changes makes another key, but for what
// Compile has no use for. New fields are found here.
func TestKeyHoldsAll(t *testing.T) {
	base := func() *configs.Seccomp {
		n, m := uint(1), uint(2)
		return &configs.Seccomp{
			DefaultAction: "a", DefaultErrnoRet: &n, Architectures: []string{"b"}, Flags: []string{"c"}, ListenerPath: "d", ListenerMetadata: "e",
			Syscalls: []configs.SyscallRule{{Names: []string{"f"}, Action: "g", ErrnoRet: &m, Args: []configs.SyscallArg{{Index: 1, Value: 2, ValueTwo: 3, Op: "h"}}}},
		}
	}
	mustKey := func(p *configs.Seccomp) digest {
		k, err := keyOf(p)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := mustKey(base())
	elsewhere := []string{"Flags", "ListenerPath", "ListenerMetadata"}
	seen := 0
	var change func(p *configs.Seccomp, v reflect.Value, name string)
	change = func(p *configs.Seccomp, v reflect.Value, name string) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				change(p, v.Field(i), v.Type().Field(i).Name)
			}
			return
		case reflect.Slice:
			change(p, v.Index(0), name)
			return
		case reflect.Pointer:
			change(p, v.Elem(), name)
			return
		case reflect.String:
			old := v.String()
			v.SetString(old + "x")
			defer v.SetString(old)
		default:
			old := v.Uint()
			v.SetUint(old + 7)
			defer v.SetUint(old)
		}
		seen++
		same := mustKey(p) == first
		if want := slices.Contains(elsewhere, name); same != want {
			t.Errorf("%s: same key: %v", name, same)
		}
	}
	p := base()
	change(p, reflect.ValueOf(p).Elem(), "")
	if seen != 13 {
		t.Errorf("%d fields looked at", seen)
	}
	p.DefaultErrnoRet = nil
	if mustKey(p) == first {
		t.Error("no errno is as errno 1")
	}
}

// FuzzCacheFile: what is not what was written is refused.
func FuzzCacheFile(f *testing.F) {
	key := digest{1}
	valid := encodeFile(key, &Filter{Program: make([]byte, 16), Notify: true})
	f.Add(valid)
	f.Add(valid[:offProgram])
	f.Fuzz(func(t *testing.T, data []byte) {
		filter, err := decodeFile(key, data)
		if err == nil && !bytes.Equal(encodeFile(key, filter)[offProgram:], data[offProgram:]) {
			t.Error("another program")
		}
	})
}

func BenchmarkCached(b *testing.B) {
	c, p, _ := cached(b)
	for b.Loop() {
		if _, err := c.Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}
