#!/usr/bin/env bats
# Past CVEs of runc, crun and youki, by processes: the runtime's own binary,
# descriptors, capabilities, ids. docs/security.md has the table.

load helpers
load attack/lib

# binary_state tells what must not change of the runtime.
binary_state() { sha256sum "$RUNC" && stat -c '%i %Y %Z %s %a' "$RUNC"; }

# --- the runtime's own binary ------------------------------------------------

@test "CVE-2019-5736: /proc/self/exe as the program" {
	binary_state >"$W/binary"
	container_args /proc/self/exe
	run_container
	container_args /proc/self/exe features
	run_container
	printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/script"
	chmod 755 "$BUNDLE/rootfs/script"
	container_args /script
	run_container
	config '.process.args = ["sleep", "100"]'
	start_container
	run runc exec "$ID" /proc/self/exe
	run runc exec "$ID" /script
	run runc exec "$ID" /proc/self/exe --version
	binary_state | diff "$W/binary" -
}

# exec_rounds N: as many processes join $ID.
exec_rounds() {
	local i
	for ((i = 0; i < $1; i++)); do
		runc exec "$ID" "${@:2}" >/dev/null 2>&1 || true
	done
}

@test "CVE-2019-5736: the container tries to write the program of each exec" {
	local rounds=${RUNC_ATTACK_ROUNDS:-40}
	# One that nobody else runs: what runs, no attacker could write anyhow.
	cp "$RUNC" "$W/runc"
	RUNC=$W/runc
	binary_state >"$W/binary"
	with_attack
	printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/script"
	chmod 755 "$BUNDLE/rootfs/script"
	capabilities CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN CAP_SYS_PTRACE CAP_SYS_ADMIN CAP_DAC_READ_SEARCH
	container_script '/attack peek / /stop >/peeked 2>&1'
	start_container
	wait_until grep -q peeking "$BUNDLE/rootfs/peeked"
	exec_rounds "$rounds" /proc/self/exe
	exec_rounds "$rounds" /script
	touch "$BUNDLE/rootfs/stop"
	wait_until grep -q peeked: "$BUNDLE/rootfs/peeked"
	run grep -v -e readable -e attached "$BUNDLE/rootfs/peeked"
	# Some programs were held until nobody ran them: that is when they could be
	# written.
	assert_match '^peeking.held: [1-9][0-9]* programs.peeked: [1-9][0-9]* processes'
	binary_state | diff "$W/binary" -
}

@test "CVE-2019-5736: what /proc/self/exe leads to cannot be remounted or cloned" {
	binary_state >"$W/binary"
	# Until start /proc/1/exe is the runtime's.
	capabilities CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_MKNOD
	create_container
	local pid
	pid=$(init_pid)
	# As root of the container's namespaces, next to an init that is not yet
	# the user's program; and once more when nobody runs it any more.
	background nsenter -t "$pid" -m -p -- sh -c '
		exec 3</proc/1/exe
		touch /target; mount --bind /proc/1/exe /target
		mount -o remount,rw,bind /proc/1/exe
		(: >>/proc/1/exe) && echo written >/result
		echo held >/held
		while [ ! -e /go ]; do sleep 0.05; done
		mount -o remount,rw,bind /proc/self/fd/3
		for f in /proc/self/fd/3 /target; do
			(: >>$f) 2>>/errors && [ -s $f ] && echo "$f can be written" >>/result
		done
		echo end >>/result'
	wait_until [ -e "$BUNDLE/rootfs/held" ]
	runc start "$ID"
	touch "$BUNDLE/rootfs/go"
	wait_until grep -q end "$BUNDLE/rootfs/result"
	assert_equal "$(cat "$BUNDLE/rootfs/result")" end
	binary_state | diff "$W/binary" -
}

@test "CVE-2019-5736: a library of the image is not loaded by the runtime" {
	binary_state >"$W/binary"
	if ldd "$RUNC" >/dev/null 2>&1; then skip "the binary under test is linked dynamically"; fi
	command -v gcc >/dev/null || skip "no gcc to build the library"
	printf 'int unused;\n__attribute__((constructor)) static void evil(void) { extern int creat(const char *, unsigned); creat("/pwned", 0644); }\n' >"$W/evil.c"
	gcc -shared -fPIC -o "$BUNDLE/rootfs/evil.so" "$W/evil.c"
	echo /evil.so >"$BUNDLE/rootfs/etc/ld.so.preload"
	config '.process.env += ["LD_PRELOAD=/evil.so", "LD_LIBRARY_PATH=/"]'
	start_container
	run runc exec -e LD_PRELOAD=/evil.so "$ID" true
	assert_ok
	[ ! -e "$BUNDLE/rootfs/pwned" ]
	binary_state | diff "$W/binary" -
}

