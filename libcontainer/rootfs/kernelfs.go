package rootfs

import (
	"os"
	"path"
	"strings"

	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// What the kernel shows and takes, and masks are for.
const procDir, sysDir = "/proc", "/sys"

// holdKernelFS notes what is mounted on /proc or /sys from now on.
func (b *Builder) holdKernelFS(at string, mnt *os.File) error {
	held, err := sys.Dup(mnt)
	if err != nil {
		return err
	}
	if old := b.kernelFS[at]; old != nil {
		old.Close()
	}
	if b.kernelFS == nil {
		b.kernelFS = map[string]*os.File{}
	}
	b.kernelFS[at] = held
	return nil
}

func (b *Builder) forgetKernelFS() {
	for _, f := range b.kernelFS {
		f.Close()
	}
	b.kernelFS = nil
}

// find opens what is to be masked or made read-only. Below /proc and /sys that is
// looked for in the very mount that we have made there: who else can write to the
// rootfs can exchange the directory that it lies on, so that nothing is found and
// nothing masked, and put it back.
func (b *Builder) find(p string) (*safepath.Place, error) {
	if strings.Contains(p, "..") {
		return safepath.Find(b.root, p)
	}
	p = clean(p)
	for at, mnt := range b.kernelFS {
		below, ok := strings.CutPrefix(p, at+"/")
		if !ok {
			continue
		}
		place, err := safepath.Find(mnt, below)
		if err == nil {
			place.Path = path.Join(at, place.Path)
		}
		return place, err
	}
	return safepath.Find(b.root, p)
}
