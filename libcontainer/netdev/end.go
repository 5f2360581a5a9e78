package netdev

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// end is one of the two network namespaces, with netlink sockets in it: those of
// the library's calls, and one for the call that the library lacks.
type end struct {
	ns      *os.File
	handle  *netlink.Handle
	sockets map[int]*nl.SocketHandle
}

// device is what of a device must outlive a move.
type device struct {
	// name is that on the host.
	name  string
	link  netlink.Link
	addrs []netlink.Addr
	wasUp bool
}

func openEnd(path string) (*end, error) {
	ns, err := sys.OpenNamespace(path, unix.CLONE_NEWNET)
	if err != nil {
		return nil, fmt.Errorf("linux.netDevices: %w", err)
	}
	e := &end{ns: ns}
	if err := e.open(); err != nil {
		e.close()
		return nil, fmt.Errorf("linux.netDevices: open netlink in %s: %w", path, err)
	}
	return e, nil
}

func (e *end) open() (err error) {
	at := netns.NsHandle(e.ns.Fd())
	if e.handle, err = netlink.NewHandleAt(at, unix.NETLINK_ROUTE); err != nil {
		return err
	}
	socket, err := nl.GetNetlinkSocketAt(at, netns.None(), unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	e.sockets = map[int]*nl.SocketHandle{unix.NETLINK_ROUTE: {Socket: socket}}
	return nil
}

func (e *end) close() {
	if e.handle != nil {
		e.handle.Close()
	}
	for _, s := range e.sockets {
		s.Close()
	}
	e.ns.Close()
}

// find reads a device before it is moved.
func (e *end) find(name string) (*device, error) {
	link, err := e.handle.LinkByName(name)
	if errors.As(err, new(netlink.LinkNotFoundError)) {
		return nil, errors.New("no such device on the host; see ip link")
	}
	if err != nil {
		return nil, err
	}
	all, err := e.handle.AddrList(link, netlink.FAMILY_ALL)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	return &device{name: name, link: link, addrs: lasting(all), wasUp: link.Attrs().Flags&net.FlagUp != 0}, nil
}

// lasting picks the addresses that the spec wants kept: permanent ones of global
// scope. The kernel makes the others by itself, for each namespace anew.
func lasting(all []netlink.Addr) []netlink.Addr {
	// Flags that say how an address is doing, not what was asked for.
	const state = unix.IFA_F_PERMANENT | unix.IFA_F_TENTATIVE | unix.IFA_F_DADFAILED | unix.IFA_F_DEPRECATED | unix.IFA_F_SECONDARY
	var list []netlink.Addr
	for _, a := range all {
		if a.Scope != unix.RT_SCOPE_UNIVERSE || a.Flags&unix.IFA_F_PERMANENT == 0 {
			continue
		}
		if a.Broadcast == nil && a.IP.To4() != nil {
			a.Broadcast = net.IPv4zero // the library would think one up
		}
		list = append(list, netlink.Addr{IPNet: a.IPNet, Peer: a.Peer, Broadcast: a.Broadcast, Flags: a.Flags &^ state})
	}
	return list
}

// send moves a device to the namespace to, where it is down and has a name that
// nobody else has: its own may be taken there, and its number too.
func (e *end) send(link netlink.Link, to *end) (netlink.Link, error) {
	random := make([]byte, 6)
	if _, err := rand.Read(random); err != nil {
		return nil, err
	}
	name := "rc" + hex.EncodeToString(random)
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_ACK)
	req.Sockets = e.sockets
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = int32(link.Attrs().Index)
	req.AddData(msg)
	req.AddData(nl.NewRtAttr(unix.IFLA_NET_NS_FD, nl.Uint32Attr(uint32(to.ns.Fd()))))
	req.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	if _, err := req.Execute(unix.NETLINK_ROUTE, 0); err != nil {
		return nil, err
	}
	return to.handle.LinkByName(name)
}

// settle gives a device that has arrived its name and addresses.
func (e *end) settle(d *device, name string) error {
	if err := e.handle.LinkSetName(d.link, name); err != nil {
		if errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("there is a device %q in the container's network namespace already; choose another name, or a pattern (\"eth%%d\")", name)
		}
		return fmt.Errorf("rename to %q: %w", name, err)
	}
	for i := range d.addrs {
		if err := e.handle.AddrAdd(d.link, &d.addrs[i]); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("give it its address %v: %w", d.addrs[i].IPNet, err)
		}
	}
	return nil
}

func (e *end) up(d *device) error {
	if err := e.handle.LinkSetUp(d.link); err != nil {
		return fmt.Errorf("bring up: %w", err)
	}
	return nil
}
