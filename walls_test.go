package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path that all our packages begin with.
const module = "runc"

// floors is the order of docs/architecture.md: a package imports only lower
// floors, and packages on one floor never import each other. A new package
// must find its floor here.
var floors = map[string]int{
	"runc": 7,
	// Programs of their own, which drive the binary.
	"runc/bench":             7,
	"runc/tests/conformance": 7,
	"runc/tests/ptydrive":    7,

	"runc/internal/launch": 6,
	"runc/internal/attach": 6,
	"runc/internal/doctor": 6,

	"runc/libcontainer":          5,
	"runc/libcontainer/initproc": 5,

	"runc/libcontainer/process": 4,
	"runc/libcontainer/rootfs":  4,
	"runc/libcontainer/criu":    4,

	"runc/libcontainer/specconv":    3,
	"runc/libcontainer/state":       3,
	"runc/libcontainer/mountsource": 3,
	"runc/libcontainer/console":     3,

	"runc/libcontainer/handshake":        2,
	"runc/libcontainer/cgroups":          2,
	"runc/libcontainer/seccomp":          2,
	"runc/libcontainer/capabilities":     2,
	"runc/libcontainer/apparmor":         2,
	"runc/libcontainer/selinux":          2,
	"runc/libcontainer/keyring":          2,
	"runc/libcontainer/userns":           2,
	"runc/libcontainer/hooks":            2,
	"runc/libcontainer/netdev":           2,
	"runc/libcontainer/intelrdt":         2,
	"runc/libcontainer/safepath":         2,
	"runc/libcontainer/selfexe":          2,
	"runc/libcontainer/configs/validate": 2,

	"runc/libcontainer/configs":  1,
	"runc/libcontainer/sys":      1,
	"runc/libcontainer/cleanup":  1,
	"runc/libcontainer/fault":    1,
	"runc/libcontainer/leanjson": 1,
	"runc/libcontainer/signals":  1,
	"runc/nsenter":               1,
}

// inside lists what runs in the container, in hostile surroundings, and
// outside what it must not reach, however indirectly: what init does not have
// it can not misuse.
var (
	inside  = []string{"runc/libcontainer/initproc", "runc/libcontainer/rootfs"}
	outside = []string{
		"runc/libcontainer/process",
		"runc/libcontainer/specconv",
		"runc/libcontainer/cgroups",
		"runc/libcontainer/state",
		"github.com/opencontainers/cgroups",
		"github.com/opencontainers/runtime-spec",
		"github.com/urfave/cli",
		"github.com/godbus/dbus",
		"github.com/coreos/go-systemd",
		"github.com/vishvananda/netlink",
		"github.com/checkpoint-restore/go-criu",
	}
)

// owners lists who may import a library directly; all others go through them.
var owners = map[string][]string{
	// The spec changes yearly: one package reads it. The others here write
	// documents that it defines (config.json of `runc spec`, state, features).
	"github.com/opencontainers/runtime-spec": {"runc/libcontainer/specconv", "runc/libcontainer", "runc/internal/launch", "runc"},
	// Nothing below the commands knows how flags are written.
	"github.com/urfave/cli": {"runc"},
	// specconv makes, and state saves, the library's description of a cgroup;
	// only our package cgroups lets it act.
	"github.com/opencontainers/cgroups":     {"runc/libcontainer/cgroups", "runc/libcontainer/specconv", "runc/libcontainer/state"},
	"github.com/seccomp/libseccomp-golang":  {"runc/libcontainer/seccomp", "runc"},
	"github.com/syndtr/gocapability":        {"runc/libcontainer/capabilities"},
	"github.com/vishvananda/netlink":        {"runc/libcontainer/netdev"},
	"github.com/checkpoint-restore/go-criu": {"runc/libcontainer/criu"},
}

// pure lists the functions of golang.org/x/sys/unix and syscall that compute
// and make no system call: anybody may call them. All others belong to sys.
var pure = []string{
	"Major", "Minor", "Mkdev", "ByteSliceFromString", "ByteSliceToString", "BytePtrFromString", "BytePtrToString",
	"SignalNum", "SignalName", "ErrnoName", "NsecToTimespec", "TimespecToNsec", "NsecToTimeval", "CmsgLen", "CmsgSpace",
	"UnixRights", "ParseUnixRights", "ParseSocketControlMessage",
}

// goPackage is what we read of the output of go list.
type goPackage struct {
	ImportPath, Dir   string
	Standard          bool
	GoFiles, CgoFiles []string
	Imports, Deps     []string
}

// ours tells whether p is a package of this module.
func (p *goPackage) ours() bool { return within(p.ImportPath, module) }

