package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer"
	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/safepath"
)

// programOf looks for the program, its loader and the working directory in the
// root file system. What lies under a mount cannot be seen from here, so
// nothing is said about it.
func programOf(_ *patient, s *libcontainer.Spec) []error {
	root, err := os.Open(s.Config.Root.Path)
	if err != nil {
		return []error{fault.At("bundle", fault.New(fault.Root, err, ""))}
	}
	defer root.Close()
	c := &content{root: root, mounts: s.Config.Mounts}
	return []error{c.cwd(s.Process.Cwd), c.program(s.Process)}
}

// content is the root file system as it is now.
type content struct {
	root   *os.File
	mounts []configs.Mount
}

// covered tells whether p is at or below a mount of the container's.
func (c *content) covered(p string) bool {
	for i := range c.mounts {
		at := path.Clean(c.mounts[i].Destination)
		if at == "/" || p == at || strings.HasPrefix(p, at+"/") {
			return true
		}
	}
	return false
}

// open opens the file p for reading; nil without an error: nobody knows.
func (c *content) open(p string) (*os.File, fs.FileInfo, error) {
	if c.covered(p) {
		return nil, nil, nil
	}
	f, err := safepath.Open(c.root, p, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return nil, nil, &os.PathError{Op: "stat", Path: p, Err: unwrapErrno(err)}
	}
	info, err := f.Stat()
	return f, info, err
}

func unwrapErrno(err error) error {
	var errno unix.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

func (c *content) cwd(dir string) error {
	f, info, err := c.open(dir)
	if f == nil {
		return nil // made when it is missing
	}
	defer f.Close()
	if err == nil && info.IsDir() {
		return nil
	}
	err = fmt.Errorf("process.cwd: %w", &os.PathError{Op: "chdir", Path: dir, Err: unix.ENOTDIR})
	return fault.At("change directory", fault.New(fault.Cwd, err, "choose a directory that exists in the root filesystem"))
}

// program finds process.args[0] as init does.
func (c *content) program(p *configs.Process) error {
	name := p.Args[0]
	if strings.Contains(name, "/") {
		return c.runnable(name, path.Join(p.Cwd, name), path.IsAbs(name))
	}
	list := ""
	for _, entry := range p.Env {
		if value, ok := strings.CutPrefix(entry, "PATH="); ok {
			list = value
		}
	}
	for dir := range strings.SplitSeq(list, ":") {
		at := path.Join("/", dir, name)
		if c.covered(at) {
			return nil
		}
		if f, info, err := c.open(at); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			f.Close()
			return c.runnable(name, at, true)
		}
	}
	err := fmt.Errorf("exec: %q: executable file not found in $PATH (process.args[0]; PATH is %q)", name, list)
	hint := "put the program into the root filesystem, name its full path, or set PATH in process.env"
	return fault.At("command", fault.New(fault.CommandNotFound, err, hint))
}

// runnable checks the file at a path of the container.
func (c *content) runnable(name, at string, sure bool) error {
	f, info, err := c.open(at)
	switch {
	case f == nil && err == nil, !sure && err != nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("exec: %q: %w", name, err)
		return fault.At("command", fault.New(fault.CommandNotFound, err, "process.args[0] must be a path inside the root filesystem"))
	case err != nil:
		return nil
	}
	defer f.Close()
	switch {
	case info.IsDir():
		err = fmt.Errorf("exec: %q: %w: permission denied", name, unix.EISDIR)
		return fault.At("command", fault.New(fault.CommandDenied, err, "process.args[0] is a directory; name a program"))
	case info.Mode()&0o111 == 0:
		err = fmt.Errorf("exec: %q: %w", name, unix.EACCES)
		return fault.At("command", fault.New(fault.CommandDenied, err, "process.user needs the right to execute it, on a mount without noexec"))
	}
	return c.format(f, at)
}

// format looks at what the kernel would have to run.
func (c *content) format(f *os.File, at string) error {
	var magic [4]byte
	n, _ := f.ReadAt(magic[:], 0)
	if strings.HasPrefix(string(magic[:n]), "#!") {
		return nil
	}
	loader, ok := interpreter(f)
	if !ok {
		err := &os.PathError{Op: "exec", Path: at, Err: unix.ENOEXEC}
		return fault.At("exec", fault.New(fault.CommandFormat, err, "it is a program for another architecture, or a script without a #! line"))
	}
	if loader == "" || c.covered(loader) {
		return nil
	}
	if there, _, err := c.open(loader); err == nil {
		there.Close()
		return nil
	}
	err := &os.PathError{Op: "exec", Path: at, Err: unix.ENOENT}
	hint := "the program is there, but not the loader or interpreter that it names: the root filesystem lacks its libraries, or is of another libc"
	return fault.At("exec", fault.New(fault.CommandFormat, err, hint))
}
