#!/usr/bin/env bats
# Past CVEs of runc, crun and youki, by paths: mount targets, /proc, /sys, /dev.
# docs/security.md has the table.

load helpers
load attack/lib

# --- targets of mounts -------------------------------------------------------

@test "CVE-2015-3627, CVE-2015-3629: symlinks in mount targets resolve inside" {
	ln -s "$HOST" "$BUNDLE/rootfs/absolute"
	ln -s "../../../../../../../..$HOST" "$BUNDLE/rootfs/dots"
	ln -s absolute "$BUNDLE/rootfs/chain"
	echo bound >"$W/file"
	mount_entry /absolute/sub tmpfs tmpfs
	mount_entry /dots/new tmpfs tmpfs
	mount_entry /chain/new/file bind "$W/file" bind
	container_script "grep -c $HOST/ /proc/self/mountinfo; cat $HOST/new/file"
	run_container
	assert_output 3 bound
	host_same
}

@test "CVE-2019-18837: the last component of a target is a symlink" {
	local text
	echo bound >"$W/file"
	mount_entry /etc/resolv.conf bind "$W/file" bind
	container_args cat /etc/resolv.conf
	for text in "$HOST/new" "../../../../../../..$HOST/new" "$HOST/canary"; do
		ln -sf "$text" "$BUNDLE/rootfs/etc/resolv.conf"
		run_container
		assert_output bound
		host_same
	done
}

@test "CVE-2025-24965: a symlink planted for each file that the runtime makes" {
	local name
	# Without a mount on /dev, so that all is made in the image.
	only_mounts /proc /dev/pts /sys
	mkdir -p "$BUNDLE/rootfs/dev"
	for name in null zero full random urandom tty console ptmx fd stdin stdout stderr core; do
		ln -s "$HOST/dev/$name" "$BUNDLE/rootfs/dev/$name"
	done
	ln -s "$HOST/.krun_config.json" "$BUNDLE/rootfs/.krun_config.json"
	ln -s "$HOST/passwd" "$BUNDLE/rootfs/etc/passwd.new"
	container_args true
	run_container
	# A device node cannot be made through a symlink: the start fails.
	refused "symlink" "/dev/"
	host_same
	config '.process.terminal = true'
	run_container
	[ "$status" -ne 0 ]
	host_same
	# One by one, for the first failure hides the others.
	for name in null zero full random urandom tty console ptmx fd stdin stdout stderr core; do
		rm -rf "$BUNDLE/rootfs/dev"
		mkdir "$BUNDLE/rootfs/dev"
		ln -s "$HOST/dev/$name" "$BUNDLE/rootfs/dev/$name"
		run_container
		host_same
	done
}

# --- /proc and /sys ----------------------------------------------------------

# no_procfs_in_volume PATH: no procfs or sysfs is mounted at PATH of the host.
fake_proc() {
	mkdir -p "$1/self/attr" "$1/thread-self/attr" "$1/1/attr" "$1/sys/net/ipv4" "$1/self/fd"
	local file
	for file in self/attr/exec self/attr/current thread-self/attr/exec 1/attr/current sys/net/ipv4/ip_forward \
		self/status self/mountinfo; do
		echo fake >"$1/$file"
	done
}

@test "CVE-2019-16884: a fake /proc" {
	local fake=$W/fake source
	fake_proc "$fake"
	fake_proc "$BUNDLE/rootfs/proc"
	find "$fake" "$BUNDLE/rootfs/proc" -type f -exec sha256sum {} + >"$W/fakes"
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	without_mounts /proc
	container_args true
	cp "$BUNDLE/config.json" "$W/config"
	for source in "$fake" "$fake/self" "$fake/self/status" /proc/sys /proc/self; do
		cp "$W/config" "$BUNDLE/config.json"
		mount_entry /proc bind "$source" rbind
		run_container
		refused "/proc"
		sha256sum --quiet -c "$W/fakes"
	done
	cp "$W/config" "$BUNDLE/config.json"
	mount_entry /proc tmpfs tmpfs
	run_container
	refused "/proc" "not of type proc"
	# No mount at all: what is written goes to a real procfs or nowhere.
	cp "$W/config" "$BUNDLE/config.json"
	run_container
	sha256sum --quiet -c "$W/fakes"
}

