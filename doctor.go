package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/urfave/cli/v3"

	"runc/internal/doctor"
	"runc/internal/launch"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "tell what this host gives this user, or what in a bundle would fail here",
		Description: `The doctor command looks at namespaces, ids, cgroups, security modules, system
calls and limits as the caller finds them, and tells what they rule out and the
mend. With --bundle it tells what would fail if "runc run" were called with that
bundle and the same global options, and exits with 1 if anything would. It
changes nothing.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "bundle", Aliases: []string{"b"}, Usage: "`PATH` to the root of a bundle directory to look at"},
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Value: "text", Usage: "select one of: text or json"},
			&cli.BoolFlag{Name: "no-pivot", Usage: "look at the bundle as for runc run --no-pivot"},
		},
		Action: exactArgs(0, func(_ context.Context, cmd *cli.Command) error {
			format := cmd.String("format")
			if format != "text" && format != "json" {
				return usagef("--format %q: invalid format option; choose text or json", format)
			}
			report, err := examine(cmd)
			if err != nil {
				return err
			}
			if err := printReport(report, format); err != nil {
				return err
			}
			if len(report.Failures) > 0 {
				return &exitError{status: 1}
			}
			return nil
		}),
	}
}

// examine asks the doctor about the host or, if one is given, the bundle.
func examine(cmd *cli.Command) (*doctor.Report, error) {
	o, err := launchOptions(cmd)
	if err != nil {
		return nil, err
	}
	if !cmd.IsSet("bundle") {
		return doctor.Host(o.Root), nil
	}
	return examineBundle(o), nil
}

func examineBundle(o launch.Options) *doctor.Report {
	o.ID = "doctor"
	s, err := o.Spec()
	return doctor.Bundle(o.Bundle, o.Root, s, err)
}

func printReport(r *doctor.Report, format string) error {
	if format == "text" {
		return r.Fprint(os.Stdout)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "    ")
	return enc.Encode(r)
}
