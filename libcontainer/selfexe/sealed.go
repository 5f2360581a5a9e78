package selfexe

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Sealed returns the binary as Open does, as a copy in memory whose seals
// (fcntl(2), F_ADD_SEALS) let nobody write it; a binary that is such a copy
// already is not copied again. Memory and time grow with its size, so that it
// must be made outside the container's cgroup. Open uses it where it must;
// others where the program of Open cannot be executed, say, for a security
// module that does not know the path.
func Sealed() (*os.File, error) {
	exe, err := os.Open(self)
	if err != nil {
		return nil, err
	}
	if seals, err := sys.Seals(exe); err == nil && seals&allSeals == allSeals {
		return exe, nil
	}
	defer exe.Close()
	return sealedCopy(exe)
}

func sealedCopy(exe *os.File) (*os.File, error) {
	mem, err := sys.Memfd("runc:sealed")
	if errors.Is(err, unix.EACCES) {
		return nil, fmt.Errorf("%w: set sysctl vm.memfd_noexec below 2", err)
	}
	if err != nil {
		return nil, err
	}
	defer mem.Close()
	info, err := exe.Stat()
	if err != nil {
		return nil, err
	}
	n, err := sys.SendFile(mem, exe)
	if err != nil {
		return nil, err
	}
	if n != info.Size() {
		return nil, fmt.Errorf("copy %s: %d bytes instead of %d", self, n, info.Size())
	}
	if err := sys.AddSeals(mem, allSeals); err != nil {
		return nil, err
	}
	// Handed out for reading only, as a second fence.
	return os.Open(sys.FDPath(mem))
}
