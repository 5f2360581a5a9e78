package seccomp

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// Cache keeps compiled filters on disk, a file each, under a name that is the
// digest of all that they depend on. What it cannot do it leaves: a filter is
// compiled then.
//
// Whoever can write there decides about the filters of later containers. So the
// directory and its files must belong to us alone, which is checked on the open
// descriptors, and a file must hold the digest of its own name and content: one
// that is cut short, damaged or renamed is passed over and written anew.
type Cache struct {
	// Dir is the directory (0700), made when needed; empty: no cache.
	Dir string
}

const (
	// maxCached bounds the number of files; the oldest one makes room.
	maxCached = 64
	// worthwhile is from how many names on, counted for each architecture, it
	// is dearer to compile a filter than to read it.
	worthwhile = 50
)

// Compile is the function of that name by way of the cache.
func (c Cache) Compile(p *configs.Seccomp) (*Filter, error) {
	if c.Dir == "" || p == nil || !worth(p) {
		return Compile(p)
	}
	key, err := keyOf(p)
	if err != nil {
		return Compile(p)
	}
	f, err := c.read(key)
	if err == nil {
		f.Flags, err = parseFlags(p.Flags, f.Notify)
		return f, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		logrus.Debugf("seccomp cache: %v", err)
	}
	f, compileErr := Compile(p)
	if compileErr == nil && !errors.Is(err, errNotOurs) {
		if err := c.write(key, f); err != nil {
			logrus.Debugf("seccomp cache: %v", err)
		}
	}
	return f, compileErr
}

func worth(p *configs.Seccomp) bool {
	names := 0
	for i := range p.Syscalls {
		names += len(p.Syscalls[i].Names)
	}
	return names*max(len(p.Architectures), 1) >= worthwhile
}

// errNotOurs says that others could have written what was found.
var errNotOurs = errors.New("not a private one of ours")

// private checks that f is of that kind, ours, and nobody else's to write or
// read. It returns the size.
func private(f *os.File, kind uint32) (size int64, err error) {
	st, err := sys.Fstat(f)
	if err != nil {
		return 0, err
	}
	if st.Mode&unix.S_IFMT != kind || int(st.Uid) != os.Geteuid() || st.Mode&0o077 != 0 {
		return 0, fmt.Errorf("%s: %w", f.Name(), errNotOurs)
	}
	return st.Size, nil
}

func (c Cache) open() (*os.File, error) {
	dir, err := sys.OpenDir(c.Dir)
	if err != nil {
		return nil, err
	}
	if _, err := private(dir, unix.S_IFDIR); err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

func (c Cache) read(key digest) (*Filter, error) {
	dir, err := c.open()
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	f, err := sys.Openat(dir, key.name(), unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := private(f, unix.S_IFREG)
	if err != nil {
		return nil, fmt.Errorf("%s: passed over, as others could have written it", f.Name())
	}
	data := make([]byte, min(size, maxFile))
	n, err := io.ReadFull(f, data)
	if err != nil {
		return nil, err
	}
	filter, err := decodeFile(key, data[:n])
	if err == nil && size > maxFile {
		err = fmt.Errorf("damaged: %d bytes", size)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return filter, nil
}

// write puts a complete file in the place of what is there.
func (c Cache) write(key digest, f *Filter) error {
	if err := os.Mkdir(c.Dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	dir, err := c.open()
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := makeRoom(dir); err != nil {
		return err
	}
	draft := "draft." + strconv.Itoa(os.Getpid())
	file, err := sys.Openat(dir, draft, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(encodeFile(key, f))
	if err = errors.Join(err, file.Close()); err == nil {
		err = sys.Renameat(dir, draft, key.name())
	}
	if err != nil {
		_ = sys.Unlinkat(dir, draft)
	}
	return err
}

// makeRoom removes the oldest files until one more is allowed; a draft that a
// killed writer left is one of them in time.
func makeRoom(dir *os.File) error {
	names, err := dir.Readdirnames(-1)
	for err == nil && len(names) >= maxCached {
		oldest := 0
		for i, name := range names {
			if modified(dir, name) < modified(dir, names[oldest]) {
				oldest = i
			}
		}
		if err = sys.Unlinkat(dir, names[oldest]); errors.Is(err, fs.ErrNotExist) {
			err = nil // another runtime was faster
		}
		names = append(names[:oldest], names[oldest+1:]...)
	}
	return err
}

// modified is when a file was written, in nanoseconds; 0 for one that is gone.
func modified(dir *os.File, name string) int64 {
	info, err := os.Lstat(filepath.Join(dir.Name(), name))
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}

// digest stands for all that a filter depends on.
type digest [sha256.Size]byte

func (d digest) name() string { return hex.EncodeToString(d[:]) }

// The layout of a file: the digest of name and rest, whether there is a
// listener, the program. The flags are not in there: what the kernel takes is
// asked each time.
const (
	offNotify  = sha256.Size
	offProgram = offNotify + 8
	maxFile    = offProgram + 8*maxInstructions
)

func encodeFile(key digest, f *Filter) []byte {
	data := make([]byte, offProgram, offProgram+len(f.Program))
	if f.Notify {
		data[offNotify] = 1
	}
	data = append(data, f.Program...)
	sum := sumOf(key, data)
	copy(data, sum[:])
	return data
}

func decodeFile(key digest, data []byte) (*Filter, error) {
	if len(data) <= offProgram || len(data) > maxFile || (len(data)-offProgram)%8 != 0 {
		return nil, fmt.Errorf("damaged: %d bytes", len(data))
	}
	if sum := sumOf(key, data); string(sum[:]) != string(data[:offNotify]) {
		return nil, errors.New("damaged: not what was written")
	}
	return &Filter{Program: data[offProgram:], Notify: data[offNotify] != 0}, nil
}

func sumOf(key digest, data []byte) digest {
	return sha256.Sum256(append(key[:], data[offNotify:]...))
}
