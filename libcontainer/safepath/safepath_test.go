package safepath

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// bothWays runs a test with openat2 and with the walk alone.
func bothWays(t *testing.T, fn func(t *testing.T)) {
	t.Run("openat2", fn)
	t.Run("walk", func(t *testing.T) {
		t.Cleanup(sys.Pretend(sys.CallOpenat2))
		fn(t)
	})
}

// tree makes a root directory beside a host directory with a canary, which the
// returned check wants unchanged.
func tree(t *testing.T) (root *os.File, host string, check func()) {
	t.Helper()
	base := t.TempDir()
	host = filepath.Join(base, "host")
	must(t, os.MkdirAll(filepath.Join(host, "sub"), 0o755))
	must(t, os.WriteFile(filepath.Join(host, "canary"), []byte("alive"), 0o600))
	must(t, os.Mkdir(filepath.Join(base, "root"), 0o755))
	root, err := os.Open(filepath.Join(base, "root"))
	must(t, err)
	t.Cleanup(func() { root.Close() })
	return root, host, func() {
		t.Helper()
		names, err := os.ReadDir(host)
		must(t, err)
		if len(names) != 2 {
			t.Errorf("the host directory holds %v now", names)
		}
		if data, _ := os.ReadFile(filepath.Join(host, "canary")); string(data) != "alive" {
			t.Errorf("the canary reads %q", data)
		}
		if sub, _ := os.ReadDir(filepath.Join(host, "sub")); len(sub) != 0 {
			t.Errorf("the host's subdirectory holds %v now", sub)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSymlinksStayInside(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		root, host, check := tree(t)
		link := func(text, name string) { must(t, os.Symlink(text, filepath.Join(root.Name(), name))) }
		link(host, "absolute")
		link("../../../../../../../"+host, "dots")
		link("absolute", "chain")
		link("/", "slash")
		link("/dangling/deep", "dangling")
		link("/slash/slash/nested", "nested")

		for name, want := range map[string]string{
			"absolute/one":      host + "/one",
			"/dots/two":         host + "/two",
			"chain/three":       host + "/three",
			"slash/../../x":     "/x",
			"/dangling/x":       "/dangling/deep/x",
			"nested":            "/nested/nested",
			"a/./b//c/../d":     "/a/b/d",
			"/../../../up/../y": "/y",
		} {
			place, err := MakeDir(root, name, 0o700)
			if name == "nested" || name == "/dangling/x" {
				// A link that names itself on the way is a loop.
				if !errors.Is(err, unix.ELOOP) {
					t.Errorf("%s: %v, want ELOOP", name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if place.Path != want || !place.Made {
				t.Errorf("%s is at %s (made %v), want %s", name, place.Path, place.Made, want)
			}
			if _, err := os.Lstat(root.Name() + want); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			place.Close()
		}
		check()
	})
}

func TestDanglingLinkIsMadeInside(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		root, host, check := tree(t)
		must(t, os.Symlink(host+"/new/file", filepath.Join(root.Name(), "resolv.conf")))
		place, err := MakeFile(root, "/resolv.conf", 0o644)
		must(t, err)
		defer place.Close()
		if want := host + "/new/file"; place.Path != want || !place.Made {
			t.Errorf("made at %s (%v), want %s", place.Path, place.Made, want)
		}
		check()
	})
}

func TestFindWhatExists(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		root, _, _ := tree(t)
		must(t, os.MkdirAll(root.Name()+"/a/b", 0o755))
		must(t, os.WriteFile(root.Name()+"/a/file", []byte("x"), 0o644))
		must(t, os.Symlink("/a/file", root.Name()+"/link"))
		for name, want := range map[string]string{"/a/b/": "/a/b", "link": "/a/file", "a/../a/file": "/a/file", "": "/", "/": "/"} {
			place, err := Find(root, name)
			if err != nil || place.Path != want || place.Made {
				t.Errorf("%q: %+v, %v", name, place, err)
				continue
			}
			st, err := sys.Fstat(place.File)
			must(t, err)
			var want unix.Stat_t
			must(t, unix.Stat(root.Name()+place.Path, &want))
			if st.Ino != want.Ino {
				t.Errorf("%q is another file", name)
			}
			place.Close()
		}
		for name, want := range map[string]error{"missing": unix.ENOENT, "a/file/x": unix.ENOTDIR} {
			if _, err := Find(root, name); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", name, err, want)
			}
		}
		f, err := Open(root, "/link", unix.O_RDONLY)
		must(t, err)
		defer f.Close()
		buf := make([]byte, 4)
		if n, err := f.Read(buf); n != 1 || err != nil {
			t.Errorf("read %d bytes: %v", n, err)
		}
	})
}

