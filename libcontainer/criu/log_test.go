package criu

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestFailureQuotesTheLog(t *testing.T) {
	o := &Options{ImageDir: t.TempDir()}
	log := filepath.Join(o.ImageDir, dumpLog)
	cause := errors.New("criu failed: type DUMP errno 0")
	write := func(text string) func() error {
		return func() error {
			if text != "" {
				if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			return cause
		}
	}
	for name, c := range map[string]struct{ log, want string }{
		"reasons": {"(0.1) fine\n(0.2) Error (criu/a.c:1): first\n(0.3) fine\n(0.4) Error (criu/b.c:2): \x1b[31mlast\r\n",
			cause.Error() + ": (0.2) Error (criu/a.c:1): first; (0.4) Error (criu/b.c:2):  [31mlast; log file: " + log},
		"the last ones": {"Error 1\nError 2\nError 3\nError 4\n", cause.Error() + ": Error 2; Error 3; Error 4; log file: " + log},
		"no reason":     {"fine\n", cause.Error() + "; log file: " + log},
		"no log":        {"", cause.Error()},
	} {
		err := o.withLog(dumpLog, write(c.log))
		if err == nil || err.Error() != c.want || !errors.Is(err, cause) {
			t.Errorf("%s:\n%v\nwant\n%s", name, err, c.want)
		}
	}
	if err := o.withLog(dumpLog, func() error { return nil }); err != nil {
		t.Error(err)
	}
}
