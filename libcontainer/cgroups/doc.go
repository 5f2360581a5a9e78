// Package cgroups gives a container its cgroup: makes it, puts processes into
// it, sets limits, freezes, kills and removes. It works with cgroup v1, v2, the
// hybrid of both, and systemd, and all of it is behind Manager.
//
// Limits, systemd and the rest of the many controllers are the work of
// github.com/opencontainers/cgroups. What every start and end of a container
// does is done here, for the time it takes: the library needs 1.3 ms to find
// and make the directories on a hybrid host, and a cold first join waits 5 to 15
// ms for a grace period of the kernel's (see BornAsync). Device rules are here, too,
// because the library's package for them pulls in an eBPF assembler that costs
// every start of the binary 0.15 ms, and raises RLIMIT_MEMLOCK, which a process
// spawned later would inherit.
//
// On the bug of BPF_PROG_QUERY in Linux 6.17 to 7.1 (an eight byte write at
// offset 56 of the attribute, whatever its size): cilium/ebpf v0.17.3 and
// opencontainers/cgroups v0.1.0 both pass exactly 64 bytes, which is just
// enough. Our own calls pass 160 (see sys.BPFDevicePrograms).
package cgroups
