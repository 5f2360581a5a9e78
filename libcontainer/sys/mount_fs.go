package sys

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// FSContext is a file system that is being configured (fsopen(2), Linux 5.2).
type FSContext struct {
	f *os.File
}

// FSError is a refusal of FSContext, with what the kernel has to say about it.
type FSError struct {
	// Op is the call that failed: "fsconfig", "create", "fsmount" or "reconfigure".
	Op string
	// FS is the file-system type.
	FS string
	// Key is the option that was refused, Value its value; empty when the
	// step was not about an option.
	Key, Value string
	// Text is what the file system wrote into its log, one line; may be empty.
	Text string
	// Err is the error number.
	Err error
}

func (e *FSError) Error() string {
	var b strings.Builder
	if e.Key != "" {
		b.WriteString("option " + e.Key)
		if e.Value != "" {
			b.WriteString("=" + e.Value)
		}
		b.WriteString(": ")
	}
	if e.Text != "" {
		b.WriteString(e.Text + ": ")
	}
	return b.String() + e.Err.Error()
}

func (e *FSError) Unwrap() error { return e.Err }

// Fsopen begins to configure a new file system of that type. ENODEV when the
// kernel does not know it.
func Fsopen(fstype string) (*FSContext, error) {
	f, err := retryFD("fsopen", fstype, func() (fd int, err error) {
		err = unless(CallMountAPI, func() error {
			fd, err = unix.Fsopen(fstype, unix.FSOPEN_CLOEXEC)
			return err
		})
		return fd, err
	})
	if err != nil {
		return nil, err
	}
	return &FSContext{f}, nil
}

// MakeReadonlyFS makes the file system behind the mount mnt read-only, at every
// place where it is mounted. Unlike a change of the mount, that is allowed in any
// mount namespace.
func MakeReadonlyFS(mnt *os.File) error {
	f, err := retryFD("fspick", mnt.Name(), func() (int, error) {
		return unix.Fspick(int(mnt.Fd()), "", unix.FSPICK_EMPTY_PATH|unix.FSPICK_CLOEXEC)
	})
	if err != nil {
		return err
	}
	keepAlive(mnt)
	c := &FSContext{f}
	defer c.Close()
	if err := c.SetFlag("ro"); err != nil {
		return err
	}
	return c.do("reconfigure", "", "", unix.FsconfigReconfigure)
}

// Close ends the configuration. What Mount has returned lives on.
func (c *FSContext) Close() { c.f.Close() }

// SetString sets an option with a value of at most 255 bytes.
func (c *FSContext) SetString(key, value string) error {
	return c.do("fsconfig", key, value, func(fd int) error { return unix.FsconfigSetString(fd, key, value) })
}

// SetFlag sets an option that has no value.
func (c *FSContext) SetFlag(key string) error {
	return c.do("fsconfig", key, "", func(fd int) error { return unix.FsconfigSetFlag(fd, key) })
}

// Create makes the file system as configured.
func (c *FSContext) Create() error { return c.do("create", "", "", unix.FsconfigCreate) }

// Mount returns a detached mount of the created file system, with MOUNT_ATTR_*
// bits (fsmount(2)). MoveMount attaches it. name is what messages call it.
func (c *FSContext) Mount(name string, attrs uint64) (mnt *os.File, err error) {
	err = c.do("fsmount", "", "", func(fd int) error {
		n, err := unix.Fsmount(fd, unix.FSMOUNT_CLOEXEC, int(attrs))
		if err == nil {
			mnt = os.NewFile(uintptr(n), name)
		}
		return err
	})
	return mnt, err
}

func (c *FSContext) do(op, key, value string, fn func(fd int) error) error {
	err := Retry(func() error { return fn(int(c.f.Fd())) })
	if err == nil {
		keepAlive(c.f)
		return nil
	}
	return &FSError{Op: op, FS: c.f.Name(), Key: key, Value: value, Text: c.log(), Err: err}
}

// maxLogLines bounds what is taken of the kernel's log: it keeps eight lines
// itself.
const maxLogLines = 8

// log returns what the file system has written about the last failure. A read
// yields one line, marked "e ", "w " or "i "; ENODATA is the end.
func (c *FSContext) log() string {
	var lines []string
	buf := make([]byte, 512)
	for range maxLogLines {
		n, err := unix.Read(int(c.f.Fd()), buf)
		if err != nil || n <= 0 {
			break
		}
		line := strings.TrimSpace(string(buf[:n]))
		if len(line) > 2 && line[1] == ' ' {
			line = line[2:]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}
