package initproc

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzHome: whatever the image has as passwd, there is a home.
func FuzzHome(f *testing.F) {
	f.Add([]byte("root:x:0:0:root:/root:/bin/sh\n1000:x:0:0::/pwn:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"), uint32(1000))
	f.Add([]byte("a:b"), uint32(0))
	f.Add([]byte(":::::::\n\n#x\n+::::::"), uint32(0))
	path := filepath.Join(f.TempDir(), "passwd")
	f.Fuzz(func(t *testing.T, passwd []byte, uid uint32) {
		if err := os.WriteFile(path, passwd, 0o600); err != nil {
			t.Fatal(err)
		}
		if homeOf(path, uid) == "" {
			t.Error("no home")
		}
	})
}