# copied COMMAND... prints how many bytes it and all that it waited for have read
# and written (proc_pid_io(5)).
copied() {
	# shellcheck disable=SC2016
	bash -c '"$@" >/dev/null && awk "/^[rw]char/ {n += \$2} END {print n}" /proc/self/io' - "$@"
}

@test "runc 4427: no start copies the binary" {
	local size
	[ -r /proc/self/io ] || skip "this kernel does not count what is read and written"
	size=$(stat -c %s "$RUNC")
	container_args true
	run copied timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_ok
	[ "$output" -gt 0 ] && [ "$output" -lt $((size / 2)) ] || fail "run: $output bytes, the binary has $size"
	container_args sleep 100
	start_container
	run copied timeout 60 "$RUNC" --root "$STATE" exec "$ID" true
	assert_ok
	[ "$output" -gt 0 ] && [ "$output" -lt $((size / 2)) ] || fail "exec: $output bytes, the binary has $size"
}

# --- who looks at the runtime from inside ------------------------------------

# peeked WORDS...: what the observer saw of 30 execs is nothing but WORDS.
peek_at_execs() {
	local rounds=${RUNC_ATTACK_ROUNDS:-30}
	with_attack
	container_script 'exec /attack peek / /stop >/peeked 2>&1'
	start_container
	wait_until grep -q peeking "$BUNDLE/rootfs/peeked"
	exec_rounds "$rounds" true
	touch "$BUNDLE/rootfs/stop"
	wait_until grep -q peeked: "$BUNDLE/rootfs/peeked"
	run cat "$BUNDLE/rootfs/peeked"
	assert_match "peeked: [1-9][0-9]* processes, [1-9][0-9]* of the runtime"
}

@test "CVE-2016-9962: root of the container sees nothing of a process that joins" {
	peek_at_execs
	assert_has_not readable
	assert_has_not attached
	assert_has_not writable
}

@test "CVE-2016-9962: nor with CAP_SYS_PTRACE in a user namespace" {
	in_userns
	chmod 777 "$BUNDLE/rootfs"
	capabilities CAP_SYS_PTRACE CAP_DAC_OVERRIDE CAP_SYS_ADMIN
	peek_at_execs
	assert_has_not readable
	assert_has_not attached
	assert_has_not writable
}

@test "CVE-2016-9962: stopped at each system call it shows nothing to root of the user namespace" {
	# The ids are the host's, so that no change of them hides the process.
	config '.linux.namespaces += [{"type": "user"}]
	  | .linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]
	  | .linux.gidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]'
	start_container
	run "$ATTACK" hidden "$(init_pid)" timeout 60 "$RUNC" --root "$STATE" exec "$ID" true
	assert_ok
	assert_match '^stops inside: [1-9][0-9]*$'
	runc delete --force "$ID"
	# One that is started beside it, in namespaces of its own.
	start_container "$ID-2"
	config --arg p "/proc/$(init_pid "$ID-2")/ns/" '.linux.namespaces |= map(
		if .type == "user" or .type == "pid" then .path = $p + .type else . end)
		| del(.linux.uidMappings, .linux.gidMappings) | .process.args = ["true"]'
	run "$ATTACK" hidden "$(init_pid "$ID-2")" timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_ok
	assert_match '^stops inside: [1-9][0-9]*$'
}

@test "CVE-2016-9962: with CAP_SYS_PTRACE and no user namespace no link leads outside" {
	# The kernel lets such a root attach: SECURITY.md says so. But there is
	# nothing of the host's to be found by a link.
	capabilities CAP_SYS_PTRACE
	with_attack
	container_script 'while [ ! -e /stop ]; do
			for p in /proc/[0-9]*; do
				case "$p" in /proc/1|/proc/$$) continue;; esac
				ls -l $p/exe $p/cwd $p/root $p/fd 2>/dev/null
			done; echo round; done >/peeked'
	start_container
	wait_until grep -q round "$BUNDLE/rootfs/peeked"
	exec_rounds 30 true
	touch "$BUNDLE/rootfs/stop"
	wait_until has_status "$ID" stopped
	run sed -n 's/.* -> //p' "$BUNDLE/rootfs/peeked"
	assert_has socket:
	# What only the host has.
	run grep -e "^$RUNC_BATS_DIR" -e "^$REPO" -e ^/usr -e ^/home -e ^/work -e ^/run -e ^/proc -e exec.fifo <<<"$output"
	assert_output ""
}

