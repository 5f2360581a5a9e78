package capabilities

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syndtr/gocapability/capability"
)

func TestNamesAgreeWithLibrary(t *testing.T) {
	if got := len(names); got != 41 {
		t.Fatalf("%d names; linux/capability.h has 41", got)
	}
	for _, c := range capability.List() {
		if want := "CAP_" + strings.ToUpper(c.String()); names[c] != want {
			t.Errorf("capability %d: %q, the library says %q", c, names[c], want)
		}
	}
}

func TestParse(t *testing.T) {
	mask, unknown := Parse([]string{"CAP_KILL", "CAP_NOPE", "cap_kill", "CAP_CHECKPOINT_RESTORE", "", "CAP_KILL", "CAP_CHOWN"})
	if want := uint64(1<<40 | 1<<5 | 1); mask != want {
		t.Errorf("mask %#x, want %#x", mask, want)
	}
	if want := []string{"CAP_NOPE", "cap_kill", ""}; !slices.Equal(unknown, want) {
		t.Errorf("unknown %q, want %q", unknown, want)
	}
}

func TestNamesAscend(t *testing.T) {
	got := Names(1<<63 | 1<<40 | 1<<5 | 1)
	if want := []string{"CAP_CHOWN", "CAP_KILL", "CAP_CHECKPOINT_RESTORE"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLastIsTheKernels(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/kernel/cap_last_cap")
	if err != nil {
		t.Skip("no cap_last_cap to compare with: ", err)
	}
	want, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	if got := Last(); got != want {
		t.Errorf("Last() = %d, the kernel says %d", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("CAP_CHOWN,CAP_BPF")
	f.Add("CAP_,,chown,\x00")
	f.Fuzz(func(t *testing.T, text string) {
		list := strings.Split(text, ",")
		mask, unknown := Parse(list)
		again, none := Parse(Names(mask))
		if again != mask || len(none) != 0 {
			t.Fatalf("%q: mask %#x came back as %#x, unknown %q", text, mask, again, none)
		}
		for _, n := range list {
			if slices.Contains(unknown, n) == slices.Contains(names[:], n) {
				t.Fatalf("%q: must be either known or unknown", n)
			}
		}
	})
}
