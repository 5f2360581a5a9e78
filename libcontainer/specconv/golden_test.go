package specconv

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs/validate"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares v, as JSON, with a file of testdata.
func golden(t *testing.T, file string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got)+"\n" {
		t.Errorf("differs from %s; if that is right, run go test -update. Got:\n%s", file, got)
	}
}

// goldenContainer is Container with everything visible to package json, the
// properties for systemd too.
type goldenContainer struct {
	*Container
	SystemdProps []string
}

func visible(c *Container) goldenContainer {
	g := goldenContainer{Container: c}
	for _, p := range c.Cgroup.SystemdProps {
		g.SystemdProps = append(g.SystemdProps, p.Name+" = "+p.Value.String()+" ("+p.Value.Signature().String()+")")
	}
	return g
}

func TestExampleGolden(t *testing.T) {
	golden(t, "example.json", exampleOn(true))
	c, err := Convert(exampleOn(true), Options{ID: "id", Bundle: "/bundle"})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "example.golden.json", visible(c))
}

func TestRootlessGolden(t *testing.T) {
	spec := exampleOn(true)
	MakeRootless(spec)
	if got := spec.Linux.UIDMappings[0].HostID; got != uint32(os.Geteuid()) {
		t.Errorf("uid %d is mapped, not the caller's", got)
	}
	spec.Linux.UIDMappings[0].HostID, spec.Linux.GIDMappings[0].HostID = 1000, 1001
	golden(t, "rootless.json", spec)
}

// TestExamplesAreValid also checks that what `runc spec` writes can be run.
func TestExamplesAreValid(t *testing.T) {
	bundle := t.TempDir()
	if err := os.Mkdir(filepath.Join(bundle, "rootfs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, rootless := range []bool{false, true} {
		spec := exampleOn(true)
		if rootless {
			MakeRootless(spec)
		}
		c, err := Convert(spec, Options{ID: "id", Bundle: bundle, RootlessEUID: rootless, RootlessCgroups: rootless})
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Container(c.Config, c.Process); err != nil {
			t.Errorf("rootless %v: %v", rootless, err)
		}
	}
}

// TestFullGolden converts every field that Linux has.
func TestFullGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	spec := new(specs.Spec)
	if err := decode("full.json", data, spec); err != nil {
		t.Fatal(err)
	}
	c, err := Convert(spec, Options{
		ID: "id", Bundle: "/bundle", SystemdCgroup: true,
		NoPivot: true, NoNewKeyring: true, RootlessEUID: true, RootlessCgroups: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "full.golden.json", visible(c))
}