// within tells whether importPath is prefix or lies below it. Major versions
// ("/v3") lie below.
func within(importPath, prefix string) bool {
	return importPath == prefix || strings.HasPrefix(importPath, prefix+"/")
}

// listPackages asks the go command once for our packages and all they need.
func listPackages(t *testing.T) map[string]*goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Standard,GoFiles,CgoFiles,Imports,Deps", "./...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	all := make(map[string]*goPackage)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(goPackage)
		if err := dec.Decode(p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
}

// TestWalls guards the order of the packages: see docs/architecture.md.
func TestWalls(t *testing.T) {
	all := listPackages(t)
	t.Run("floors", func(t *testing.T) { checkFloors(t, all) })
	t.Run("inside", func(t *testing.T) { checkInside(t, all) })
	t.Run("owners", func(t *testing.T) { checkOwners(t, all) })
	t.Run("system calls", func(t *testing.T) { checkSyscalls(t, all) })
}

func checkFloors(t *testing.T, all map[string]*goPackage) {
	for _, p := range all {
		if !p.ours() {
			continue
		}
		floor, ok := floors[p.ImportPath]
		if !ok {
			t.Errorf("%s has no floor; give it one in walls_test.go and docs/architecture.md", p.ImportPath)
			continue
		}
		for _, name := range p.Imports {
			below, known := floors[name]
			if known && below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d); only lower floors are allowed", p.ImportPath, floor, name, below)
			}
		}
	}
}

func checkInside(t *testing.T, all map[string]*goPackage) {
	for _, name := range inside {
		p := all[name]
		if p == nil {
			continue
		}
		for _, dep := range p.Deps {
			if slices.ContainsFunc(outside, func(o string) bool { return within(dep, o) }) {
				t.Errorf("%s runs inside the container and reaches %s, by way of %s", name, dep, via(all, p, dep))
			}
		}
	}
}

// via names the import of p through which it reaches target.
func via(all map[string]*goPackage, p *goPackage, target string) string {
	for _, name := range p.Imports {
		if name == target {
			return "its own import"
		}
		if q := all[name]; q != nil && slices.Contains(q.Deps, target) {
			return name
		}
	}
	return "an unknown package"
}

func checkOwners(t *testing.T, all map[string]*goPackage) {
	for _, p := range all {
		if !p.ours() {
			continue
		}
		for _, name := range p.Imports {
			for library, allowed := range owners {
				if within(name, library) && !slices.Contains(allowed, p.ImportPath) {
					t.Errorf("%s imports %s; only %s may", p.ImportPath, name, strings.Join(allowed, ", "))
				}
			}
		}
	}
}

// kernelPackages are those whose functions make system calls.
var kernelPackages = []string{"golang.org/x/sys/unix", "syscall"}

func checkSyscalls(t *testing.T, all map[string]*goPackage) {
	calls := make(map[string]map[string]bool)
	for _, name := range kernelPackages {
		if p := all[name]; p != nil {
			calls[name] = exportedFuncs(t, p)
		}
	}
	for _, p := range all {
		if !p.ours() || p.ImportPath == "runc/libcontainer/sys" {
			continue
		}
		for _, file := range slices.Concat(p.GoFiles, p.CgoFiles) {
			checkFile(t, filepath.Join(p.Dir, file), calls)
		}
	}
}

// exportedFuncs lists the exported functions of p that make system calls.
func exportedFuncs(t *testing.T, p *goPackage) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	for _, file := range slices.Concat(p.GoFiles, p.CgoFiles) {
		for _, decl := range parse(t, token.NewFileSet(), filepath.Join(p.Dir, file)).Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Recv == nil && f.Name.IsExported() && !slices.Contains(pure, f.Name.Name) {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}

// checkFile reports each mention of a function in calls, called or passed on.
func checkFile(t *testing.T, file string, calls map[string]map[string]bool) {
	t.Helper()
	fset := token.NewFileSet()
	tree := parse(t, fset, file)
	imported := make(map[string]map[string]bool)
	for _, spec := range tree.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		if funcs := calls[name]; funcs != nil {
			imported[localName(spec, name)] = funcs
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && imported[x.Name][sel.Sel.Name] {
			t.Errorf("%s: %s.%s is a system call; wrap it in libcontainer/sys", fset.Position(sel.Pos()), x.Name, sel.Sel.Name)
		}
		return true
	})
}

// localName is the name by which a file knows an imported package.
func localName(spec *ast.ImportSpec, importPath string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(importPath)
}

func parse(t *testing.T, fset *token.FileSet, file string) *ast.File {
	t.Helper()
	tree, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
