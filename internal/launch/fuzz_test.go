package launch

import (
	"strconv"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// FuzzUser: exec --user is taken only if each id is the very number that was
// written (CVE-2026-30892, CVE-2024-40635).
func FuzzUser(f *testing.F) {
	for _, seed := range []string{"1", "1:1", "0:1", "root", "1:", ":1", "+1", " 1", "0x1", "-1", "4294967294", "4294967295", "4294967296", "18446744073709551616", "1_0", "00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, user string) {
		p := &specs.Process{User: specs.User{UID: 7, GID: 8}}
		o := &ExecOptions{User: user}
		if user == "" || o.applyUser(p) != nil {
			return
		}
		uid, gid, both := strings.Cut(user, ":")
		if !isNumber(uid, p.User.UID) || both && !isNumber(gid, p.User.GID) || !both && p.User.GID != 8 {
			t.Errorf("%q became %d:%d", user, p.User.UID, p.User.GID)
		}
	})
}

// isNumber tells whether text is n in decimal, but for zeros before it.
func isNumber(text string, n uint32) bool {
	plain := strings.TrimLeft(text, "0")
	return text != "" && (plain == "" && n == 0 || plain == strconv.FormatUint(uint64(n), 10)) && n != 1<<32-1
}
