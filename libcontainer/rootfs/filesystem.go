package rootfs

import (
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// filesystem is a new file system to be mounted.
type filesystem struct {
	fstype, source string
	// attrs are MOUNT_ATTR_* bits of the mount, super MS_* flags of the file
	// system behind it.
	attrs, super uint64
	options      []option
}

// option is a file-system option, "key" or "key=value".
type option struct {
	key, value string
	hasValue   bool
}

func newFilesystem(m *configs.Mount) *filesystem {
	const superMS = unix.MS_SYNCHRONOUS | unix.MS_DIRSYNC | unix.MS_MANDLOCK | unix.MS_LAZYTIME |
		unix.MS_I_VERSION | unix.MS_SILENT | unix.MS_POSIXACL
	return &filesystem{
		fstype: m.Type, source: m.Source,
		attrs: attrsOf(m.Flags), super: m.Flags & superMS,
		options: splitOptions(m.Data),
	}
}

// splitOptions splits the data of mount(2) at commas. A comma in quotes (SELinux
// contexts) or after a backslash (overlay) belongs to the value; the quotes
// around a whole value do not.
func splitOptions(data string) (list []option) {
	quoted, start := false, 0
	for i := 0; i <= len(data); i++ {
		switch {
		case i == len(data) || data[i] == ',' && !quoted:
			if part := data[start:i]; part != "" {
				list = append(list, parseOption(part))
			}
			start = i + 1
		case data[i] == '"':
			quoted = !quoted
		case data[i] == '\\':
			i++
		}
	}
	return list
}

func parseOption(part string) (o option) {
	o.key, o.value, o.hasValue = strings.Cut(part, "=")
	if n := len(o.value); n >= 2 && o.value[0] == '"' && o.value[n-1] == '"' {
		o.value = o.value[1 : n-1]
	}
	return o
}

func (fs *filesystem) has(key string) bool {
	for _, o := range fs.options {
		if o.key == key {
			return true
		}
	}
	return false
}

func (fs *filesystem) set(key, value string) {
	fs.options = append(fs.options, option{key, value, true})
}

// data returns the options as mount(2) takes them.
func (fs *filesystem) data() string {
	words := make([]string, len(fs.options))
	for i, o := range fs.options {
		words[i] = o.key
		if o.hasValue {
			words[i] += "=" + quote(o.value)
		}
	}
	return strings.Join(words, ",")
}

func quote(value string) string {
	if strings.Contains(value, ",") && !strings.Contains(value, `\,`) {
		return `"` + value + `"`
	}
	return value
}

// maxValue is how long a string fsconfig(2) takes.
const maxValue = 255

// needsMount2 tells whether fsconfig(2) cannot say what is wished.
func (fs *filesystem) needsMount2() bool {
	for _, o := range fs.options {
		if len(o.value) > maxValue || len(o.key) > maxValue {
			return true
		}
	}
	return len(fs.source) > maxValue || fs.super&(unix.MS_I_VERSION|unix.MS_POSIXACL) != 0
}

// configure hands everything to the kernel, option by option, so that it can
// say which one it does not like.
func (fs *filesystem) configure(ctx *sys.FSContext) error {
	if fs.source != "" {
		if err := ctx.SetString("source", fs.source); err != nil {
			return err
		}
	}
	if fs.attrs&unix.MOUNT_ATTR_RDONLY != 0 && magicOf(fs.fstype) == 0 {
		// A disk is not to be written to at all. The kernel's own file systems
		// are often shared with others, where this would be refused.
		if err := ctx.SetFlag("ro"); err != nil {
			return err
		}
	}
	for _, f := range superFlags {
		if fs.super&f.ms == 0 {
			continue
		}
		if err := ctx.SetFlag(f.name); err != nil {
			return err
		}
	}
	for _, o := range fs.options {
		if err := o.configure(ctx); err != nil {
			return err
		}
	}
	return ctx.Create()
}

func (o option) configure(ctx *sys.FSContext) error {
	if o.hasValue {
		return ctx.SetString(o.key, o.value)
	}
	return ctx.SetFlag(o.key)
}

// magicOf returns what statfs(2) says of the kernel's own file systems; 0 for
// others.
func magicOf(fstype string) int64 {
	switch fstype {
	case "proc":
		return unix.PROC_SUPER_MAGIC
	case "sysfs":
		return unix.SYSFS_MAGIC
	case "tmpfs":
		return unix.TMPFS_MAGIC
	case "devpts":
		return unix.DEVPTS_SUPER_MAGIC
	case "mqueue":
		return mqueueMagic
	case "cgroup":
		return unix.CGROUP_SUPER_MAGIC
	case "cgroup2":
		return unix.CGROUP2_SUPER_MAGIC
	}
	return 0
}

// mqueueMagic is MQUEUE_MAGIC of ipc/mqueue.c.
const mqueueMagic = 0x19800202
