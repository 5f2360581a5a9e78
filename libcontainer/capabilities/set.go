package capabilities

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/syndtr/gocapability/capability"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// Set holds the five sets to give to the calling thread. Its methods change
// that thread only; the caller has locked the goroutine to it and will call
// execve(2) from it.
type Set struct {
	caps configs.Capabilities
	last int
}

// New returns the sets of c without what the running kernel does not know. A
// nil c gives nil, whose methods change nothing.
func New(c *configs.Capabilities) *Set {
	if c == nil {
		return nil
	}
	s := &Set{caps: *c, last: Last()}
	valid := uint64(1)<<(s.last+1) - 1
	for _, m := range []*uint64{&s.caps.Bounding, &s.caps.Effective, &s.caps.Inheritable, &s.caps.Permitted, &s.caps.Ambient} {
		*m &= valid
	}
	return s
}

// DropBounding takes all but the listed capabilities out of the bounding set.
// It needs CAP_SETPCAP, so it comes before the change of uid. Not done with the
// library: its loop ends at a number read from the container's /proc (see
// Last), and without CAP_SETPCAP it drops nothing and says nothing.
func (s *Set) DropBounding() error {
	if s == nil {
		return nil
	}
	for c := range s.last + 1 {
		if s.caps.Bounding&(1<<c) != 0 {
			continue
		}
		if err := dropBounding(c); err != nil {
			return err
		}
	}
	return nil
}

func dropBounding(c int) error {
	err := sys.CapBoundingDrop(c)
	if err == nil {
		return nil
	}
	if held, _ := sys.CapBounding(c); !held {
		return nil // gone already, which any caller may find
	}
	return fmt.Errorf("bounding set: drop %s: %w; the runtime needs CAP_SETPCAP", name(c), err)
}

// Apply sets the effective, permitted and inheritable sets, all three exactly,
// and then the ambient one (CVE-2016-8867, CVE-2022-29162: nothing that is not
// listed may stay). It comes after the change of uid, before which
// PR_SET_KEEPCAPS must have been set.
func (s *Set) Apply() error {
	if s == nil {
		return nil
	}
	lib, err := capability.NewPid2(0) // loads nothing: no read of /proc/self/status
	if err != nil {
		return err
	}
	for c := range s.last + 1 {
		if which := s.setsWith(c); which != 0 {
			lib.Set(which, capability.Cap(c))
		}
	}
	if err := lib.Apply(capability.CAPS); err != nil {
		return s.explain(err)
	}
	return s.applyAmbient()
}

// setsWith names, as the library does, the sets of capset(2) that hold c.
func (s *Set) setsWith(c int) (which capability.CapType) {
	bit := uint64(1) << c
	if s.caps.Effective&bit != 0 {
		which |= capability.EFFECTIVE
	}
	if s.caps.Permitted&bit != 0 {
		which |= capability.PERMITTED
	}
	if s.caps.Inheritable&bit != 0 {
		which |= capability.INHERITABLE
	}
	return which
}

// Unraisable names the capabilities that c lists as ambient though the kernel
// will not have them so: the permitted and the inheritable set must hold them
// too (capabilities(7)). They are worth a warning, not an error: runc spec wrote
// bundles with such lists for years, and the OCI runtime spec asks to go on with
// less.
func Unraisable(c *configs.Capabilities) []string {
	if c == nil {
		return nil
	}
	return Names(c.Ambient &^ (c.Permitted & c.Inheritable))
}

// applyAmbient raises what is listed and can be raised (see Unraisable).
func (s *Set) applyAmbient() error {
	if err := sys.CapAmbientClear(); err != nil {
		return ignoreMissing(err)
	}
	for left := s.caps.Ambient & s.caps.Permitted & s.caps.Inheritable; left != 0; left &= left - 1 {
		c := bits.TrailingZeros64(left)
		if err := sys.CapAmbientRaise(c); err != nil {
			return fmt.Errorf("ambient set: raise %s: %w", name(c), err)
		}
	}
	return nil
}

// ignoreMissing forgives a kernel before 4.3, which has no ambient set.
func ignoreMissing(err error) error {
	if errors.Is(err, unix.EINVAL) {
		return nil
	}
	return fmt.Errorf("ambient set: %w", err)
}

// explain names the rule of capset(2) that was broken and the first capability
// that breaks it.
func (s *Set) explain(err error) error {
	old, getErr := sys.Capget()
	if getErr != nil || !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("set capabilities: %w", err)
	}
	for _, rule := range []struct {
		set     string
		missing uint64
		why     string
	}{
		{"permitted", s.caps.Permitted &^ old.Permitted, "the runtime does not hold it"},
		{"effective", s.caps.Effective &^ s.caps.Permitted, "the permitted set does not list it"},
		{"inheritable", s.caps.Inheritable &^ (old.Inheritable | s.caps.Bounding), "the bounding set does not list it"},
		{"inheritable", s.caps.Inheritable &^ (old.Inheritable | old.Permitted), "the runtime does not hold it"},
	} {
		if rule.missing != 0 {
			return fmt.Errorf("process.capabilities.%s: %s: %s: %w", rule.set, name(bits.TrailingZeros64(rule.missing)), rule.why, err)
		}
	}
	return fmt.Errorf("set capabilities: %w", err)
}

func name(c int) string {
	if c < len(names) {
		return names[c]
	}
	return fmt.Sprintf("capability %d", c)
}
