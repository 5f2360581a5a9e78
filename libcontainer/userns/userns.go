// Package userns gives a new user namespace its id maps and a new time
// namespace its offsets, from outside, and answers questions about maps.
package userns

import (
	"os"
	"strconv"
	"strings"

	"runc/libcontainer/configs"
)

// initialUserNS is what /proc/self/ns/user reads in the initial user namespace:
// its inode number is fixed (USER_NS_INIT_INO of linux/nsfs.h).
const initialUserNS = "user:[4026531837]"

// InInitial tells whether the runtime runs in the initial user namespace. When
// in doubt it says no. The inode is asked rather than /proc/self/uid_map, since
// a nested namespace may map all ids onto themselves.
func InInitial() bool {
	link, err := os.Readlink("/proc/self/ns/user")
	return err == nil && link == initialUserNS
}

// HostID returns the id outside that maps gives to id inside; ok is false when
// id is not mapped.
func HostID(maps []configs.IDMap, id uint32) (host uint32, ok bool) {
	for _, m := range maps {
		if id >= m.ContainerID && id-m.ContainerID < m.Size {
			return m.HostID + (id - m.ContainerID), true
		}
	}
	return 0, false
}

// text returns maps as uid_map and gid_map take them, a line each.
func text(maps []configs.IDMap) string {
	var b strings.Builder
	for _, word := range words(maps) {
		b.WriteString(strings.Join(word, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// words returns maps as newuidmap(1) takes them, three words each.
func words(maps []configs.IDMap) [][]string {
	list := make([][]string, len(maps))
	for i, m := range maps {
		list[i] = []string{decimal(m.ContainerID), decimal(m.HostID), decimal(m.Size)}
	}
	return list
}

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// write writes text into an existing file by one write(2), as /proc wants it.
func write(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}
