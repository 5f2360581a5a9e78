package validate

import (
	"fmt"
	"strings"

	"runc/libcontainer/configs"
)

func hooks(c *configs.Config) error {
	h := &c.Hooks
	for _, list := range [...]struct {
		name  string
		hooks []configs.Hook
	}{
		{"prestart", h.Prestart}, {"createRuntime", h.CreateRuntime}, {"createContainer", h.CreateContainer},
		{"startContainer", h.StartContainer}, {"poststart", h.Poststart}, {"poststop", h.Poststop},
	} {
		for i := range list.hooks {
			if err := hook(&list.hooks[i]); err != nil {
				return fmt.Errorf("hooks.%s[%d].%w", list.name, i, err)
			}
		}
	}
	return nil
}

func hook(h *configs.Hook) error {
	if !strings.HasPrefix(h.Path, "/") {
		return fmt.Errorf("path: %q is not an absolute path", h.Path)
	}
	if err := noNUL("path", h.Path); err != nil {
		return err
	}
	for i, arg := range h.Args {
		if err := noNUL(fmt.Sprintf("args[%d]", i), arg); err != nil {
			return err
		}
	}
	return environment(h.Env)
}
