package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/seccomp/libseccomp-golang"
	"github.com/urfave/cli/v3"

	"runc/libcontainer/specconv"
)

func featuresCommand() *cli.Command {
	return &cli.Command{
		Name:  "features",
		Usage: "show the enabled features",
		Description: `Show what this binary can do, as the "features" document of the OCI runtime spec:
https://github.com/opencontainers/runtime-spec/blob/main/features.md
Only the supported seccomp flags are those of this host's kernel.`,
		Action: exactArgs(0, func(context.Context, *cli.Command) error {
			enc := json.NewEncoder(os.Stdout)
			enc.SetIndent("", "    ")
			doc := specconv.Features()
			doc.Annotations = featureAnnotations()
			return enc.Encode(doc)
		}),
	}
}

// featureAnnotations are the ones that runc has, by its names.
func featureAnnotations() map[string]string {
	major, minor, micro := seccomp.GetLibraryVersion()
	return map[string]string{
		"org.opencontainers.runc.version":            version,
		"org.opencontainers.runc.commit":             gitCommit,
		"org.opencontainers.runc.checkpoint.enabled": "true",
		"io.github.seccomp.libseccomp.version":       fmt.Sprintf("%d.%d.%d", major, minor, micro),
	}
}
