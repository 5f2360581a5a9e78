#!/usr/bin/env bats
# Races: a directory and a symlink change places while a container is made.
# Two forms: at each system call of init's that takes a path, one after the
# other (attack swap-at), and in a loop beside (attack swap).
# RUNC_ATTACK_ROUNDS creates of each kind; make test-attack sets 2000.

load helpers
load attack/lib

# volume TEXT makes a fresh $VOLUME: dir, and link, a symlink with the text.
volume() {
	rm -rf "$VOLUME"
	mkdir -p "$VOLUME/dir/there" "$VOLUME/dir/proc" "$VOLUME/dir/dev"
	echo data >"$VOLUME/dir/data"
	touch "$VOLUME/dir/file"
	ln -s "$1" "$VOLUME/link"
}

# victim makes the bundle: mounts below /vol/dir whose targets exist, here and on
# the host, and that have to be made; a device, a working directory. What runs
# looks for mounts that have gone elsewhere: wherever dir is by now, what was
# mounted in it is inside. There is no procfs among them: its refusal of symlinks
# would hide what happened before.
victim() {
	new_victim
	mount_entry /vol/dir/there tmpfs tmpfs
	mount_entry /vol/dir/new/deep tmpfs tmpfs
	mount_entry /vol/dir/newfile bind "$W/file" bind
	mount_entry /vol/dir/new/file bind "$W/file" bind ro
	mount_entry /vol/dir/file bind "$W/file" bind ro
	config '.linux.devices = [{"path": "/vol/dir/dev/full", "type": "c", "major": 1, "minor": 7, "fileMode": 438, "uid": 5, "gid": 5}]
		| .linux.maskedPaths = ["/vol/dir/data"] | .linux.readonlyPaths = ["/vol/dir/there"] | .process.cwd = "/vol/dir/cwd/deep"'
	container_script 'awk "{sub(/.*\//, \"\", \$5); n[\$5]++}
		END {if (n[\"there\"] && n[\"deep\"] && n[\"newfile\"] && n[\"file\"] > 1) print \"sound\"}" /proc/self/mountinfo'
}

# procfs_victim mounts a procfs below /vol/dir. What runs looks for a procfs in a
# wrong place, and for both in a right one.
procfs_victim() {
	new_victim
	mount_entry /vol/dir/proc proc proc
	container_script 'awk "/ - proc /{print \$5}" /proc/self/mountinfo | grep -vx -e /proc -e "/vol/[a-z]*/proc"
		[ "$(stat -fc %t /proc)" = 9fa0 ] && [ "$(grep -c " - proc " /proc/self/mountinfo)" = 2 ] && echo sound'
}

new_victim() {
	VOLUME=$W/volume
	mkdir "$HOST/there" "$HOST/proc"
	echo file >"$HOST/file"
	fingerprint >"$W/fingerprint"
	mkdir "$VOLUME"
	echo bound >"$W/file"
	only_mounts /proc /dev
	mount_entry /vol bind "$VOLUME" rbind
	config '.linux.maskedPaths = [] | .linux.readonlyPaths = []'
}

# identity_userns gives the container a user namespace with the host's ids.
identity_userns() {
	config '.linux.namespaces += [{"type": "user"}]
	  | .linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]
	  | .linux.gidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]'
}

# sound: the container was refused, or ran and found all sound. It may stand
# before ||, where bats does not end a function at its first failure.
sound() {
	case $status in
	0) assert_output sound || return 1 ;;
	1) assert_has "level=error" || return 1 ;;
	*) fail "$(show)" || return 1 ;;
	esac
	host_same
}

