package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v3"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
)

// prepare applies the global flags before any command.
func prepare(ctx context.Context, cmd *cli.Command) (context.Context, error) {
	if err := setUpLog(cmd.String("log"), cmd.String("log-format"), cmd.Bool("debug")); err != nil {
		return ctx, err
	}
	if cmd.IsSet("criu") {
		logrus.Warn("--criu is ignored: the criu of $PATH is used")
	}
	return ctx, prepareRoot(cmd)
}

func setUpLog(file, format string, debug bool) error {
	if debug {
		logrus.SetLevel(logrus.DebugLevel)
	}
	switch format {
	case "", "text":
	case "json":
		logrus.SetFormatter(new(logrus.JSONFormatter))
	default:
		return fault.Worded(fault.Usage, fmt.Errorf("--log-format: invalid log-format: %s; choose text or json", format))
	}
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_SYNC, 0o644)
	if err != nil {
		return fault.New(fault.Usage, fmt.Errorf("--log: %w", err), "")
	}
	logrus.SetOutput(f)
	return nil
}

// faultFields is what a program may want to know of an error, beside its text.
// People read text logs: those stay as they are.
func faultFields(err error) logrus.Fields {
	if _, json := logrus.StandardLogger().Formatter.(*logrus.JSONFormatter); !json {
		return nil
	}
	d := fault.Of(err)
	fields := logrus.Fields{"code": d.Code}
	for key, value := range map[string]string{"step": d.Step, "errno": unix.ErrnoName(d.Errno), "hint": d.Hint} {
		if value != "" {
			fields[key] = value
		}
	}
	return fields
}

// oneLine puts the lines of joined errors, and of what a hook has printed,
// behind each other: upper layers show the last line of a log only.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// logsToStderr tells whether a logged error is seen on stderr already.
func logsToStderr() bool { return logrus.StandardLogger().Out == io.Writer(os.Stderr) }
