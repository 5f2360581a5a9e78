package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v3"
	"golang.org/x/sys/unix"

	"runc/libcontainer/criu"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
)

func checkpointCommand() *cli.Command {
	return &cli.Command{
		Name:      "checkpoint",
		Usage:     "checkpoint a running container",
		ArgsUsage: "<container-id>",
		Description: `The checkpoint command saves the processes of a container with CRIU, which must be
installed, and deletes the container. "runc restore" brings them back.`,
		Flags: append(criuFlags(),
			&cli.StringFlag{Name: "parent-path", Usage: "`PATH` for previous criu image files in pre-dump, relative to --image-path"},
			&cli.BoolFlag{Name: "leave-running", Usage: "leave the process running after checkpointing"},
			&cli.BoolFlag{Name: "tcp-skip-in-flight", Usage: "skip in-flight tcp connections"},
			&cli.BoolFlag{Name: "link-remap", Usage: "allow to link unlinked files back when possible"},
			&cli.IntFlag{Name: "status-fd", Value: -1, Usage: "criu writes \\0 to this `FD` once lazy-pages is ready"},
			&cli.StringFlag{Name: "page-server", Usage: "`ADDRESS:PORT` of the page server"},
			&cli.BoolFlag{Name: "pre-dump", Usage: "dump container's memory information only, leave the container running after this"},
		),
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error { return fault.At("criu", checkpoint(cmd)) }),
	}
}

// criuFlags are the flags that checkpoint and restore share.
func criuFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "image-path", Usage: "`PATH` for saving and reading criu image files (default: ./checkpoint)"},
		&cli.StringFlag{Name: "work-path", Usage: "`PATH` for saving work files and logs (default: --image-path)"},
		&cli.BoolFlag{Name: "tcp-established", Usage: "allow open tcp connections"},
		&cli.BoolFlag{Name: "ext-unix-sk", Usage: "allow external unix sockets"},
		&cli.BoolFlag{Name: "shell-job", Usage: "allow shell jobs"},
		&cli.BoolFlag{Name: "lazy-pages", Usage: "use userfaultfd to lazily restore memory pages"},
		&cli.BoolFlag{Name: "file-locks", Usage: "handle file locks, for safety"},
		&cli.StringFlag{Name: "manage-cgroups-mode", Usage: "cgroups `MODE`: soft|full|strict|ignore (default: soft)"},
		&cli.StringSliceFlag{Name: "empty-ns", Usage: "create a `NAMESPACE`, but don't restore its properties (network)"},
		&cli.BoolFlag{Name: "auto-dedup", Usage: "enable auto deduplication of memory images"},
	}
}

func checkpoint(cmd *cli.Command) error {
	c, err := loadContainer(cmd)
	if err != nil {
		return err
	}
	if err := checkRoot(cmd); err != nil {
		return err
	}
	o, err := criuOptions(cmd)
	if err != nil {
		return err
	}
	if err := dumpOptions(cmd, o); err != nil {
		return err
	}
	if err := c.Checkpoint(o); err != nil || o.LeaveRunning || o.PreDump {
		return err
	}
	warn(c.Destroy())
	return nil
}

// checkRoot refuses to go on without what CRIU needs.
func checkRoot(cmd *cli.Command) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("runc %s needs root, as CRIU does; rootless containers can be neither checkpointed nor restored", cmd.Name)
	}
	if !userns.InInitial() {
		logrus.Warnf("runc %s is untested with rootless containers", cmd.Name)
	}
	return nil
}

// criuOptions reads criuFlags.
func criuOptions(cmd *cli.Command) (*criu.Options, error) {
	image := cmd.String("image-path")
	if image == "" {
		image = "checkpoint"
	}
	image, err := filepath.Abs(image)
	if err != nil {
		return nil, err
	}
	o := &criu.Options{
		ImageDir:       image,
		WorkDir:        cmd.String("work-path"),
		TCPEstablished: cmd.Bool("tcp-established"),
		ExtUnixSk:      cmd.Bool("ext-unix-sk"),
		ShellJob:       cmd.Bool("shell-job"),
		LazyPages:      cmd.Bool("lazy-pages"),
		FileLocks:      cmd.Bool("file-locks"),
		CgroupsMode:    cmd.String("manage-cgroups-mode"),
		AutoDedup:      cmd.Bool("auto-dedup"),
		StatusFD:       -1,
		// The runtime does not manage network devices: whoever set them up does
		// so anew.
		EmptyNS: unix.CLONE_NEWNET,
	}
	for _, ns := range cmd.StringSlice("empty-ns") {
		if ns != "network" {
			return nil, fmt.Errorf("--empty-ns: namespace %q is not supported; the only one is network", ns)
		}
	}
	return o, criu.CheckCgroupsMode(o.CgroupsMode)
}

// dumpOptions reads what checkpoint has beyond criuFlags.
func dumpOptions(cmd *cli.Command, o *criu.Options) (err error) {
	o.LeaveRunning = cmd.Bool("leave-running")
	o.TCPSkipInFlight = cmd.Bool("tcp-skip-in-flight")
	o.LinkRemap = cmd.Bool("link-remap")
	o.PreDump = cmd.Bool("pre-dump")
	if o.PageServer, err = pageServer(cmd.String("page-server")); err != nil {
		return err
	}
	if o.StatusFD, err = statusFD(cmd); err != nil {
		return err
	}
	o.ParentPath = cmd.String("parent-path")
	return checkParent(o)
}

func pageServer(flag string) (*criu.PageServer, error) {
	if flag == "" {
		return nil, nil
	}
	address, port, err := net.SplitHostPort(flag)
	if err != nil || address == "" || port == "" {
		//lint:ignore ST1005 these are runc's words
		return nil, errors.New("Use --page-server ADDRESS:PORT to specify page server")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("--page-server: Invalid port number %q", port)
	}
	return &criu.PageServer{Address: address, Port: int32(n)}, nil
}

// statusFD returns a descriptor of the caller's that can be written to; -1 for
// none.
func statusFD(cmd *cli.Command) (int, error) {
	fd := int(cmd.Int("status-fd"))
	if fd == -1 || !cmd.Bool("lazy-pages") {
		return -1, nil
	}
	writable, err := sys.Writable(fd)
	if err == nil && !writable {
		err = errors.New("not writable")
	}
	if err != nil {
		return -1, fmt.Errorf("invalid --status-fd argument %d: %w", fd, err)
	}
	return fd, nil
}

// checkParent makes sure that the checkpoint to go on from is there.
func checkParent(o *criu.Options) error {
	if o.ParentPath == "" {
		return nil
	}
	if filepath.IsAbs(o.ParentPath) {
		return errors.New("--parent-path must be relative to --image-path")
	}
	parent := filepath.Join(o.ImageDir, o.ParentPath)
	st, err := os.Stat(parent)
	if err == nil && !st.IsDir() {
		err = &os.PathError{Op: "open", Path: parent, Err: unix.ENOTDIR}
	}
	if err != nil {
		return fmt.Errorf("invalid --parent-path: %w", err)
	}
	return nil
}
