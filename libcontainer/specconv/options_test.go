package specconv

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// specOptions are all in the table of the OCI runtime spec 1.3 (config.md,
// Linux mount options).
const specOptions = `async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev
nodiratime noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev
rdiratime relatime remount rexec rnoatime rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro
rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime
suid symfollow sync tmpcopyup unbindable idmap ridmap`

// runcOptions are those that runc has besides.
const runcOptions = "acl noacl rnodev"

func TestEveryOptionIsKnown(t *testing.T) {
	wanted := strings.Fields(specOptions + " " + runcOptions)
	for _, name := range wanted {
		if i, ok := findOption(name); !ok || mountOptions[i].name != name {
			t.Errorf("%s is not found", name)
		}
	}
	slices.Sort(wanted)
	if got := optionNames(); !slices.Equal(got, wanted) {
		t.Errorf("the table is not sorted or has more:\n%v\n%v", got, wanted)
	}
	for _, name := range []string{"", "a", "size=5", "ro ", "RO", "zzz"} {
		if _, ok := findOption(name); ok {
			t.Errorf("%q is found", name)
		}
	}
}

func TestApplyOptions(t *testing.T) {
	const atime = unix.MOUNT_ATTR__ATIME
	for _, tc := range []struct {
		options string
		want    configs.Mount
	}{
		{"defaults", configs.Mount{}},
		{"bind", configs.Mount{Flags: unix.MS_BIND}},
		{"rbind,ro", configs.Mount{Flags: unix.MS_BIND | unix.MS_REC | unix.MS_RDONLY}},
		{"ro,rw", configs.Mount{ClearFlags: unix.MS_RDONLY}},
		{"rw,ro", configs.Mount{Flags: unix.MS_RDONLY}},
		{"nosuid,nodev,noexec,exec", configs.Mount{Flags: unix.MS_NOSUID | unix.MS_NODEV, ClearFlags: unix.MS_NOEXEC}},
		{"sync,dirsync,mand,silent", configs.Mount{Flags: unix.MS_SYNCHRONOUS | unix.MS_DIRSYNC | unix.MS_MANDLOCK | unix.MS_SILENT}},
		{"async,nomand,loud", configs.Mount{ClearFlags: unix.MS_SYNCHRONOUS | unix.MS_MANDLOCK | unix.MS_SILENT}},
		{"lazytime,iversion,acl", configs.Mount{Flags: unix.MS_LAZYTIME | unix.MS_I_VERSION | unix.MS_POSIXACL}},
		{"nosymfollow", configs.Mount{Flags: unix.MS_NOSYMFOLLOW}},
		{"noatime,nodiratime", configs.Mount{Flags: unix.MS_NOATIME | unix.MS_NODIRATIME}},
		{"relatime,strictatime", configs.Mount{Flags: unix.MS_RELATIME | unix.MS_STRICTATIME}},
		{"slave,rshared", configs.Mount{Propagation: []uint64{unix.MS_SLAVE, unix.MS_SHARED | unix.MS_REC}}},
		{"rro,rnosuid", configs.Mount{RecSet: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}},
		{"rro,rrw,rexec", configs.Mount{RecClear: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOEXEC}},
		{"rrw,rro", configs.Mount{RecSet: unix.MOUNT_ATTR_RDONLY}},
		{"rnoatime", configs.Mount{RecSet: unix.MOUNT_ATTR_NOATIME, RecClear: atime}},
		{"rnoatime,rstrictatime", configs.Mount{RecSet: unix.MOUNT_ATTR_STRICTATIME, RecClear: atime}},
		{"rstrictatime,ratime", configs.Mount{RecClear: atime}},
		{"rnodiratime,rsymfollow", configs.Mount{RecSet: unix.MOUNT_ATTR_NODIRATIME, RecClear: unix.MOUNT_ATTR_NOSYMFOLLOW}},
		{"tmpcopyup,size=5,mode=755", configs.Mount{TmpCopyUp: true, Data: "size=5,mode=755"}},
		{"remount,bogus", configs.Mount{Flags: unix.MS_REMOUNT, Data: "bogus"}},
	} {
		var got configs.Mount
		applyOptions(&got, strings.Split(tc.options, ","))
		if !equalMount(got, tc.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.options, got, tc.want)
		}
	}
}

func equalMount(a, b configs.Mount) bool {
	return a.Flags == b.Flags && a.ClearFlags == b.ClearFlags && a.RecSet == b.RecSet && a.RecClear == b.RecClear &&
		slices.Equal(a.Propagation, b.Propagation) && a.Data == b.Data && a.TmpCopyUp == b.TmpCopyUp
}

func TestIDMapOptions(t *testing.T) {
	for option, recursive := range map[string]bool{"idmap": false, "ridmap": true} {
		var m configs.Mount
		applyOptions(&m, []string{"bind", option})
		if m.IDMapping == nil || m.IDMapping.Recursive != recursive {
			t.Errorf("%s: %+v", option, m.IDMapping)
		}
	}
}
