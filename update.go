package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/urfave/cli/v3"

	"runc/libcontainer"
	"runc/libcontainer/specconv"
)

func updateCommand() *cli.Command {
	return &cli.Command{
		Name:      "update",
		Usage:     "update container resource constraints",
		ArgsUsage: "<container-id>",
		Description: `The update command changes limits of a container while it lives; those not given
stay. When one is refused, none has changed.

--resources reads them from a file, in the form of linux.resources of
config.json, and all other options are ignored:

    {"memory": {"limit": 67108864}, "pids": {"limit": 100}}`,
		Flags: updateFlags(),
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			wanted, err := updateResources(cmd)
			if err != nil {
				return err
			}
			r, err := specconv.ConvertUpdate(wanted)
			if err != nil {
				return err
			}
			c, err := loadContainer(cmd)
			if err != nil {
				return err
			}
			return c.Update(libcontainer.Change{
				Resources:     r,
				L3CacheSchema: cmd.String("l3-cache-schema"),
				MemBwSchema:   cmd.String("mem-bw-schema"),
			})
		}),
	}
}

func updateFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "resources", Aliases: []string{"r"}, Usage: "path to the `FILE` containing the resources to update or '-' to read from the standard input"},
		&cli.StringFlag{Name: "blkio-weight", Usage: "specifies per cgroup weight, range is from 10 to 1000"},
		&cli.StringFlag{Name: "cpu-period", Usage: "CPU CFS period to be used for hardcapping (in usecs)"},
		&cli.StringFlag{Name: "cpu-quota", Usage: "CPU CFS hardcap limit (in usecs). Allowed cpu time in a given period; '-1' for none"},
		&cli.StringFlag{Name: "cpu-burst", Usage: "CPU CFS hardcap burst limit (in usecs). Allowed accumulated cpu time additionally for burst in a given period"},
		&cli.StringFlag{Name: "cpu-share", Usage: "CPU shares (relative weight vs. other containers)"},
		&cli.StringFlag{Name: "cpu-rt-period", Usage: "CPU realtime period to be used for hardcapping (in usecs)"},
		&cli.StringFlag{Name: "cpu-rt-runtime", Usage: "CPU realtime hardcap limit (in usecs). Allowed cpu time in a given period"},
		&cli.StringFlag{Name: "cpuset-cpus", Usage: "CPU(s) to use"},
		&cli.StringFlag{Name: "cpuset-mems", Usage: "memory node(s) to use"},
		&cli.StringFlag{Name: "kernel-memory", Hidden: true, Usage: "obsolete, has no effect"},
		&cli.StringFlag{Name: "kernel-memory-tcp", Hidden: true, Usage: "obsolete, has no effect"},
		&cli.StringFlag{Name: "memory", Usage: "memory limit (in bytes, or with k, m, g); '-1' for none"},
		&cli.StringFlag{Name: "cpu-idle", Usage: "set cgroup SCHED_IDLE or not, 0: default behavior, 1: SCHED_IDLE"},
		&cli.StringFlag{Name: "memory-reservation", Usage: "memory reservation or soft_limit (in bytes)"},
		&cli.StringFlag{Name: "memory-swap", Usage: "total memory usage (memory + swap); set '-1' to enable unlimited swap"},
		&cli.StringFlag{Name: "pids-limit", Usage: "maximum number of pids allowed in the container; '-1' for none"},
		&cli.StringFlag{Name: "l3-cache-schema", Usage: "the string of Intel RDT/CAT L3 cache schema"},
		&cli.StringFlag{Name: "mem-bw-schema", Usage: "the string of Intel RDT/MBA memory bandwidth schema"},
	}
}

// updateResources reads the limits that are to change.
func updateResources(cmd *cli.Command) (*specs.LinuxResources, error) {
	switch from := cmd.String("resources"); from {
	case "":
		return resourcesOfFlags(cmd)
	case "-":
		return specconv.LoadResources("standard input", os.Stdin)
	default:
		f, err := os.Open(from)
		if err != nil {
			return nil, fmt.Errorf("--resources: %w", err)
		}
		defer f.Close()
		return specconv.LoadResources(from, f)
	}
}

func resourcesOfFlags(cmd *cli.Command) (*specs.LinuxResources, error) {
	r := &specs.LinuxResources{
		Memory:  &specs.LinuxMemory{},
		CPU:     &specs.LinuxCPU{Cpus: cmd.String("cpuset-cpus"), Mems: cmd.String("cpuset-mems")},
		BlockIO: &specs.LinuxBlockIO{},
		Pids:    &specs.LinuxPids{},
	}
	return r, firstError(
		number(cmd, "blkio-weight", &r.BlockIO.Weight, parseUint16),
		number(cmd, "cpu-period", &r.CPU.Period, parseUint),
		number(cmd, "cpu-quota", &r.CPU.Quota, parseInt),
		number(cmd, "cpu-burst", &r.CPU.Burst, parseUint),
		number(cmd, "cpu-share", &r.CPU.Shares, parseUint),
		number(cmd, "cpu-rt-period", &r.CPU.RealtimePeriod, parseUint),
		number(cmd, "cpu-rt-runtime", &r.CPU.RealtimeRuntime, parseInt),
		number(cmd, "cpu-idle", &r.CPU.Idle, parseInt),
		number(cmd, "memory", &r.Memory.Limit, parseSize),
		number(cmd, "memory-reservation", &r.Memory.Reservation, parseSize),
		number(cmd, "memory-swap", &r.Memory.Swap, parseSize),
		//lint:ignore SA1019 converted into a warning
		number(cmd, "kernel-memory", &r.Memory.Kernel, parseSize),
		number(cmd, "kernel-memory-tcp", &r.Memory.KernelTCP, parseSize),
		number(cmd, "pids-limit", &r.Pids.Limit, parseInt),
	)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// number reads a flag; to stays nil if it is not given.
func number[T any](cmd *cli.Command, flag string, to **T, parse func(string) (T, error)) error {
	text := cmd.String(flag)
	if text == "" {
		return nil
	}
	value, err := parse(text)
	if err != nil {
		return usagef("invalid value for %s: %w", flag, err)
	}
	*to = &value
	return nil
}

func parseInt(s string) (int64, error)   { return strconv.ParseInt(s, 10, 64) }
func parseUint(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }

func parseUint16(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err
}

// parseSize reads bytes, with an optional unit of powers of 1024 in the ways
// that runc takes: "64M", "64mb", "1.5GiB", "64 k". -1 is no limit.
func parseSize(s string) (int64, error) {
	if s == "-1" {
		return -1, nil
	}
	number := strings.TrimRight(s, "bBiIkKmMgGtTpP ")
	unit := strings.ToLower(strings.TrimPrefix(s[len(number):], " "))
	shift := slices.Index([]string{"", "k", "m", "g", "t", "p"}, strings.TrimSuffix(strings.TrimSuffix(unit, "b"), "i")) * 10
	fraction, err := strconv.ParseFloat(number, 64)
	if err != nil || shift < 0 || unit == "i" || unit == "ib" || strings.Trim(number, "0123456789.") != "" {
		return 0, usagef("%q is no size; write it as 67108864, 64M (k, m, g, t, p), or -1 for no limit", s)
	}
	whole, err := strconv.ParseInt(number, 10, 64)
	switch {
	case err == nil && whole <= math.MaxInt64>>shift:
		return whole << shift, nil
	case err == nil || fraction >= float64(int64(math.MaxInt64)>>shift):
		return 0, usagef("%q is more than any machine has", s)
	}
	return int64(fraction * float64(uint64(1)<<shift)), nil
}