@test "crun 1.31, CVE-2016-9962: init is not seen from a PID namespace that it joins" {
	local rounds=${RUNC_ATTACK_ROUNDS:-15} i
	with_attack
	container_script 'exec /attack peek / /stop >/peeked 2>&1'
	start_container "$ID-2"
	wait_until grep -q peeking "$BUNDLE/rootfs/peeked"
	config --arg p "/proc/$(init_pid "$ID-2")/ns/pid" '(.linux.namespaces[] | select(.type == "pid")).path = $p
		| .process.args = ["true"]'
	for ((i = 0; i < rounds; i++)); do
		run_container
		assert_ok
	done
	touch "$BUNDLE/rootfs/stop"
	wait_until grep -q peeked: "$BUNDLE/rootfs/peeked"
	run cat "$BUNDLE/rootfs/peeked"
	assert_match "peeked: [1-9][0-9]* processes, [1-9][0-9]* of the runtime"
	assert_has_not readable
	assert_has_not attached
	assert_has_not writable
}

@test "crun 1.31: a created container holds nothing of the host's" {
	local pid fd
	create_container
	pid=$(init_pid)
	assert_equal "$(readlink "/proc/$pid/cwd")" /
	for fd in "/proc/$pid/fd/"*; do
		case $(stat -Lc %F "$fd" 2>/dev/null) in
		directory)
			# The procfs of the container, for the gate.
			assert_equal "$(stat -Lfc %T "$fd")" proc
			[ ! -e "$fd/$pid/root" ] || [ "$pid" = 1 ]
			;;
		"regular file"*) [[ $fd == */[012] ]] || fail "$(ls -l "$fd")" ;;
		esac
	done
}

# --- descriptors -------------------------------------------------------------

# open_many runs runc in a shell that has descriptors 3 to 20 open on / without
# close-on-exec.
open_many() {
	bash -c 'for n in {3..20}; do eval "exec $n</"; done; exec "$@"' - timeout 60 "$RUNC" --root "$STATE" "$@"
}

@test "CVE-2024-21626: the working directory by a descriptor" {
	local n
	container_script 'ls -d canary ../../../../canary 2>/dev/null; pwd'
	for n in {0..63}; do
		config --arg c "/proc/self/fd/$n" '.process.cwd = $c'
		run runc run -b "$BUNDLE" "$ID"
		[ "$status" -ne 0 ] || fail "$n: $(show)"
		assert_has_not canary
	done
	host_same
}

@test "CVE-2024-21626: the working directory by a symlink of the image" {
	local n via
	container_script "ls .$HOST ../../../../../..$HOST 2>/dev/null; pwd"
	for n in {3..14}; do
		for via in "$HOST/made" "/1/root$HOST/made" "/../../..$HOST/made"; do
			config '.process.cwd = "/work"'
			ln -sfn "/proc/self/fd/$n$via" "$BUNDLE/rootfs/work"
			run open_many run -b "$BUNDLE" "$ID"
			assert_has_not canary
			host_same
			# What is missing below it is made.
			config '.process.cwd = "/work/deeper"'
			ln -sfn "/proc/self/fd/$n${via%/made}" "$BUNDLE/rootfs/work"
			run open_many run -b "$BUNDLE" "$ID"
			assert_has_not canary
			host_same
		done
	done
}

@test "CVE-2024-21626: exec --cwd and exec -p by a descriptor" {
	local n
	config '.process.args = ["sleep", "100"]'
	start_container
	for n in {0..63}; do
		run runc exec --cwd "/proc/self/fd/$n" "$ID" sh -c 'ls -d ../../../../canary; pwd'
		[ "$status" -ne 0 ] || fail "$n: $(show)"
	done
	for n in {3..20}; do
		ln -sfn "/proc/self/fd/$n" "$BUNDLE/rootfs/work"
		jq -n '{"cwd": "/work", "args": ["pwd"], "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"]}' >"$W/process.json"
		run open_many exec -p "$W/process.json" "$ID"
		[ "$status" -ne 0 ] || fail "$n: $(show)"
	done
}

