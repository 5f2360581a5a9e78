package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v3"
)

// prepare applies the global flags before any command.
func prepare(ctx context.Context, cmd *cli.Command) (context.Context, error) {
	if err := setUpLog(cmd.String("log"), cmd.String("log-format"), cmd.Bool("debug")); err != nil {
		return ctx, err
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
		return fmt.Errorf("--log-format: invalid log-format: %s; choose text or json", format)
	}
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_SYNC, 0o644)
	if err != nil {
		return fmt.Errorf("--log: %w", err)
	}
	logrus.SetOutput(f)
	return nil
}

// logsToStderr tells whether a logged error is seen on stderr already.
func logsToStderr() bool { return logrus.StandardLogger().Out == io.Writer(os.Stderr) }
