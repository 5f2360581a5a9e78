package criu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// filtersFile is the image of the system call filters. A checkpoint without
// any has none.
const filtersFile = "seccomp.img"

// imageHead is what the image begins with: the magic numbers of an image and of
// this kind (criu.org/Images), and the length of the message that follows.
const (
	imageMagic   = 0x54564319
	filtersMagic = 0x64413049
)

// CheckFilters makes sure that every chain of filters in the checkpoint begins
// with program, the bundle's: which filters a process has the kernel does not
// tell us (CVE-2026-95837). That each process has one is for Bounds to check.
func (o *Options) CheckFilters(program []byte) error {
	path := filepath.Join(o.ImageDir, filtersFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, err := firstFilters(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, f := range first {
		if !bytes.Equal(f, program) {
			return errors.New("linux.seccomp: the checkpoint has another filter than the bundle; restore it with the bundle that it was made with")
		}
	}
	return nil
}

var errImage = errors.New("not an image of seccomp filters that is known")

// firstFilters returns the filters that no other one precedes
// (seccomp_entry, seccomp_filter in CRIU's images/seccomp.proto).
func firstFilters(data []byte) (first [][]byte, err error) {
	word := binary.NativeEndian.Uint32
	if len(data) < 12 || word(data) != imageMagic || word(data[4:]) != filtersMagic || int(word(data[8:])) != len(data)-12 {
		return nil, errImage
	}
	err = fields(data[12:], func(number int, entry []byte) error {
		if number != 1 {
			return nil
		}
		var program []byte
		preceded := false
		err := fields(entry, func(number int, value []byte) error {
			switch number {
			case 1:
				program = value
			case 2:
				preceded = true
			}
			return nil
		})
		if !preceded {
			first = append(first, program)
		}
		return err
	})
	return first, err
}

// fields calls fn for each field of a protobuf message: with its bytes, or nil
// for a number (protobuf.dev, "Encoding").
func fields(message []byte, fn func(number int, value []byte) error) error {
	const varint, bytesOf = 0, 2
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return errImage
		}
		message = message[n:]
		size, n := binary.Uvarint(message)
		if n <= 0 {
			return errImage
		}
		message = message[n:]
		var value []byte
		switch tag & 7 {
		case varint:
		case bytesOf:
			if size > uint64(len(message)) {
				return errImage
			}
			value, message = message[:size:size], message[size:]
		default:
			return errImage
		}
		if err := fn(int(tag>>3), value); err != nil {
			return err
		}
	}
	return nil
}