@test "CVE-2019-16884, CVE-2023-28642: with a security label nothing is written to a fake /proc" {
	local want label unconfined=1
	# What is unconfined where nothing confines is an error.
	! grep -qs Y /sys/module/apparmor/parameters/enabled || unconfined=0
	container_args true
	fake_proc "$BUNDLE/rootfs/proc"
	find "$BUNDLE/rootfs/proc" -type f -exec sha256sum {} + >"$W/fakes"
	without_mounts /proc
	config '.linux.maskedPaths = [] | .linux.readonlyPaths = []'
	cp "$BUNDLE/config.json" "$W/config"
	while read -ru 9 want label; do
		cp "$W/config" "$BUNDLE/config.json"
		config ".process.$label"
		run_container
		assert_status "$want"
		sha256sum --quiet -c "$W/fakes"
	done 9<<-END
		$unconfined apparmorProfile = "unconfined"
		1 apparmorProfile = "runc-test"
		1 selinuxLabel = "system_u:system_r:container_t:s0"
	END
}

@test "CVE-2023-27561, CVE-2025-54867: /proc or /sys is a symlink into a volume" {
	local name text
	shared_volume
	config '.mounts |= (map(select(.destination == "/vol")) + map(select(.destination != "/vol")))'
	for name in proc sys; do
		for text in /vol vol ../vol /vol/missing /nowhere "$HOST" /; do
			rm -rf "$BUNDLE/rootfs/proc" "$BUNDLE/rootfs/sys"
			mkdir "$BUNDLE/rootfs/proc" "$BUNDLE/rootfs/sys"
			rmdir "$BUNDLE/rootfs/$name"
			ln -s "$text" "$BUNDLE/rootfs/$name"
			run_container
			refused "(/$name)" "symlink"
			[ -z "$(ls -A "$VOLUME")" ]
			host_same
		done
	done
}

@test "CVE-2023-27561: a parent of the target is a symlink" {
	local type
	shared_volume
	ln -s /vol "$BUNDLE/rootfs/link"
	cp "$BUNDLE/config.json" "$W/config"
	for type in proc sysfs; do
		cp "$W/config" "$BUNDLE/config.json"
		mount_entry /link/there "$type" "$type"
		run_container
		refused "/link/there" "symlink"
		[ -z "$(ls -A "$VOLUME")" ]
	done
}

@test "CVE-2025-52881, CVE-2025-62596: mounts into /proc, by name or by symlink" {
	local target
	ln -s /proc/sys "$BUNDLE/rootfs/lnk"
	ln -s /proc "$BUNDLE/rootfs/p"
	echo decoy >"$W/decoy"
	cp "$BUNDLE/config.json" "$W/config"
	for target in /proc/sys /proc/sys/net /proc/self/attr /proc/1 /proc/self /proc/thread-self /proc/sysrq-trigger \
		/proc/sys/kernel/core_pattern /lnk /lnk/net /p /p/self /proc/../proc/irq //proc/sys; do
		cp "$W/config" "$BUNDLE/config.json"
		mount_entry "$target" tmpfs tmpfs
		run_container
		refused "/proc"
		cp "$W/config" "$BUNDLE/config.json"
		mount_entry "$target" bind "$W/decoy" bind
		run_container
		refused "/proc"
	done
	assert_equal "$(cat "$W/decoy")" decoy
}

@test "CVE-2025-52881: what may be mounted over is a short list" {
	echo emulated >"$W/uptime"
	mount_entry /proc/uptime bind "$W/uptime" bind
	container_args cat /proc/uptime
	run_container
	assert_output emulated
}