@test "CVE-2024-21626: the program by a descriptor" {
	local n program
	cp /bin/busybox "$HOST/echo" # the name tells busybox what to do
	chmod 755 "$HOST/echo"
	touch -d 2001-02-03 "$HOST"
	fingerprint >"$W/fingerprint"
	capabilities CAP_SYS_PTRACE CAP_DAC_OVERRIDE
	for n in {3..14}; do
		for program in "$HOST/echo" "/1/root$HOST/echo"; do
			container_args "/proc/self/fd/$n$program" escaped
			run open_many run -b "$BUNDLE" "$ID"
			[ "$status" -ne 0 ] || fail "$n: $(show)"
		done
		printf '#!/proc/self/fd/%d%s\n' "$n" "$HOST/echo" >"$BUNDLE/rootfs/script"
		chmod 755 "$BUNDLE/rootfs/script"
		container_args /script
		run open_many run -b "$BUNDLE" "$ID"
		[ "$status" -ne 0 ] || fail "$n: $(show)"
	done
}

@test "CVE-2024-21626: only what is asked for is open inside" {
	with_attack
	container_args /attack look
	run open_many run -b "$BUNDLE" "$ID"
	assert_ok
	assert_equal "$(sed -n 's/^fd \([0-9]*\):.*/\1/p' <<<"$output" | xargs)" "0 1 2"
	run open_many run --preserve-fds 2 -b "$BUNDLE" "$ID"
	assert_ok
	assert_equal "$(sed -n 's/^fd \([0-9]*\):.*/\1/p' <<<"$output" | xargs)" "0 1 2 3 4"
	config '.process.args = ["sleep", "100"]'
	start_container
	run open_many exec "$ID" /attack look
	assert_ok
	assert_equal "$(sed -n 's/^fd \([0-9]*\):.*/\1/p' <<<"$output" | xargs)" "0 1 2"
	run open_many exec --preserve-fds 1 "$ID" /attack look
	assert_equal "$(sed -n 's/^fd \([0-9]*\):.*/\1/p' <<<"$output" | xargs)" "0 1 2 3"
}

@test "CVE-2024-21626: hooks get no descriptors but the standard ones" {
	config --arg p "$ATTACK" --arg out "$W/hook" '.hooks = ({} | . as $h
		| reduce ("prestart", "createRuntime", "createContainer", "poststart", "poststop") as $n ($h;
			.[$n] = [{"path": "/bin/sh", "args": ["sh", "-c", "exec \($p) look >>\($out)"]}]))'
	container_args true
	run open_many run -b "$BUNDLE" "$ID"
	assert_ok
	assert_equal "$(grep -c '^fd 0' "$W/hook")" 5
	run grep -v -e '^fd [012]:' <(grep '^fd' "$W/hook")
	assert_output ""
	run grep '^env: _RUNC' "$W/hook"
	assert_output ""
}

@test "CVE-2024-21626: nothing of the runtime's environment is inside" {
	with_attack
	config '.process.env = ["PATH=/bin"]'
	container_args /attack look
	SECRET=x run_container
	assert_ok
	assert_equal "$(value env | sort)" $'HOME=/root\nPATH=/bin'
	config '.process.args = ["sleep", "100"]'
	start_container
	SECRET=x run runc exec "$ID" /attack look
	assert_equal "$(value env | sort)" $'HOME=/root\nPATH=/bin'
}

# --- capabilities ------------------------------------------------------------

@test "CVE-2016-8867: a user who is not root gets no ambient capabilities" {
	with_attack
	config '.process.user = {"uid": 1000, "gid": 1000} | .process.capabilities = {"bounding": ["CAP_NET_ADMIN", "CAP_CHOWN"],
		"permitted": ["CAP_NET_ADMIN", "CAP_CHOWN"], "effective": ["CAP_NET_ADMIN"], "inheritable": []}'
	container_args /attack look
	run_container
	assert_ok
	assert_equal "$(value CapEff) $(value CapPrm) $(value CapAmb)" "0000000000000000 0000000000000000 0000000000000000"
	config '.process.args = ["sleep", "100"]'
	start_container
	run runc exec --cap CAP_KILL "$ID" /attack look
	assert_equal "$(value CapEff) $(value CapPrm) $(value CapAmb)" "0000000000000000 0000000000000000 0000000000000000"
}