func TestRealDirRefusesLinks(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		root, host, check := tree(t)
		must(t, os.Mkdir(root.Name()+"/vol", 0o755))
		must(t, os.Symlink("/vol", root.Name()+"/proc"))
		must(t, os.Symlink(host, root.Name()+"/sys"))
		must(t, os.Symlink("/nowhere", root.Name()+"/dangling"))
		for _, name := range []string{"/proc", "/sys", "/dangling", "/proc/sub", "/sys/sub"} {
			if _, err := MakeRealDir(root, name, 0o755); !errors.Is(err, unix.ELOOP) {
				t.Errorf("%s: %v, want ELOOP", name, err)
			}
		}
		place, err := MakeRealDir(root, "/vol/../real/dir", 0o711)
		must(t, err)
		defer place.Close()
		if place.Path != "/real/dir" {
			t.Errorf("made at %s", place.Path)
		}
		check()
	})
}

func TestEntryIsNoSymlink(t *testing.T) {
	root, host, check := tree(t)
	must(t, os.Mkdir(root.Name()+"/dev", 0o755))
	must(t, os.Symlink(host+"/newfile", root.Name()+"/dev/console"))
	dev, err := Find(root, "/dev")
	must(t, err)
	defer dev.Close()
	if _, err := MakeEntry(dev, "console", 0o600); !errors.Is(err, unix.ELOOP) {
		t.Errorf("console: %v, want ELOOP", err)
	}
	for _, made := range []bool{true, false} {
		place, err := MakeEntry(dev, "null", 0o600)
		must(t, err)
		if place.Made != made || place.Path != "/dev/null" {
			t.Errorf("%+v, want made=%v", place, made)
		}
		place.Close()
	}
	check()
}

func TestMagicLinksAreNotFollowed(t *testing.T) {
	root, err := os.Open("/")
	must(t, err)
	defer root.Close()
	if f, err := Open(root, "/proc/self/cwd", unix.O_PATH); !errors.Is(err, unix.ELOOP) {
		t.Errorf("openat2: %v, %v", f, err)
	}
	t.Cleanup(sys.Pretend(sys.CallOpenat2))
	// The walk takes the text of the link: a path under the root, no jump.
	tmp, err := os.Open(t.TempDir())
	must(t, err)
	defer tmp.Close()
	if f, err := Open(tmp, "/proc/self/fd/0", unix.O_PATH); !errors.Is(err, unix.ENOENT) {
		t.Errorf("walk: %v, %v", f, err)
	}
}

// TestExchangedComponent has a directory on the way exchanged with symlinks to
// the host while directories and files are made below it (CVE-2024-45310).
func TestExchangedComponent(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		root, host, check := tree(t)
		must(t, os.MkdirAll(root.Name()+"/vol/dir", 0o755))
		must(t, os.Symlink(host, root.Name()+"/vol/evil"))
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				default:
					_ = unix.Renameat2(unix.AT_FDCWD, root.Name()+"/vol/dir", unix.AT_FDCWD, root.Name()+"/vol/evil", unix.RENAME_EXCHANGE)
				}
			}
		}()
		for i := range 300 {
			if p, err := MakeDir(root, fmt.Sprintf("/vol/dir/sub%d/a/b", i), 0o755); err == nil {
				p.Close()
			}
			if p, err := MakeFile(root, fmt.Sprintf("/vol/dir/x%d/file", i), 0o644); err == nil {
				p.Close()
			}
		}
		close(stop)
		<-stopped
		check()
	})
}
