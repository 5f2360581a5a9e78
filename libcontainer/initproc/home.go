package initproc

import (
	"os"

	"github.com/moby/sys/user"
	"golang.org/x/sys/unix"
)

// findHome sets HOME for the user's uid when the environment has none.
func findHome(i *initProcess) error {
	if lookupEnv(i.Process.Env, "HOME") == "" {
		i.home = []string{"HOME=" + homeOf("/etc/passwd", i.Process.User.UID)}
	}
	return nil
}

// homeOf finds the home directory by number: a user that is named like a
// number is another one (CVE-2016-3697). O_NONBLOCK and the check for a regular
// file, for the image may have put a FIFO there.
func homeOf(passwd string, uid uint32) string {
	const fallback = "/"
	f, err := os.OpenFile(passwd, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return fallback
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return fallback
	}
	users, err := user.ParsePasswdFilter(f, func(u user.User) bool { return u.Uid == int(uid) })
	if err != nil || len(users) == 0 || users[0].Home == "" {
		return fallback
	}
	return users[0].Home
}
