# shellcheck shell=bash disable=SC2154 # vm.sh sets here
# The guest's disk: a plain Debian tree, with guest/ laid over it.

# debian_mirror prints the mirror that apt has here.
debian_mirror() {
	local url
	# shellcheck disable=SC2016
	url=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk '/\/debian\/*$/ && !n++')
	url=${VM_MIRROR:-${url:-http://deb.debian.org/debian}}
	echo "${url%/}"
}

# make_disk DIR FILE SIZE makes a sparse ext4 image with what is in DIR.
make_disk() {
	truncate -s "$3" "$2"
	mke2fs -q -F -t ext4 -O ^has_journal -E lazy_itable_init=1 -m 0 -d "$1" "$2"
}

# make_tree TREE downloads and unpacks Debian into TREE.
make_tree() {
	local mirror packages
	mirror=$(debian_mirror)
	packages=$(sed 's/#.*//' "$here/packages" | xargs)
	mmdebstrap --quiet --variant=minbase --include="$packages $VM_KERNEL" \
		--aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/busybox-static' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		bookworm "$1" \
		"deb $mirror bookworm main" "deb $mirror bookworm-updates main" \
		"deb $mirror bookworm-backports main" "deb $mirror-security bookworm-security main"
}

# customize TREE makes it our guest.
customize() {
	local tree=$1 unit
	cp -r --no-preserve=ownership "$here/guest/." "$tree/"
	rm -f "$tree/etc/machine-id" "$tree/var/lib/dbus/machine-id"
	systemd-id128 new >"$tree/etc/machine-id"
	# agetty on a console hangs it up under everybody else. The timers would
	# start jobs in the middle of a test.
	for unit in serial-getty@ttyS0.service getty@tty1.service apt-daily.timer \
		apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
		dpkg-db-backup.timer systemd-tmpfiles-clean.timer; do
		ln -sfn /dev/null "$tree/etc/systemd/system/$unit"
	done
	mkdir -p "$tree/etc/systemd/system/graphical.target.wants"
	ln -sf ../vm-job.service "$tree/etc/systemd/system/graphical.target.wants/"
	add_user "$tree"
}

# add_user TREE adds the unprivileged user, to whom root logs in by ssh.
add_user() {
	local tree=$1
	chroot "$tree" useradd -m -u 1000 -s /bin/bash rootless
	echo rootless:100000:65536 | tee "$tree/etc/subuid" >"$tree/etc/subgid"
	mkdir -p "$tree/var/lib/systemd/linger"
	touch "$tree/var/lib/systemd/linger/root" "$tree/var/lib/systemd/linger/rootless"
	mkdir -p "$tree/home/rootless/.ssh"
	chmod 700 "$tree/root/.ssh" "$tree/home/rootless/.ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$tree/root/.ssh/rootless.key"
	cp "$tree/root/.ssh/rootless.key.pub" "$tree/home/rootless/.ssh/authorized_keys"
	chroot "$tree" chown -R rootless: /home/rootless
}

# make_initrd TREE FILE makes the least initrd that finds /dev/vda: the virtio
# modules are all that Debian's kernel lacks for it.
make_initrd() {
	local tree=$1 dir=$2.d kernel module
	kernel=$(basename "$tree"/lib/modules/*)
	mkdir -p "$dir"/{modules,dev,root}
	cp "$tree/bin/busybox" "$dir/busybox"
	cp "$here/initrd-init" "$dir/init"
	for module in virtio_pci virtio_blk virtio_console ext4 crc32c; do
		chroot "$tree" modprobe -S "$kernel" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r module; do
		cp "$tree/$module" "$dir/modules/"
		echo "${module##*/}"
	done >"$dir/modules/order"
	(cd "$dir" && find . | cpio -o -H newc --quiet) >"$2"
	rm -rf "$dir"
}

# make_image GUEST makes root.img, vmlinuz and initrd.img in GUEST.
make_image() {
	local guest=$1 tree=$1/tree
	say "installing Debian into $guest"
	make_tree "$tree"
	customize "$tree"
	cp -L "$tree/vmlinuz" "$guest/vmlinuz"
	make_initrd "$tree" "$guest/initrd.img"
	rm -f "$tree"/boot/initrd*
	make_disk "$tree" "$guest/root.img" 8G
	rm -rf "$tree"
}
