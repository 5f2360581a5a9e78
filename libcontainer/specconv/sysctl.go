package specconv

import (
	"fmt"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs"
)

// convertSysctl brings all keys to the form with dots.
func convertSysctl(spec *specs.Spec, c *configs.Config) error {
	from := linux(spec).Sysctl
	if len(from) == 0 {
		return nil
	}
	c.Sysctl = make(map[string]string, len(from))
	for key, value := range from {
		dotted := dottedSysctl(key)
		if _, twice := c.Sysctl[dotted]; twice {
			return fmt.Errorf("linux.sysctl: %s is set twice, with dots and with slashes; keep one", dotted)
		}
		c.Sysctl[dotted] = value
	}
	return nil
}

// dottedSysctl turns "net/ipv4/conf/eth0.1/forwarding" into
// "net.ipv4.conf.eth0/1.forwarding". As in sysctl(8), the first separator tells
// which of the two forms a key has.
func dottedSysctl(key string) string {
	first := strings.IndexAny(key, "./")
	if first < 0 || key[first] == '.' {
		return key
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '.':
			return '/'
		case '/':
			return '.'
		}
		return r
	}, key)
}
