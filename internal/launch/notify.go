package launch

import (
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// notifyDir is where a container finds the socket of sd_notify(3), as with
// runc.
const notifyDir = "/run/notify"

// addNotify gives the container the directory of the notify socket, which it
// can not change. The directory will be made with the container: so this comes
// after the check of the mounts. Without a mount namespace there is no place
// for it.
func (o *Options) addNotify(c *configs.Config, p *configs.Process) {
	if o.Notify == nil || !c.Namespaces.Has(configs.MountNamespace) {
		return
	}
	c.Mounts = append(c.Mounts, configs.Mount{
		Source:      o.factory().NotifyDir(o.ID),
		Destination: notifyDir,
		Type:        "bind",
		Flags:       unix.MS_BIND | unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC,
	})
	p.Env = append(p.Env, "NOTIFY_SOCKET="+notifyDir+"/notify.sock")
}