# at_each_call TEXT [EVERY] exchanges dir and the symlink with the text at each
# call, or each EVERY-th, and back at a later one.
at_each_call() {
	local n count every=${2:-1}
	volume "$1"
	run "$ATTACK" swap-at 0 0 "$VOLUME/dir" "$VOLUME/link" timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_ok
	count=${lines[-1]#stops: }
	[ "$count" -gt 50 ] || fail "init made $count calls only"
	for ((n = 1; n <= count; n += every)); do
		volume "$1"
		run "$ATTACK" swap-at "$n" "$((n % 3 ? 0 : n + 1 + n % 7))" "$VOLUME/dir" "$VOLUME/link" \
			timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		[[ ${lines[-1]} == stops:* ]] || fail "call $n: $(show)"
		unset 'lines[-1]'
		output=$(printf '%s\n' "${lines[@]%$'\r'}") # of a terminal
		sound || fail "call $n"
	done
}

@test "CVE-2021-30465, CVE-2024-45310: exchanged for a link to the host, at each call" {
	victim
	at_each_call "$HOST"
}

@test "CVE-2021-30465, CVE-2024-45310: exchanged for a link to the root, at each call" {
	victim
	at_each_call / "${RUNC_ATTACK_EVERY:-4}"
}

@test "CVE-2021-30465, CVE-2024-45310: exchanged for a link upwards, at each call" {
	victim
	at_each_call "../../../../../../../..$HOST" "${RUNC_ATTACK_EVERY:-4}"
}

@test "CVE-2019-19921: a procfs, its directory exchanged for a link to the host, at each call" {
	procfs_victim
	at_each_call "$HOST"
}

@test "CVE-2019-19921: a procfs, its directory exchanged for a link to the root, at each call" {
	procfs_victim
	at_each_call /
}

@test "CVE-2025-52565: the way to /dev/pts is exchanged for one to another devpts, at each call" {
	# The other one has a terminal 0, whose master an attacker holds.
	local holder
	mkdir "$W/devpts"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$W/devpts"
	cp /proc/self/mountinfo "$W/mountinfo"
	"$ATTACK" hold "$W/devpts/ptmx" </dev/null >"$W/held" 2>&1 3>&- &
	holder=$!
	wait_until grep -q held "$W/held"
	new_victim
	mount_entry /vol/dir/there devpts devpts newinstance ptmxmode=0666 mode=0620
	mount_entry /attacker/there bind "$W/devpts" bind
	only_mounts /proc /vol /attacker
	rm -rf "$BUNDLE/rootfs/dev"
	mkdir "$BUNDLE/rootfs/dev"
	ln -s /vol/dir/there "$BUNDLE/rootfs/dev/pts"
	config '.process.terminal = true'
	# What it prints comes out at the master that the runtime was given.
	container_script '[ "$(stat -c %d:%t:%T /dev/console)" = "$(stat -Lc %d:%t:%T /proc/self/fd/0)" ] && echo sound'
	at_each_call /attacker
	kill "$holder"
	wait "$holder" || true
	umount "$W/devpts"
	rmdir "$W/devpts"
}

@test "CVE-2025-52565: nothing but a ptmx is opened for one, exchanged at each call" {
	new_victim
	mount_entry /vol/dir/there devpts devpts newinstance ptmxmode=0666 mode=0620
	only_mounts /proc /vol
	rm -rf "$BUNDLE/rootfs/dev"
	mkdir -p "$BUNDLE/rootfs/dev" "$BUNDLE/rootfs/attacker/there"
	ln -s /vol/dir/there "$BUNDLE/rootfs/dev/pts"
	mkfifo "$BUNDLE/rootfs/attacker/there/ptmx"
	config '.process.terminal = true'
	container_script 'echo sound'
	# Whoever opens the FIFO lets the reader go on.
	(: <"$BUNDLE/rootfs/attacker/there/ptmx" && touch "$W/opened") </dev/null >/dev/null 2>&1 3>&- &
	at_each_call /attacker
	kill $! || fail "the attacker's file was opened"
	wait $! || true
	[ ! -e "$W/opened" ]
}

@test "probe: /proc is exchanged while paths below it are masked, at each call" {
	local n count
	mkdir "$BUNDLE/rootfs/other"
	masked /proc/version
	config '.linux.readonlyPaths = ["/proc/sys"]'
	# The procfs may have come to lie on either; both are as good for the next.
	container_script 'for p in /proc /other; do
			[ -e $p/self ] || continue
			[ -s $p/version ] && echo "$p/version can be read"
			(echo x >$p/sys/kernel/hostname) 2>/dev/null && echo "$p/sys can be written"
		done; echo end'
	for ((n = 0; n <= ${count:-0}; n += ${RUNC_ATTACK_EVERY:-3})); do
		run "$ATTACK" swap-at "$n" "$((n % 2 || n == 0 ? 0 : n + 4))" "$BUNDLE/rootfs/proc" "$BUNDLE/rootfs/other" \
			timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		assert_has_not " can be "
		[ "$status" -ne 0 ] || assert_has end
		: "${count:=${lines[-1]#stops: }}" # of the first: a refusal comes early
		host_same
	done
	[ "$n" -gt 50 ]
}

@test "CVE-2023-25809: /sys with its cgroups is bound, the target exchanged, at each call" {
	new_victim
	identity_userns
	mkdir -p "$BUNDLE/rootfs/elsewhere/there"
	mount_entry /vol/dir/there bind /sys rbind
	container_script 'awk "/ - cgroup/ && \$6 ~ /^rw/" /proc/self/mountinfo | grep . || echo sound'
	at_each_call /elsewhere "${RUNC_ATTACK_EVERY:-2}"
}

# race ROUNDS TEXT... makes so many containers while dir is exchanged in a loop.
race() {
	local i rounds=$1 swapper
	shift
	for ((i = 0; i < rounds; i++)); do
		if [ $((i % 10)) -eq 0 ]; then
			volume "${@:i/10%$#+1:1}"
			"$ATTACK" swap "$VOLUME/dir" "$VOLUME/link" </dev/null >/dev/null 2>&1 3>&- &
			swapper=$!
		fi
		run timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		sound || fail "round $i"
		if [ $((i % 10)) -eq 9 ]; then
			kill "$swapper"
			wait "$swapper" || true
		fi
	done
}

@test "CVE-2021-30465, CVE-2024-45310: exchanged in a loop, 20 mounts" {
	local i
	victim
	for i in {1..10}; do
		mount_entry "/vol/dir/t$i/x" tmpfs tmpfs
		mount_entry "/vol/dir/b$i/y" bind "$W" rbind ro
	done
	race "${RUNC_ATTACK_ROUNDS:-50}" "$HOST" / "../../../../../../../..$HOST" "/vol/dir/there"
}

@test "CVE-2019-19921: a procfs, its directory exchanged in a loop" {
	procfs_victim
	race "${RUNC_ATTACK_ROUNDS:-30}" / "$HOST" "/vol/dir/there"
}

@test "CVE-2021-30465, CVE-2024-45310: in a loop, in a user namespace" {
	victim
	# The targets are made by another root, who may write into the volume.
	identity_userns
	race "${RUNC_ATTACK_ROUNDS:-20}" "$HOST" /
}

@test "CVE-2025-31133, CVE-2025-62161: /dev/null is exchanged in a loop" {
	local i dev=$W/dev swapper
	mkdir -p "$dev/pts" "$dev/shm" "$dev/mqueue"
	mknod -m 666 "$dev/null" c 1 3
	echo attacker >"$dev/atk"
	ln -s /dev/atk "$dev/link"
	without_mounts /dev
	mount_entry /dev bind "$dev" rbind
	for i in {1..20}; do echo secret >"$BUNDLE/rootfs/secret$i"; done
	config '.linux.maskedPaths = [range(1; 21) | "/secret\(.)"]'
	container_script 'cat /secret*; echo end'
	"$ATTACK" swap "$dev/null" "$dev/link" </dev/null >/dev/null 2>&1 3>&- &
	swapper=$!
	for ((i = 0; i < ${RUNC_ATTACK_ROUNDS:-20}; i++)); do
		run timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		assert_output end
		assert_equal "$(cat "$dev/atk")" attacker
	done
	kill "$swapper"
	wait "$swapper" || true
}

@test "CVE-2025-52565: /dev/pts and /dev/console are exchanged in a loop" {
	local i dev=$W/dev a b
	mkdir -p "$dev/pts" "$dev/fake" "$dev/shm" "$dev/mqueue"
	ln -s "$HOST/newfile" "$dev/clink"
	touch "$dev/console"
	mknod "$dev/fake/ptmx" c 5 2
	without_mounts /dev/shm
	without_mounts /dev/mqueue
	config --arg d "$dev" '(.mounts[] | select(.destination == "/dev")) = {"destination": "/dev", "type": "bind", "source": $d, "options": ["rbind"]}
		| .process.terminal = true'
	container_script '[ "$(stat -c %d /dev/console)" = "$(stat -c %d /dev/pts/0)" ] && echo own'
	for a in console pts; do
		b=$([ "$a" = pts ] && echo fake || echo clink)
		"$ATTACK" swap "$dev/$a" "$dev/$b" </dev/null >/dev/null 2>&1 3>&- &
		for ((i = 0; i < ${RUNC_ATTACK_ROUNDS:-20}; i++)); do
			run timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
			[ "$status" -ne 0 ] || assert_equal "${output//$'\r'/}" own
			host_same
		done
		kill $!
		wait $! || true
	done
}

@test "CVE-2026-115521: a read-only mount's target is exchanged in a loop" {
	local i swapper
	VOLUME=$W/volume
	mkdir -p "$VOLUME/dir/ro" "$VOLUME/other/ro" "$W/data"
	echo data >"$W/data/file"
	config '.root.readonly = true'
	mount_entry /vol bind "$VOLUME" rbind
	for i in {1..10}; do
		mkdir "$VOLUME/dir/ro$i" "$VOLUME/other/ro$i"
		mount_entry "/vol/dir/ro$i" bind "$W/data" bind ro
	done
	# Wherever a mount has come to lie, it is read-only; so is the root.
	container_script 'awk "\$5 ~ /^\/vol\/.*\/ro/ && \$6 !~ /^ro/" /proc/self/mountinfo; touch /new /vol/*/ro*/new 2>/dev/null; ls /new /vol/dir/ro1 2>/dev/null; echo end'
	"$ATTACK" swap "$VOLUME/dir" "$VOLUME/other" </dev/null >/dev/null 2>&1 3>&- &
	swapper=$!
	for ((i = 0; i < ${RUNC_ATTACK_ROUNDS:-20}; i++)); do
		run timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		[ "$status" -ne 0 ] || assert_equal "${lines[-1]}" end
		[ ! -e "$W/data/new" ] || fail "written through a read-only mount"
		[ ! -e "$BUNDLE/rootfs/new" ] || fail "the root was written"
	done
	kill "$swapper"
	wait "$swapper" || true
}
