package doctor

import (
	"encoding/binary"
	"io"
	"strings"
)

// interpreter reads the loader that an ELF program names; "": none. ok is false
// for what is no ELF program. It is elf(5) as far as needed: debug/elf would
// make the binary a tenth larger.
func interpreter(f io.ReaderAt) (loader string, ok bool) {
	head := make([]byte, 64)
	if n, _ := f.ReadAt(head, 0); n < 52 || string(head[:4]) != "\x7fELF" {
		return "", false
	}
	e := elfLayout{order: binary.ByteOrder(binary.LittleEndian), wide: head[4] == 2}
	if head[5] == 2 {
		e.order = binary.BigEndian
	}
	at, size, count := e.word(head, 28, 32), e.half(head, 42, 54), e.half(head, 44, 56)
	for i := range int64(count) {
		entry := make([]byte, 56)
		if n, _ := f.ReadAt(entry[:min(56, size)], int64(at)+i*int64(size)); n < 32 {
			return "", true
		}
		if e.order.Uint32(entry) == typeInterp {
			name := make([]byte, min(e.word(entry, 16, 32), 4096))
			n, _ := f.ReadAt(name, int64(e.word(entry, 4, 8)))
			return strings.TrimRight(string(name[:n]), "\x00"), true
		}
	}
	return "", true
}

const typeInterp = 3 // PT_INTERP

// elfLayout reads fields whose places differ between 32 and 64 bits.
type elfLayout struct {
	order binary.ByteOrder
	wide  bool
}

func (e elfLayout) word(b []byte, narrow, wide int) uint64 {
	if e.wide {
		return e.order.Uint64(b[wide:])
	}
	return uint64(e.order.Uint32(b[narrow:]))
}

func (e elfLayout) half(b []byte, narrow, wide int) uint16 {
	if e.wide {
		return e.order.Uint16(b[wide:])
	}
	return e.order.Uint16(b[narrow:])
}
