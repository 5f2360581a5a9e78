package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"runc/libcontainer/configs"
)

// sysctl lets those kernel parameters through that belong to a namespace which
// the container does not share with the runtime.
func sysctl(c *configs.Config) error {
	for _, key := range slices.Sorted(maps.Keys(c.Sysctl)) {
		if err := parameter(c, key); err != nil {
			return fmt.Errorf("linux.sysctl: sysctl %q %w", key, err)
		}
	}
	return nil
}

func parameter(c *configs.Config, key string) error {
	if !isParameter(key) {
		return fmt.Errorf("is not the name of a kernel parameter, as \"net.ipv4.ip_forward\" is")
	}
	switch {
	case ofIPC(key):
		return needs(c, configs.IPCNamespace, "is not allowed in the hosts ipc namespace")
	case strings.HasPrefix(key, "net."):
		return needs(c, configs.NetworkNamespace, "not allowed in host network namespace")
	case strings.HasPrefix(key, "user."):
		return needs(c, configs.UserNamespace, "is not allowed in the host's user namespace")
	case key == "kernel.hostname":
		return fmt.Errorf("is not allowed as it conflicts with the OCI %q field; set that", "hostname")
	case key == "kernel.domainname":
		return needs(c, configs.UTSNamespace, "is not allowed in the host's uts namespace")
	}
	return fmt.Errorf("is not in a separate kernel namespace; drop it, it would change the host")
}

func needs(c *configs.Config, t configs.NamespaceType, problem string) error {
	if owns(c, t) {
		return nil
	}
	return fmt.Errorf(`%s; add {"type": %q} to linux.namespaces or drop it`, problem, t)
}

// ofIPC tells whether key belongs to an IPC namespace (ipc_namespaces(7)).
func ofIPC(key string) bool {
	switch key {
	case "kernel.auto_msgmni", "kernel.msg_next_id", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni",
		"kernel.sem", "kernel.sem_next_id",
		"kernel.shm_next_id", "kernel.shm_rmid_forced", "kernel.shmall", "kernel.shmmax", "kernel.shmmni":
		return true
	}
	return strings.HasPrefix(key, "fs.mqueue.")
}

// isParameter tells whether the path under /proc/sys that key stands for stays
// in the directory that its beginning names. In a key, '.' and '/' have changed
// places, so that "net.//.kernel" would be net/../kernel.
func isParameter(key string) bool {
	if strings.IndexByte(key, 0) >= 0 {
		return false
	}
	for part := range strings.SplitSeq(key, ".") {
		if part == "" || part == "/" || part == "//" {
			return false
		}
	}
	return true
}
