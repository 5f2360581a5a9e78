package sys

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// SocketPair makes two connected stream sockets.
func SocketPair(name string) (a, b *os.File, err error) { return socketPair(name, unix.SOCK_STREAM) }

// PacketPair makes two connected sockets that keep messages apart
// (SOCK_SEQPACKET).
func PacketPair(name string) (a, b *os.File, err error) {
	return socketPair(name, unix.SOCK_SEQPACKET)
}

func socketPair(name string, kind int) (a, b *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	return os.NewFile(uintptr(fds[0]), name), os.NewFile(uintptr(fds[1]), name+" (peer)"), nil
}

// maxFDs is how many descriptors one message may carry: far fewer than the
// kernel's SCM_MAX_FD.
const maxFDs = 4

// SendAll writes all of data to a stream socket, with files attached to its
// first byte. A peer that is gone is EPIPE, never a signal.
func SendAll(sock *os.File, data []byte, files ...*os.File) error {
	var oob []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		oob = unix.UnixRights(fds...)
	}
	for len(data) > 0 {
		err := onFD("send", sock, func(fd int) error {
			n, err := unix.SendmsgN(fd, data, oob, nil, unix.MSG_NOSIGNAL)
			if err == nil {
				data, oob = data[n:], nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// RecvFull fills buf from a stream socket and returns the descriptors that
// came with it, close-on-exec; more than 4 of them are an error: a peer could
// use up all we may have. io.EOF means that the peer closed before the
// first byte, io.ErrUnexpectedEOF in the middle.
func RecvFull(sock *os.File, buf []byte) (files []*os.File, err error) {
	defer func() {
		if err != nil {
			CloseAll(files)
			files = nil
		}
	}()
	for got := 0; got < len(buf); {
		n, more, err := recv(sock, buf[got:])
		files = append(files, more...)
		switch {
		case err != nil:
			return files, err
		case len(files) > maxFDs:
			return files, &os.PathError{Op: "receive", Path: sock.Name(), Err: unix.ETOOMANYREFS}
		case n == 0 && got == 0:
			return files, io.EOF
		case n == 0:
			return files, io.ErrUnexpectedEOF
		}
		got += n
	}
	return files, nil
}

// RecvPacket takes one message, with the descriptors that came with it,
// close-on-exec. What does not fit into buf is lost: n is len(buf) then. 0 means
// that the peer has closed.
func RecvPacket(sock *os.File, buf []byte) (n int, files []*os.File, err error) {
	return recv(sock, buf)
}

func recv(sock *os.File, buf []byte) (n int, files []*os.File, err error) {
	oob := make([]byte, unix.CmsgSpace(maxFDs*4))
	oobn := 0
	err = onFD("receive", sock, func(fd int) (err error) {
		n, oobn, _, _, err = unix.Recvmsg(fd, buf, oob, unix.MSG_CMSG_CLOEXEC)
		return err
	})
	if err != nil || oobn == 0 {
		return n, nil, err
	}
	files, err = rights(oob[:oobn])
	return n, files, err
}

func rights(oob []byte) (files []*os.File, err error) {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	for i := range msgs {
		fds, err := unix.ParseUnixRights(&msgs[i])
		if err != nil {
			continue // not descriptors
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}

// CloseAll closes every file.
func CloseAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