@test "CVE-2022-24769, CVE-2022-29162, CVE-2022-27650, CVE-2025-27612: no inheritable capabilities" {
	with_attack
	config '.process.args = ["/attack", "look"]'
	run_container
	assert_equal "$(value CapInh)" 0000000000000000
	config '.process.args = ["sleep", "100"]'
	start_container
	local args
	jq '.process | .args = ["/attack", "look"] | del(.capabilities.inheritable, .capabilities.ambient)' \
		"$BUNDLE/config.json" >"$W/process.json"
	for args in "$ID /attack look" "--cap CAP_NET_RAW $ID /attack look" "-u 1000 --cap CAP_NET_RAW $ID /attack look" \
		"-p $W/process.json $ID"; do
		# shellcheck disable=SC2086
		run runc exec $args
		assert_ok
		assert_equal "$args: $(value CapInh)" "$args: 0000000000000000"
	done
	run jq -c '.process.capabilities.inheritable // []' "$BUNDLE/config.json"
	assert_output "[]"
}

@test "CVE-2026-84042: no annotation chooses another handler, which would confine less" {
	with_attack
	container_args /attack look
	run_container
	assert_ok
	local plain handler
	plain=$(grep -v ' pipe:' <<<"$output")
	for handler in krun wasm libkrun passt; do
		config --arg h "$handler" '.annotations = {"run.oci.handler": $h, "module.wasm.image/variant": "compat",
			"krun.use_passt": "true"}'
		run_container
		assert_ok
		assert_equal "$(grep -v ' pipe:' <<<"$output")" "$plain"
	done
	[ ! -e "$BUNDLE/rootfs/.krun_config.json" ]
}

# --- ids ---------------------------------------------------------------------

@test "CVE-2016-3697: a user that is named like a number" {
	echo '1000:x:0:0::/pwn:/bin/sh' >"$BUNDLE/rootfs/etc/passwd"
	echo 'root:x:0:0::/root:/bin/sh' >>"$BUNDLE/rootfs/etc/passwd"
	echo '1000:x:0:' >"$BUNDLE/rootfs/etc/group"
	config '.process.user = {"uid": 1000, "gid": 1000} | .process.env = ["PATH=/bin"]'
	# shellcheck disable=SC2016
	container_script 'id -u; id -g; echo $HOME'
	run_container
	assert_output 1000 1000 /
	config '.process.args = ["sleep", "100"] | .process.user = {"uid": 0, "gid": 0}'
	start_container
	# shellcheck disable=SC2016
	run runc exec -u 1000 "$ID" sh -c 'id -u; echo $HOME'
	assert_output 1000 /
}

@test "CVE-2026-30892, CVE-2024-40635, CVE-2026-46680: exec -u takes an id or fails" {
	local user want
	start_container
	while read -r user want; do
		run runc exec -u "${user//_/ }" "$ID" sh -c 'echo $(id -u):$(id -g)'
		if [ "$want" = error ]; then
			[ "$status" -eq 255 ] || fail "-u '$user': $(show)"
			assert_has "is not an id"
		else
			assert_output "$want"
		fi
	done <<-END
		1 1:0
		1:1 1:1
		0:1 0:1
		4294967294 4294967294:0
		0:4294967294 0:4294967294
		01 1:0
		root error
		1: error
		:1 error
		: error
		+1 error
		_1 error
		1_ error
		0x1 error
		1e3 error
		-1 error
		0:-1 error
		1:1:1 error
		1,1 error
		4294967295 error
		0:4294967295 error
		4294967296 error
		1:4294967296 error
		18446744073709551615 error
		18446744073709551616 error
		18446744073709551617 error
	END
	run runc exec -u "" "$ID" id -u
	assert_output 0
	run runc exec -g 4294967296 "$ID" id -u
	[ "$status" -eq 255 ] || fail "$(show)"
}

@test "CVE-2026-30892, CVE-2024-40635: ids of config.json and of exec -p" {
	local id field
	start_container "$ID-2"
	for id in -1 4294967295 4294967296 18446744073709551616 1.5 '"1"' '"root"' 1e99; do
		for field in uid gid; do
			jq '.process.user = {"uid": 7, "gid": 7} | .process.args = ["id"]' "$BUNDLE/config.json" >"$W/template.json"
			sed "s/\"$field\": 7/\"$field\": $id/" "$W/template.json" >"$W/bad.json"
			mkdir -p "$W/bad"
			cp "$W/bad.json" "$W/bad/config.json"
			ln -sfn "$BUNDLE/rootfs" "$W/bad/rootfs"
			run runc run -b "$W/bad" "$ID"
			[ "$status" -eq 1 ] || fail "$field $id: $(show)"
			jq .process "$W/template.json" | sed "s/\"$field\": 7/\"$field\": $id/" >"$W/process.json"
			run runc exec -p "$W/process.json" "$ID-2"
			[ "$status" -eq 255 ] || fail "exec: $field $id: $(show)"
		done
	done
}
