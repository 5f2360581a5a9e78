package launch

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// preserve sets which of the caller's descriptors from 3 on the process gets:
// those of socket activation, which it is told of, then --preserve-fds more.
func (o *Options) preserve(p *configs.Process) error {
	if o.PreserveFDs < 0 {
		return fmt.Errorf("--preserve-fds %d: give a number from 0 on", o.PreserveFDs)
	}
	listen, err := listenFDs()
	if err != nil {
		return err
	}
	p.PreserveFDs = listen + o.PreserveFDs
	for fd := 3; fd < 3+p.PreserveFDs; fd++ {
		if !sys.Inherited(fd) {
			return fmt.Errorf("unable to stat preserved-fd %d (of %d): %w: the caller has handed over no descriptor %d; --preserve-fds and LISTEN_FDS count from 3", fd-3, p.PreserveFDs, unix.ENOENT, fd)
		}
	}
	if listen > 0 {
		// LISTEN_PID is known only inside.
		p.Env = append(p.Env, "LISTEN_FDS="+strconv.Itoa(listen))
	}
	return nil
}

// listenFDs is how many sockets are meant for this process (sd_listen_fds(3)):
// an environment that was meant for another is passed over.
func listenFDs() (int, error) {
	fds := os.Getenv("LISTEN_FDS")
	if fds == "" || os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return 0, nil
	}
	n, err := strconv.Atoi(fds)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("environment variable LISTEN_FDS=%q is not a number of descriptors", fds)
	}
	return n, nil
}

// stdio are the caller's standard streams. The Go runtime has opened /dev/null
// in place of closed ones before anything of ours ran: by its path, so it must
// be looked at (CVE-2026-88265).
func stdio() ([3]*os.File, error) {
	streams := [3]*os.File{os.Stdin, os.Stdout, os.Stderr}
	for _, f := range streams {
		if path, err := os.Readlink(sys.FDPath(f)); err != nil || path != os.DevNull {
			continue
		}
		st, err := sys.Fstat(f)
		if err != nil {
			return streams, err
		}
		if st.Mode&unix.S_IFMT != unix.S_IFCHR || uint64(st.Rdev) != unix.Mkdev(1, 3) { //nolint:unconvert // 32 bits on mips
			return streams, fmt.Errorf("%s: it stands in for a closed stream, but it is not the null device; mend it with mknod -m 666 /dev/null c 1 3", f.Name())
		}
	}
	return streams, nil
}