@test "CVE-2025-52881: a sysctl goes to the true /proc/sys, not to what covers it" {
	# An earlier mount that the config may have, a symlink and a decoy.
	fake_proc "$BUNDLE/rootfs/fake"
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	container_script 'cat /proc/sys/net/ipv4/ip_forward; cat /fake/sys/net/ipv4/ip_forward'
	run_container
	assert_output 1 fake
}

@test "Kernel CVE-2026-98988: what a mount covers stays covered" {
	capabilities CAP_SYS_ADMIN
	config '.process.capabilities.bounding += ["CAP_SYS_ADMIN"] | .linux.maskedPaths = ["/secret"]'
	mkdir "$BUNDLE/rootfs/secret"
	echo hidden >"$BUNDLE/rootfs/secret/file"
	# The old root, were it left below the new one, would come to light.
	container_script "awk '{print \$5}' /proc/self/mountinfo | grep -c -e $RUNC_BATS_DIR -e ^/run -e ^/tmp
		umount -l /secret; ls /secret; umount -l /; cd /; umount -l . 2>/dev/null
		ls -d $HOST $RUNC_BATS_DIR /work /usr /home /boot 2>/dev/null; echo end"
	run_container
	# What its own mask covered shows; that takes CAP_SYS_ADMIN.
	assert_output 0 file end
}

# --- /dev --------------------------------------------------------------------

@test "CVE-2026-41579, CVE-2026-47766: /dev of the image is a symlink to the host" {
	local text
	config '.mounts |= map(select(.destination | startswith("/dev") | not)) | .linux.maskedPaths = []'
	container_args true
	ln -s dev2 "$BUNDLE/rootfs/chain"
	ln -s "$HOST" "$BUNDLE/rootfs/dev2"
	for text in "$HOST" "../../../../../../../..$HOST" chain "$HOST/sub/../" "$HOST/new" /; do
		rm -rf "$BUNDLE/rootfs/dev"
		ln -s "$text" "$BUNDLE/rootfs/dev"
		run_container
		host_same
		config '.process.terminal = true'
		run_container
		host_same
		config '.process.terminal = false'
	done
}

# attacker_dev makes $DEV, a /dev of an attacker's that is bound over the
# container's.
attacker_dev() {
	DEV=$W/dev
	mkdir -p "$DEV/pts" "$DEV/shm" "$DEV/mqueue"
	echo attacker >"$DEV/atk"
	without_mounts /dev
	mount_entry /dev bind "$DEV" rbind
}

# fake_null N makes a /dev/null of kind N.
fake_null() {
	rm -f "$DEV/null"
	case $1 in
	link) ln -s /dev/atk "$DEV/null" ;;
	host) ln -s "$HOST/canary" "$DEV/null" ;;
	sysctl) ln -s /proc/sys/kernel/core_pattern "$DEV/null" ;;
	file) echo attacker >"$DEV/null" ;;
	fifo) mkfifo "$DEV/null" ;;
	zero) mknod "$DEV/null" c 1 5 ;;
	dir) mkdir "$DEV/null" ;;
	missing) ;;
	esac
}

@test "CVE-2025-31133, CVE-2025-62161: /dev/null is something else while paths are masked" {
	local kind
	attacker_dev
	echo secret >"$BUNDLE/rootfs/secret"
	echo 0 >"$W/pattern"
	cat /proc/sys/kernel/core_pattern >"$W/pattern"
	masked /secret /proc/keys
	container_script '[ ! -r /secret ] || head -c 20 /secret; echo x >/secret; cat /proc/keys | head -c 1'
	for kind in link host sysctl file fifo zero missing dir; do
		fake_null "$kind"
		run_container
		assert_has_not secret
		assert_has_not attacker
		assert_equal "$(cat "$DEV/atk")" attacker
		cmp /proc/sys/kernel/core_pattern "$W/pattern"
		[ "$kind" != file ] || assert_equal "$(cat "$DEV/null")" attacker
		[ "$status" -eq 1 ] || [ "$status" -eq 0 ] || fail "$kind: $(show)"
		host_same
	done
}

