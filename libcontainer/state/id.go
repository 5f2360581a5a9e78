package state

import (
	"fmt"
	"unicode/utf8"

	"runc/libcontainer/fault"
)

// maxID is the length in bytes up to which an id is taken, as in runc.
const maxID = 1024

// ValidateID refuses an id that is not a plain file name of runc's character
// set: letters, digits, and "_+-.".
func ValidateID(id string) error { return fault.Worded(fault.IDInvalid, checkID(id)) }

func checkID(id string) error {
	switch {
	case id == "":
		return fmt.Errorf("container id cannot be empty; %s", idRule)
	case len(id) > maxID:
		return fmt.Errorf("invalid container ID format: %.32q... has %d bytes, at most %d are allowed", id, len(id), maxID)
	case id == "." || id == "..":
		return fmt.Errorf("invalid container ID format: %q is a path", id)
	}
	for _, c := range id {
		if c >= utf8.RuneSelf || !idByte(byte(c)) {
			return fmt.Errorf("invalid container ID format: %q has the character %q; %s", id, c, idRule)
		}
	}
	return nil
}

const idRule = "letters, digits and _ + - . are allowed"

func idByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '_' || c == '+' || c == '-' || c == '.'
}
