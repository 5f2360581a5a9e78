package nsenter

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// harness is testdata/harness.c at work: the C stage under the sanitizers, with
// a kernel that is made up.
type harness struct {
	in     io.Writer
	out    io.Reader
	stderr bytes.Buffer
}

func startHarness(f *testing.F) *harness {
	f.Helper()
	program := filepath.Join(f.TempDir(), "harness")
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "gcc"
	}
	out, err := exec.Command(cc, "-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Wno-unused-function",
		"-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", program, "testdata/harness.c").CombinedOutput()
	if err != nil {
		f.Skipf("no compiler with sanitizers: %v\n%s", err, out)
	}
	h := new(harness)
	cmd := exec.Command(program)
	cmd.Stderr = &h.stderr
	if h.in, err = cmd.StdinPipe(); err == nil {
		h.out, err = cmd.StdoutPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return h
}

// feed lets the C stage read data from the socket that env names (empty: the
// true one), and fails the test if it misbehaves.
func (h *harness) feed(t *testing.T, answers uint32, env string, data []byte) {
	t.Helper()
	var frame []byte
	for _, n := range []uint32{answers, uint32(len(env)), uint32(len(data))} {
		frame = binary.NativeEndian.AppendUint32(frame, n)
	}
	frame = append(append(frame, env...), data...)
	_, err := h.in.Write(frame)
	if err == nil {
		_, err = io.ReadFull(h.out, make([]byte, 1))
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, h.stderr.String())
	}
}

// FuzzBootstrap: whatever the socket says, the C stage stays within its memory,
// and enters and makes no other namespaces than those named.
func FuzzBootstrap(f *testing.F) {
	h := startHarness(f)
	for _, b := range []Bootstrap{
		{Debug: true, Unshare: unix.CLONE_NEWNS | unix.CLONE_NEWPID},
		{DumpableMaps: true, Unshare: unix.CLONE_NEWUSER | unix.CLONE_NEWTIME | unix.CLONE_NEWNET},
		{KeepGroups: true, NoHuge: true, Join: []Join{{unix.CLONE_NEWUSER, 5}, {unix.CLONE_NEWNET, 6}, {unix.CLONE_NEWNS, 7}}},
		{Debug: true, Join: make([]Join, MaxJoin)},
	} {
		data, err := b.Encode()
		if err != nil {
			f.Fatal(err)
		}
		for _, answers := range []uint32{0, 0xaaaaaaaa, 0xffffffff, 0x22222222, 0x88} {
			f.Add(answers, "", append(data, 1, 0))
		}
		for n := range 16 { // one call of 16 fails
			f.Add(uint32(2)<<(2*n), "", append(data, 1))
		}
	}
	for _, env := range []string{"x", "2", "-1", "99999999999999999999", "3x", " 3", "0x3"} {
		f.Add(uint32(0), env, []byte{})
	}
	f.Fuzz(func(t *testing.T, answers uint32, env string, data []byte) {
		if len(data) > 1<<12 || len(env) > 1<<12 {
			t.Skip()
		}
		h.feed(t, answers, env, data)
	})
}

// FuzzReport: what the C stage says is read for what it is.
func FuzzReport(f *testing.F) {
	f.Add(Report{Kind: Fail, Value: 5, Text: "step"}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		var buf [ReportSize]byte
		copy(buf[:], data)
		r := DecodeReport(&buf)
		if again := DecodeReport((*[ReportSize]byte)(r.Encode())); len(r.Text) < len(buf)-8 && again != r {
			t.Errorf("%+v became %+v", r, again)
		}
	})
}
