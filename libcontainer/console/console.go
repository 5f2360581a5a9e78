// Package console makes the terminal of a container: the pair of a pseudo
// terminal, opened and checked by descriptor, and its way to whoever holds the
// other end.
package console

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// ptmx makes a new pair when opened. It is that of the devpts at /dev/pts, not
// /dev/ptmx, which the image may have made something else.
const ptmx = "/dev/pts/ptmx"

// Pair is a pseudo terminal. The master goes outside, the peer is what the
// program sees.
type Pair struct {
	Master, Peer *os.File
}

// Open makes a pair on the devpts of the caller's root, with the given size
// (nil: none). What it opens is checked to be a terminal (CVE-2025-52565). proc
// serves to open what was checked and nothing else; nil: there is none.
func Open(size *configs.WindowSize, proc *safepath.Proc) (*Pair, error) {
	master, err := openMaster(proc)
	if err != nil {
		return nil, fault.New(fault.Terminal, err, "a terminal needs a devpts at /dev/pts: see mounts in config.json")
	}
	p := &Pair{Master: master}
	if err := p.open(size); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// openMaster follows no magic link: /dev/pts may be a symlink of the image, and
// descriptors that init holds lead to the devpts of the host. To open a device
// can have effects, so it is looked at first. Without proc it may be exchanged
// until it is opened, which the devices that the cgroup allows must bear.
func openMaster(proc *safepath.Proc) (*os.File, error) {
	root, err := sys.Openat(nil, "/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	at, err := safepath.Find(root, ptmx)
	if err != nil {
		return nil, err
	}
	defer at.Close()
	if err := check(at.File, masterMajor, masterMajor); err != nil {
		return nil, err
	}
	if proc != nil {
		return proc.ReopenFD(at.File, unix.O_RDWR|unix.O_NOCTTY)
	}
	return safepath.Open(root, at.Path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NOFOLLOW)
}

func (p *Pair) open(size *configs.WindowSize) (err error) {
	if err := check(p.Master, masterMajor, masterMajor); err != nil {
		return err
	}
	if err := sys.UnlockPty(p.Master); err != nil {
		return err
	}
	if p.Peer, err = sys.PtyPeer(p.Master); err != nil {
		return err
	}
	if err := check(p.Peer, firstPeer, lastPeer); err != nil {
		return err
	}
	if size == nil {
		return nil
	}
	return sys.SetWindowSize(p.Peer, size.Height, size.Width)
}

// firstPeer to lastPeer are the major numbers of peers, masterMajor is that of
// the master, 5:2 (Documentation/admin-guide/devices.txt).
const (
	masterMajor         = 5
	firstPeer, lastPeer = 136, 143
)

// check makes sure that f is a character device on a devpts with a major number
// in the range.
func check(f *os.File, first, last uint32) error {
	st, err := sys.Fstat(f)
	if err != nil {
		return err
	}
	fs, err := sys.Fstatfs(f)
	if err != nil {
		return err
	}
	major := unix.Major(st.Rdev)
	if st.Mode&unix.S_IFMT != unix.S_IFCHR || major < first || major > last || fs.Type != unix.DEVPTS_SUPER_MAGIC {
		return fmt.Errorf("%s is not a terminal of a devpts", f.Name())
	}
	return nil
}

// Attach makes the peer the standard streams and the controlling terminal of
// the process, a session leader.
func (p *Pair) Attach() error {
	return errors.Join(sys.DupStdio(p.Peer), sys.SetControllingTerminal(p.Peer))
}

// Close closes both ends.
func (p *Pair) Close() {
	p.Master.Close()
	if p.Peer != nil {
		p.Peer.Close()
	}
}

// Receiver is the connection to a --console-socket or --pidfd-socket.
type Receiver struct {
	flag string
	conn *net.UnixConn
}

// Dial connects to the socket that a flag names. It is done before anything is
// made, so that a wrong path costs nothing.
func Dial(flag, path string) (*Receiver, error) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fault.New(fault.Terminal, fmt.Errorf("%s: %w", flag, err), "something must listen on it before runc is called")
	}
	return &Receiver{flag, conn}, nil
}

// Send hands over a file, with a name as the message (SCM_RIGHTS in unix(7)).
func (r *Receiver) Send(name string, f *os.File) error {
	sock, err := r.conn.File()
	if err != nil {
		return fmt.Errorf("%s: %w", r.flag, err)
	}
	defer sock.Close()
	if err := sys.SendAll(sock, []byte(name), f); err != nil {
		return fmt.Errorf("%s: %w", r.flag, err)
	}
	return nil
}

// Close ends the connection.
func (r *Receiver) Close() { r.conn.Close() }
