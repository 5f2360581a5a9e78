package seccomp

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"syscall"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// keyOf digests all that the program of a filter depends on: the profile, this
// very binary (with its architecture and, where that is linked in, libseccomp),
// libseccomp where it is not, and the kernel, which is asked for actions.
func keyOf(p *configs.Seccomp) (digest, error) {
	const self = "/proc/self/exe"
	exe, err := os.Stat(self)
	if err != nil {
		return digest{}, err
	}
	st := exe.Sys().(*syscall.Stat_t)
	kernel, err := sys.KernelVersion()
	if err != nil {
		return digest{}, err
	}
	k := key(make([]byte, 0, 16<<10))
	k.text(fmt.Sprint(st.Dev, st.Ino, st.Size, st.Mtim, st.Ctim))
	k.text(LibraryVersion())
	k.text(kernel)
	k.profile(p)
	return sha256.Sum256(k), nil
}

// key is a text in which no two different profiles look alike: each part has its
// length before it.
type key []byte

func (k *key) number(n uint64) { *k = binary.AppendUvarint(*k, n) }

func (k *key) text(s string) {
	k.number(uint64(len(s)))
	*k = append(*k, s...)
}

func (k *key) texts(list []string) {
	k.number(uint64(len(list)))
	for _, s := range list {
		k.text(s)
	}
}

// errno tells no number from the number 0.
func (k *key) errno(n *uint) {
	if n == nil {
		k.number(0)
		return
	}
	k.number(1)
	k.number(uint64(*n))
}

// profile is all of p that makes the program: not the flags, which are asked of
// the kernel each time, nor where the listener goes.
func (k *key) profile(p *configs.Seccomp) {
	k.text(p.DefaultAction)
	k.errno(p.DefaultErrnoRet)
	k.texts(p.Architectures)
	k.number(uint64(len(p.Syscalls)))
	for i := range p.Syscalls {
		r := &p.Syscalls[i]
		k.texts(r.Names)
		k.text(r.Action)
		k.errno(r.ErrnoRet)
		k.number(uint64(len(r.Args)))
		for _, a := range r.Args {
			k.number(uint64(a.Index))
			k.number(a.Value)
			k.number(a.ValueTwo)
			k.text(a.Op)
		}
	}
}
