package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// minFiles is how many descriptors a runtime may need at once.
const minFiles = 64

// minProcesses is how many threads Go alone may start.
const minProcesses = 16

func limits(*patient) Finding {
	f := Finding{Topic: "limits", Status: OK}
	var found, short []string
	for _, l := range []struct {
		name     string
		resource int
		least    uint64
	}{
		{"nofile", unix.RLIMIT_NOFILE, minFiles},
		{"nproc", unix.RLIMIT_NPROC, minProcesses},
		{"memlock", unix.RLIMIT_MEMLOCK, 0},
	} {
		soft, hard, err := sys.Getrlimit(l.resource)
		if err != nil {
			continue
		}
		found = append(found, fmt.Sprintf("%s %s/%s", l.name, limit(soft), limit(hard)))
		if soft < l.least {
			short = append(short, fmt.Sprintf("%s %d is less than %d", l.name, soft, l.least))
		}
	}
	if used, most, ok := keys(os.Geteuid()); ok {
		found = append(found, fmt.Sprintf("keys %d/%d", used, most))
		if used >= most {
			short = append(short, "no key is left: a session keyring for a container (--no-new-keyring)")
			f.Mend = "raise kernel.keys.maxkeys (of root: root_maxkeys)"
		}
	}
	f.Found = strings.Join(found, ", ")
	if len(short) > 0 {
		f.Status, f.RulesOut = Limited, strings.Join(short, "; ")
		if f.Mend == "" {
			f.Mend = "raise the limits (ulimit, LimitNOFILE=)"
		}
	}
	return f
}

func limit(n uint64) string {
	if n == unix.RLIM_INFINITY {
		return "unlimited"
	}
	return strconv.FormatUint(n, 10)
}

// keys reads how many keys of its quota a user has (keyrings(7)).
func keys(uid int) (used, most int, ok bool) {
	for line := range strings.Lines(text("/proc/key-users")) {
		f := strings.Fields(line)
		if len(f) < 4 || f[0] != strconv.Itoa(uid)+":" {
			continue
		}
		n, _ := fmt.Sscanf(f[3], "%d/%d", &used, &most)
		return used, most, n == 2
	}
	return 0, 0, false
}

// mayMake tells whether the state root can be made and written.
func mayMake(path string) error {
	for dir := path; ; dir = filepath.Dir(dir) {
		err := sys.Allowed(dir, unix.W_OK|unix.X_OK)
		if errors.Is(err, fs.ErrNotExist) && dir != "/" {
			continue
		}
		if err == nil {
			return nil
		}
		return &fault.Error{
			Code: fault.State, Step: "state", Hint: "give another directory with --root",
			Err: fmt.Errorf("create state root: %w", err),
		}
	}
}