@test "CVE-2025-31133: the mask is character device 1:3" {
	echo secret >"$BUNDLE/rootfs/secret"
	masked /secret
	container_args stat -c '%F %t:%T' /secret
	run_container
	assert_output "character special file 1:3"
}

@test "CVE-2025-52565: /dev/pts and /dev/ptmx of an attacker" {
	config '.process.terminal = true'
	attacker_dev
	container_script 'stat -c "%F %t" /dev/console; stat -f -c %T /dev/console'
	local kind
	for kind in none hostpts ptmxlink ptmxfile ptmxhost ptmxabove; do
		rm -rf "$DEV/pts" "$DEV/ptmx" "$DEV/console"
		mkdir "$DEV/pts"
		case $kind in
		none) ;;
		hostpts) rmdir "$DEV/pts" && ln -s "$HOST/dev/pts" "$DEV/pts" ;;
		ptmxlink) ln -s "$HOST/ptmx" "$DEV/pts/ptmx" ;;
		ptmxfile) echo attacker >"$DEV/pts/ptmx" ;;
		ptmxhost) mknod "$DEV/pts/ptmx" c 5 2 ;;
		ptmxabove) # which the kernel takes for that of the devpts below
			mknod "$DEV/pts/ptmx" c 5 2
			mkdir "$DEV/pts/pts"
			mount_entry /dev/pts/pts devpts devpts newinstance ptmxmode=0666
			;;
		esac
		run_container
		refused terminal
		[ ! -e "$DEV/console" ] || [ ! -s "$DEV/console" ]
		host_same
	done
}

@test "CVE-2025-52565: /dev/pts leads to the devpts of the host by what init holds" {
	local fd
	config '.process.terminal = true'
	without_mounts /dev/pts
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	container_script 'stat -c "%F %t" /dev/console'
	for fd in {3..12}; do
		rm -rf "$BUNDLE/rootfs/dev"
		mkdir "$BUNDLE/rootfs/dev"
		ln -s "/proc/self/fd/$fd/1/root/dev/pts" "$BUNDLE/rootfs/dev/pts"
		run_container
		refused "a terminal needs a devpts at /dev/pts"
	done
}

