package capabilities

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

const (
	chown  = 1 << unix.CAP_CHOWN
	kill   = 1 << unix.CAP_KILL
	netRaw = 1 << unix.CAP_NET_RAW
)

// onThread runs fn on a thread of its own, which ends with it: what it lost
// cannot come back.
func onThread(t *testing.T, fn func() error) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- fn()
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// status returns the Cap* lines of the calling thread.
func status() string {
	text, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "Cap") {
			out.WriteString(line)
		}
	}
	return out.String()
}

func expect(inh, prm, eff, bnd, amb uint64) error {
	want := fmt.Sprintf("CapInh:\t%016x\nCapPrm:\t%016x\nCapEff:\t%016x\nCapBnd:\t%016x\nCapAmb:\t%016x\n", inh, prm, eff, bnd, amb)
	if got := status(); got != want {
		return fmt.Errorf("got\n%swant\n%s", got, want)
	}
	return nil
}

func TestAllFiveSets(t *testing.T) {
	onThread(t, func() error {
		s := New(&configs.Capabilities{
			Bounding: chown | kill | netRaw | 1<<63, Permitted: chown | kill | 1<<62,
			Effective: chown, Inheritable: kill, Ambient: kill,
		})
		if err := errors.Join(s.DropBounding(), s.Apply()); err != nil {
			return err
		}
		return expect(kill, chown|kill, chown, chown|kill|netRaw, kill)
	})
}

func TestAmbientIsCleared(t *testing.T) {
	onThread(t, func() error {
		all := &configs.Capabilities{Bounding: kill, Permitted: kill, Effective: kill, Inheritable: kill, Ambient: kill}
		if err := errors.Join(New(all).DropBounding(), New(all).Apply()); err != nil {
			return err
		}
		all.Ambient = 0
		if err := New(all).Apply(); err != nil {
			return err
		}
		return expect(kill, kill, kill, kill, 0)
	})
}

func TestAmbientWithoutInheritable(t *testing.T) {
	asked := &configs.Capabilities{Bounding: kill, Permitted: kill, Effective: kill, Ambient: kill}
	if got := Unraisable(asked); len(got) != 1 || got[0] != "CAP_KILL" {
		t.Errorf("unraisable: %v", got)
	}
	onThread(t, func() error {
		s := New(asked)
		if err := errors.Join(s.DropBounding(), s.Apply()); err != nil {
			return err
		}
		return expect(0, kill, kill, kill, 0)
	})
}

func TestRefusalsNameSetAndCapability(t *testing.T) {
	for _, c := range []struct {
		want      string
		have, ask configs.Capabilities
	}{
		{"permitted: CAP_KILL: the runtime", configs.Capabilities{Permitted: chown}, configs.Capabilities{Permitted: chown | kill | netRaw}},
		{"effective: CAP_KILL: the permitted", configs.Capabilities{Permitted: chown | kill}, configs.Capabilities{Permitted: chown, Effective: kill}},
		{"inheritable: CAP_KILL: the runtime", configs.Capabilities{Bounding: kill, Permitted: chown}, configs.Capabilities{Bounding: kill, Permitted: chown, Inheritable: kill}},
		{"inheritable: CAP_KILL: the bounding", configs.Capabilities{Permitted: kill}, configs.Capabilities{Permitted: kill, Inheritable: kill}},
	} {
		onThread(t, func() error {
			if err := errors.Join(New(&c.have).DropBounding(), New(&c.have).Apply()); err != nil {
				return err
			}
			err := New(&c.ask).Apply()
			if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), c.want) {
				return fmt.Errorf("error %v, want one with %q", err, c.want)
			}
			return nil
		})
	}
}

func TestBoundingWithoutSetpcap(t *testing.T) {
	onThread(t, func() error {
		none := New(&configs.Capabilities{Bounding: kill | netRaw})
		if err := errors.Join(none.DropBounding(), none.Apply()); err != nil {
			return err
		}
		if err := none.DropBounding(); err != nil { // nothing left to drop
			return err
		}
		err := New(&configs.Capabilities{Bounding: kill}).DropBounding()
		if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "CAP_NET_RAW") {
			return fmt.Errorf("error %v, want EPERM that names CAP_NET_RAW", err)
		}
		return nil
	})
}

func TestNilKeepsAll(t *testing.T) {
	onThread(t, func() error {
		before := status()
		s := New(nil)
		if err := errors.Join(s.DropBounding(), s.Apply()); err != nil {
			return err
		}
		if after := status(); after != before {
			return fmt.Errorf("changed\n%sto\n%s", before, after)
		}
		return nil
	})
}
