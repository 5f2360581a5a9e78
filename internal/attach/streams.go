package attach

import (
	"errors"
	"io"
	"os"

	"runc/libcontainer/safepath"
)

// Streams stand between the command's own standard streams and those of a
// process in the foreground that has no terminal. What a container could do
// more with than read or write goes over a pipe: a terminal, whose settings and
// input are others' as well; a socket, which /dev/stdout cannot open again; a
// file, which it would truncate. Pipes and /dev/null are handed through.
type Streams struct {
	// theirs are the process's ends of the pipes, until it has them.
	theirs []*os.File
	// input is our end of its stdin; nil: none.
	input   *os.File
	outputs []*output
}

// Take is for launch.Options: it returns what the process gets in place of the
// command's own streams.
func (s *Streams) Take(own [3]*os.File) (theirs [3]*os.File, err error) {
	for i, f := range own {
		if theirs[i] = f; f == nil || !needsPipe(f) {
			continue
		}
		read, write, err := os.Pipe()
		if err != nil {
			return theirs, err
		}
		if i == 0 {
			s.input, theirs[i] = write, read
		} else {
			s.outputs, theirs[i] = append(s.outputs, passOn(read, f)), write
		}
		s.theirs = append(s.theirs, theirs[i])
	}
	return theirs, nil
}

func needsPipe(f *os.File) bool {
	st, err := f.Stat()
	if err != nil || st.Mode()&os.ModeNamedPipe != 0 {
		return false
	}
	null, err := safepath.IsDevice(f, 1, 3)
	return err != nil || !null
}

// begin passes stdin on; the process has its ends.
func (s *Streams) begin() {
	s.letGo()
	if s.input != nil {
		go func() {
			_, _ = io.Copy(s.input, os.Stdin)
			s.input.Close()
		}()
	}
}

func (s *Streams) letGo() {
	for _, f := range s.theirs {
		f.Close()
	}
	s.theirs = nil
}

// Close passes on what output is left, see finish.
func (s *Streams) Close(signals *Signals) {
	s.letGo()
	for _, o := range s.outputs {
		finish(o.copied, o.from, o.to, signals)
		o.from.Close()
	}
}

// output is a stream of the process that is passed on to one of the command's.
type output struct {
	from, to *os.File
	// copied is closed when no more comes, or nobody takes it.
	copied chan struct{}
}

func passOn(from, to *os.File) *output {
	o := &output{from, to, make(chan struct{})}
	go func() {
		defer close(o.copied)
		if !copyOutput(from, to) {
			from.Close() // and the process learns that nobody reads it
		}
	}()
	return o
}

// copyOutput copies until there is no more, and tells whether there is somebody
// to take it.
func copyOutput(from, to *os.File) bool {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return false
			}
		}
		if err != nil {
			return !errors.Is(err, os.ErrClosed)
		}
	}
}