@test "CVE-2025-52565: /dev/console is a terminal of the container's own devpts" {
	config '.process.terminal = true'
	container_script 'stat -c "%F %t" /dev/console; stat -f -c %T /dev/console; ls -1 /dev/pts
		grep -c " /dev/console " /proc/self/mountinfo
		[ "$(stat -c %d /dev/console)" = "$(stat -c %d /dev/pts/0)" ] && echo own'
	run_container
	assert_ok
	output=${output//$'\r'/}
	assert_output "character special file 88" devpts 0 ptmx 1 own
}

@test "CVE-2026-88264: /dev/console is a symlink to the host" {
	config '.process.terminal = true'
	only_mounts /proc /dev/pts
	container_args true
	local text
	for text in "$HOST/newfile" "$HOST/canary" "../../../../../../..$HOST/newfile" /proc/self/fd/3; do
		ln -sf "$text" "$BUNDLE/rootfs/dev/console"
		run_container
		refused /dev/console symlink
		host_same
	done
}

@test "CVE-2026-88265: standard streams are closed and /dev/null leads elsewhere" {
	local kind
	attacker_dev
	config '.process.user = {"uid": 77, "gid": 77}'
	container_script 'echo out; echo err >&2; cat'
	for kind in link host file fifo missing; do
		fake_null "$kind"
		runc run -b "$BUNDLE" "$ID" <&- >&- 2>&- || true
		assert_equal "$(stat -c '%u %s' "$DEV/atk")" "0 9"
		assert_equal "$(cat "$DEV/atk")" attacker
		[ "$kind" != file ] || assert_equal "$(stat -c '%u %s' "$DEV/null")" "0 9"
		host_same
	done
}

# --- read-only ---------------------------------------------------------------

@test "CVE-2026-115521: read-only mounts are, whatever /proc holds" {
	local fd
	mkdir -p "$W/data/sub" "$BUNDLE/rootfs/bound" "$BUNDLE/rootfs/proc/self/fd" "$BUNDLE/rootfs/proc/thread-self/fd"
	for fd in {0..30}; do
		ln -s /tmp "$BUNDLE/rootfs/proc/self/fd/$fd"
		ln -s /tmp "$BUNDLE/rootfs/proc/thread-self/fd/$fd"
	done
	echo data >"$W/data/file"
	config '.root.readonly = true'
	mount_entry /bound bind "$W/data" rbind ro
	mount_entry /scratch tmpfs tmpfs ro
	mount_entry /etc/passwd bind "$W/data/file" bind ro
	mkdir "$BUNDLE/rootfs/scratch"
	container_script 'for f in /new /bound/new /scratch/new /etc/passwd /bound/sub/new /proc/sys/kernel/domainname; do
			{ echo x >$f; } 2>&1 | grep -q "Read-only" || echo "$f can be written"
		done
		awk "\$5 ~ /^\/(|bound|scratch|etc\/passwd)\$/ && \$6 !~ /^ro/" /proc/self/mountinfo'
	run_container
	assert_ok
	assert_output ""
	# And without a procfs over the fakes.
	config '.mounts |= map(select(.destination != "/proc")) | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	container_script 'for f in /new /bound/new /scratch/new /etc/passwd; do
			{ echo x >$f; } 2>&1 | grep -q "Read-only" || echo "$f can be written"
		done'
	run_container
	assert_ok
	assert_output ""
	[ ! -e "$W/data/new" ]
}

# --- formats -----------------------------------------------------------------

@test "CVE-2021-43784: texts that are longer than 16 bits" {
	local size tail
	# What a netlink attribute looks like: length, type, CLONE_NEWNS, ...
	tail=$(printf '\x0c\x01\x82\x69\x01\x01\x02\x01%.0s' {1..4})
	for size in 65520 65535 65536 65537 65560 131072; do
		head -c "$size" /dev/zero | tr '\0' a >"$W/long"
		printf %s "$tail" >>"$W/long"
		config --rawfile p "$W/long" '(.linux.namespaces[] | select(.type == "network")).path = "/" + $p'
		run_container
		refused "linux.namespaces"
		config '(.linux.namespaces[] | select(.type == "network")) |= del(.path)'
		config --rawfile p "$W/long" '.hostname = $p'
		run_container
		refused "hostname"
		config '.hostname = "x"'
	done
}

@test "CVE-2021-43784: what is long and right comes through whole" {
	head -c 100000 /dev/zero | tr '\0' a >"$W/long"
	# More than 65536 bytes in one text, and in all that init is told.
	config --rawfile l "$W/long" '.process.env += ["LONG=" + $l] | .annotations = {"long": $l}'
	config '.mounts += [range(300) | {"destination": "/\(.)", "type": "tmpfs", "source": "tmpfs", "options": ["size=4k"]}]'
	# shellcheck disable=SC2016
	container_script 'echo ${#LONG}; grep -c "^[^ ]* [^ ]* [^ ]* / /[0-9]* " /proc/self/mountinfo'
	run_container
	assert_output 100000 300
}

@test "CVE-2021-43784: an id map that is longer than 16 bits" {
	in_userns
	config '.linux.uidMappings = [range(8000) | {"containerID": ., "hostID": (100000 + .), "size": 1}]'
	run_container
	refused uidMappings 340
}
