package specconv

import (
	"fmt"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs"
)

func convertHooks(spec *specs.Spec, c *configs.Config) error {
	h := spec.Hooks
	if h == nil {
		return nil
	}
	for _, list := range [...]struct {
		name string
		from []specs.Hook
		to   *[]configs.Hook
	}{
		//lint:ignore SA1019 callers still use it
		{"prestart", h.Prestart, &c.Hooks.Prestart},
		{"createRuntime", h.CreateRuntime, &c.Hooks.CreateRuntime},
		{"createContainer", h.CreateContainer, &c.Hooks.CreateContainer},
		{"startContainer", h.StartContainer, &c.Hooks.StartContainer},
		{"poststart", h.Poststart, &c.Hooks.Poststart},
		{"poststop", h.Poststop, &c.Hooks.Poststop},
	} {
		for i := range list.from {
			hook, err := convertHook(&list.from[i])
			if err != nil {
				return fmt.Errorf("hooks.%s[%d].%w", list.name, i, err)
			}
			*list.to = append(*list.to, hook)
		}
	}
	return nil
}

func convertHook(from *specs.Hook) (configs.Hook, error) {
	hook := configs.Hook{Path: from.Path, Args: from.Args, Env: from.Env}
	if from.Timeout == nil {
		return hook, nil
	}
	const longest = int(time.Duration(1<<63-1) / time.Second)
	if *from.Timeout <= 0 || *from.Timeout > longest {
		return hook, fmt.Errorf("timeout: %d is not a possible number of seconds; leave it out for no limit", *from.Timeout)
	}
	hook.Timeout = time.Duration(*from.Timeout) * time.Second
	return hook, nil
}
