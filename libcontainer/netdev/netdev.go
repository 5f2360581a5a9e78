// Package netdev moves network devices of the host into a container's network
// namespace (OCI runtime spec, config-linux.md, "Network Devices"). It works
// from outside: init never speaks netlink.
//
// Nothing here takes a device back from a container that ends: the spec forbids
// it, and the kernel does it by itself. When the namespace goes, a physical
// device returns to the initial one and a virtual device is gone
// (network_namespaces(7)).
package netdev

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sys/unix"
)

// ownNamespace is where the devices come from: the runtime's namespace.
const ownNamespace = "/proc/thread-self/ns/net"

// Moved is what has been moved. It holds the two namespaces open until Close or
// Back.
type Moved struct {
	host, inside *end
	devices      []*device
}

// Move moves devices (name on the host to name inside; empty: the same, with %d
// in it: the first number that is free) into the network namespace at path. They
// keep their permanent addresses of global scope, and are brought up. On an
// error all are back where they were.
func Move(devices map[string]string, path string) (m *Moved, err error) {
	m = new(Moved)
	if len(devices) == 0 {
		return m, nil
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Back())
		}
	}()
	if m.host, err = openEnd(ownNamespace); err != nil {
		return m, err
	}
	if m.inside, err = openEnd(path); err != nil {
		return m, err
	}
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		as := devices[name]
		if as == "" {
			as = name
		}
		if err := m.add(name, as); err != nil {
			return m, fmt.Errorf("linux.netDevices[%q]: %w", name, err)
		}
	}
	return m, nil
}

func (m *Moved) add(name, as string) error {
	d, err := m.host.find(name)
	if err != nil {
		return err
	}
	link, err := m.host.send(d.link, m.inside)
	if err != nil {
		return fmt.Errorf("move to the container: %w%s", err, moveHint(err))
	}
	// From here on it must find its way back.
	d.link = link
	m.devices = append(m.devices, d)
	if err := m.inside.settle(d, as); err != nil {
		return err
	}
	return m.inside.up(d)
}

// Back undoes Move, and closes: a create that failed must not cost the host its devices.
// Each gets its name, its addresses and its state back; routes over it are lost.
func (m *Moved) Back() error {
	defer m.Close()
	var failed error
	for _, d := range m.devices {
		if err := m.back(d); err != nil {
			failed = errors.Join(failed, fmt.Errorf("linux.netDevices[%q]: move back to the host: %w", d.name, err))
		}
	}
	m.devices = nil
	return failed
}

func (m *Moved) back(d *device) error {
	link, err := m.inside.send(d.link, m.host)
	if err != nil {
		return err
	}
	d.link = link
	if err := m.host.settle(d, d.name); err != nil || !d.wasUp {
		return err
	}
	return m.host.up(d)
}

// Close lets go of the namespaces, which would not end before. The devices stay.
func (m *Moved) Close() {
	for _, e := range []*end{m.host, m.inside} {
		if e != nil {
			e.close()
		}
	}
	m.host, m.inside = nil, nil
}

// moveHint says what a bare errno of the move means.
func moveHint(err error) string {
	switch {
	case errors.Is(err, unix.EINVAL):
		return "; the kernel binds this kind of device to its namespace (loopback, bridges of some kinds, tunnels' fallback devices): choose another"
	case errors.Is(err, unix.EEXIST):
		return "; an alternative name of the device is taken there (ip link property)"
	case errors.Is(err, unix.EPERM):
		return "; this needs CAP_NET_ADMIN on the host and over the container's network namespace"
	}
	return ""
}
