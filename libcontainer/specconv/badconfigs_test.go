package specconv

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"runc/libcontainer/configs/validate"
)

// TestBadConfigs checks the data of the bats test that runs each of these
// mistakes through `runc run`: without a container, in a moment.
func TestBadConfigs(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("needs jq")
	}
	bundle := t.TempDir()
	if err := os.MkdirAll(bundle+"/rootfs/bin", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bundle+"/rootfs/bin/busybox", nil, 0o755); err != nil {
		t.Fatal(err)
	}
	example, err := json.Marshal(exampleOn(true))
	if err != nil {
		t.Fatal(err)
	}
	cases := badConfigs(t)
	var filters []string
	for _, tc := range cases {
		filters = append(filters, `(.process.terminal = false | .process.args = ["true"] | `+tc.Patch+`)`)
	}
	patched := patch(t, example, strings.Join(filters, ", "))
	for i, tc := range cases {
		t.Run(tc.Name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(bundle, "config.json"), patched[i], 0o644); err != nil {
				t.Fatal(err)
			}
			switch err := check(bundle); {
			case err == nil:
				t.Errorf("accepted; want: %s", tc.Want)
			case !strings.Contains(err.Error(), tc.Want) || strings.Contains(err.Error(), "\n"):
				t.Errorf("\n got: %v\nwant: %s", err, tc.Want)
			}
		})
	}
}

// badConfig is a line of badconfigs.jsonl.
type badConfig struct{ Name, Patch, Want string }

func badConfigs(t *testing.T) []badConfig {
	t.Helper()
	file, err := os.Open("../../tests/testdata/badconfigs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list []badConfig
	for dec := json.NewDecoder(file); dec.More(); {
		var tc badConfig
		if err := dec.Decode(&tc); err != nil {
			t.Fatal(err)
		}
		list = append(list, tc)
	}
	return list
}

// patch applies a jq filter that has several results.
func patch(t *testing.T, text []byte, filter string) [][]byte {
	t.Helper()
	jq := exec.Command("jq", "-c", filter)
	jq.Stdin = bytes.NewReader(text)
	out, err := jq.CombinedOutput()
	if err != nil {
		t.Fatalf("jq: %v: %s", err, out)
	}
	return bytes.Split(bytes.TrimSpace(out), []byte("\n"))
}

// check does with a bundle what the runtime does before it makes anything.
func check(bundle string) error {
	spec, err := Load(bundle)
	if err != nil {
		return err
	}
	c, err := Convert(spec, Options{ID: "id", Bundle: bundle})
	if err != nil {
		return err
	}
	return validate.Container(c.Config, c.Process)
}
