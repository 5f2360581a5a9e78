package netdev

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// onPrivateHost gives the test a network namespace to be the host's.
func onPrivateHost(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, for network namespaces")
	}
	// Never unlocked: the thread ends with the test, and its namespace.
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skip("no network namespace: ", err)
	}
}

// container returns the path of another network namespace and a look into it.
func container(t *testing.T) (path string, inside *netlink.Handle) {
	t.Helper()
	made := make(chan *os.File)
	go func() {
		runtime.LockOSThread()
		var ns *os.File
		if err := unix.Unshare(unix.CLONE_NEWNET); err == nil {
			ns, _ = os.Open(ownNamespace)
		}
		made <- ns
	}()
	ns := <-made
	if ns == nil {
		t.Fatal("no network namespace")
	}
	inside, err := netlink.NewHandleAt(netns.NsHandle(ns.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { inside.Close(); ns.Close() })
	return fmt.Sprintf("/proc/self/fd/%d", ns.Fd()), inside
}

func host(t *testing.T) *netlink.Handle {
	t.Helper()
	h, err := netlink.NewHandle()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// veth makes a device name that is up, with addresses, and its other end.
func veth(t *testing.T, h *netlink.Handle, name string, addrs ...string) netlink.Link {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = name, 1280
	attrs.HardwareAddr = net.HardwareAddr{2, 0, 0, 0, 0, 7}
	if err := h.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: name + "-p"}); err != nil {
		t.Skip("no veth in this kernel: ", err)
	}
	link, err := h.LinkByName(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range addrs {
		addr, err := netlink.ParseAddr(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.AddrAdd(link, addr); err != nil {
			t.Fatal(text, err)
		}
	}
	if err := h.LinkSetUp(link); err != nil {
		t.Fatal(err)
	}
	return link
}

// look describes a device as `name up mtu mac addresses`; link-local addresses
// are left out.
func look(t *testing.T, h *netlink.Handle, name string) string {
	t.Helper()
	link, err := h.LinkByName(name)
	if err != nil {
		return name + " missing"
	}
	all, err := h.AddrList(link, netlink.FAMILY_ALL)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{link.Attrs().Name, link.Attrs().Flags.String(), fmt.Sprint(link.Attrs().MTU), link.Attrs().HardwareAddr.String()}
	words[1], _, _ = strings.Cut(words[1], "|")
	for _, a := range all {
		if !a.IP.IsLinkLocalUnicast() {
			words = append(words, a.IPNet.String())
		}
	}
	slices.Sort(words[4:])
	return strings.Join(words, " ")
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

const mac = "02:00:00:00:00:07"

func TestMove(t *testing.T) {
	onPrivateHost(t)
	h := host(t)
	path, inside := container(t)
	veth(t, h, "net0", "192.0.2.5/24", "192.0.2.9/24", "2001:db8::5/64")
	veth(t, h, "net1")
	m, err := Move(map[string]string{"net0": "uplink", "net1": ""}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	want(t, look(t, inside, "uplink"), "uplink up 1280 "+mac+" 192.0.2.5/24 192.0.2.9/24 2001:db8::5/64")
	want(t, look(t, inside, "net1"), "net1 up 1280 "+mac)
	want(t, look(t, h, "net0")+", "+look(t, h, "net1"), "net0 missing, net1 missing")
}

// TestAddresses: only what is permanent and global is carried over, with peer
// and flags, and without a broadcast address that it did not have.
func TestAddresses(t *testing.T) {
	onPrivateHost(t)
	h := host(t)
	path, inside := container(t)
	link := veth(t, h, "net0")
	for _, a := range []*netlink.Addr{
		{IPNet: ipNet("192.0.2.5/32"), Peer: ipNet("192.0.2.6/32"), Flags: unix.IFA_F_NOPREFIXROUTE},
		{IPNet: ipNet("198.51.100.1/24"), Broadcast: net.IPv4zero},
		{IPNet: ipNet("203.0.113.1/24"), ValidLft: 3600, PreferedLft: 3600}, // from DHCP
		{IPNet: ipNet("169.254.1.1/16"), Scope: unix.RT_SCOPE_LINK},
	} {
		if err := h.AddrAdd(link, a); err != nil {
			t.Fatal(err)
		}
	}
	m, err := Move(map[string]string{"net0": ""}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	moved, err := inside.LinkByName("net0")
	if err != nil {
		t.Fatal(err)
	}
	all, err := inside.AddrList(moved, netlink.FAMILY_V4)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range all {
		got = append(got, fmt.Sprint(a.IPNet, a.Peer, a.Broadcast, a.Flags&unix.IFA_F_NOPREFIXROUTE != 0))
	}
	slices.Sort(got)
	want(t, strings.Join(got, ", "), "192.0.2.5/32 192.0.2.6/32 <nil> true, 198.51.100.1/24 <nil> <nil> false")
}

func ipNet(text string) *net.IPNet {
	ip, n, err := net.ParseCIDR(text)
	if err != nil {
		panic(err)
	}
	n.IP = ip
	return n
}

// TestPattern: %d asks the kernel for a name that is free in the container.
func TestPattern(t *testing.T) {
	onPrivateHost(t)
	h := host(t)
	path, inside := container(t)
	veth(t, inside, "eth0")
	veth(t, h, "net0", "192.0.2.5/24")
	m, err := Move(map[string]string{"net0": "eth%d"}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	want(t, look(t, inside, "eth1"), "eth1 up 1280 "+mac+" 192.0.2.5/24")
}

// TestHostNameTakenInside: only the new name matters.
func TestHostNameTakenInside(t *testing.T) {
	onPrivateHost(t)
	h := host(t)
	path, inside := container(t)
	veth(t, inside, "net0")
	veth(t, h, "net0", "192.0.2.5/24")
	m, err := Move(map[string]string{"net0": "net5"}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	want(t, look(t, inside, "net5"), "net5 up 1280 "+mac+" 192.0.2.5/24")
	want(t, look(t, inside, "net0"), "net0 up 1280 "+mac)
}

// TestRefused: the message names the entry, and every device is back on the
// host as it was: name, addresses, up or down.
func TestRefused(t *testing.T) {
	onPrivateHost(t)
	h := host(t)
	path, inside := container(t)
	veth(t, inside, "taken")
	veth(t, h, "a", "192.0.2.5/24", "2001:db8::5/64")
	veth(t, h, "b", "192.0.2.6/24")
	down, err := h.LinkByName("b")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.LinkSetDown(down); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		devices map[string]string
		message string
	}{
		{map[string]string{"a": "", "b": "taken"}, `linux.netDevices["b"]: there is a device "taken" in the container's network namespace already; choose another name, or a pattern ("eth%d")`},
		{map[string]string{"a": "", "b": "c", "none": ""}, `linux.netDevices["none"]: no such device on the host; see ip link`},
		{map[string]string{"a": "", "b": "c", "lo": "lo5"}, `linux.netDevices["lo"]: move to the container: invalid argument; the kernel binds this kind of device to its namespace (loopback, bridges of some kinds, tunnels' fallback devices): choose another`},
	} {
		_, err := Move(tc.devices, path)
		if err == nil {
			t.Fatalf("%v: moved", tc.devices)
		}
		want(t, err.Error(), tc.message)
		want(t, look(t, h, "a"), "a up 1280 "+mac+" 192.0.2.5/24 2001:db8::5/64")
		want(t, look(t, h, "b"), "b broadcast 1280 "+mac+" 192.0.2.6/24")
		want(t, look(t, inside, "taken"), "taken up 1280 "+mac)
	}
}

// TestBack: what a create does that fails later.
func TestBack(t *testing.T) {
	onPrivateHost(t)
	h := host(t)
	path, inside := container(t)
	veth(t, h, "net0", "192.0.2.5/24")
	m, err := Move(map[string]string{"net0": "uplink"}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Back(); err != nil {
		t.Fatal(err)
	}
	want(t, look(t, h, "net0"), "net0 up 1280 "+mac+" 192.0.2.5/24")
	want(t, look(t, inside, "uplink"), "uplink missing")
	if err := m.Back(); err != nil {
		t.Error("the second time there is nothing to do: ", err)
	}
}

func TestNoNamespace(t *testing.T) {
	onPrivateHost(t)
	if m, err := Move(nil, "/none"); err != nil || m.Back() != nil {
		t.Error("no devices need no namespace: ", err)
	}
	_, err := Move(map[string]string{"net0": ""}, "/proc/self/ns/uts")
	if err == nil || !strings.Contains(err.Error(), "linux.netDevices: ") {
		t.Errorf("error %v", err)
	}
}
