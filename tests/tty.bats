#!/usr/bin/env bats
# Terminals: in the foreground, through a real one, and handed over a socket.

load helpers
load ptydrive

# with_tty SCRIPT... lets the container run a shell script on a terminal.
with_tty() {
	config '.process.terminal = true'
	[ $# -eq 0 ] || container_script "$1"
}

run_tty() { on_tty "$@" -- run --bundle "$BUNDLE" "$ID"; }

# --- what the program has ----------------------------------------------------

@test "tty: the program has a terminal, its session and its control" {
	with_tty 'tty; cut -d " " -f 6,7 /proc/$$/stat; echo here >/dev/tty; for fd in 0 1 2; do readlink /proc/1/fd/$fd; done'
	run_tty wait
	assert_ok
	# 34816 is 136:0.
	assert_output /dev/pts/0^M "1 34816^M" here^M /dev/pts/0^M /dev/pts/0^M /dev/pts/0^M "[status 0]"
}

@test "tty: exit status and streams" {
	with_tty 'echo out; echo err >&2; exit 7'
	run_tty wait
	assert_output out^M err^M "[status 7]"
}

@test "tty: /dev/console is the terminal" {
	with_tty 'echo works >/dev/console; stat -c %t /dev/console; grep -c " /dev/console " /proc/self/mountinfo'
	run_tty wait
	assert_output works^M 88^M 1^M "[status 0]"
}

@test "tty: it belongs to the user" {
	with_tty 'stat -c %u:%a /dev/pts/0; echo reopened >/proc/self/fd/1; echo tty >/dev/tty; id -u'
	config '.process.user = {"uid": 1000, "gid": 1000}'
	run_tty wait
	assert_output 1000:620^M reopened^M tty^M 1000^M "[status 0]"
}

@test "tty: in a user namespace" {
	in_userns
	with_tty 'tty; stat -c %u /dev/pts/0; echo works >/dev/console'
	config '.mounts |= map(if .type == "devpts" then .options -= ["gid=5"] else . end)'
	run_tty wait
	assert_output /dev/pts/0^M 0^M works^M "[status 0]"
}

@test "tty: in a container without a devpts" {
	with_tty true
	config '.mounts |= map(select(.type != "devpts"))'
	run_tty wait mode=cooked
	assert_has "process.terminal" "devpts" "[status 1]"
}

@test "tty: no terminal, no terminal" {
	container_script 'tty || echo none'
	run_tty wait
	assert_has none
}

# --- the user's own terminal -------------------------------------------------

@test "tty: raw while the program runs, as before afterwards" {
	with_tty 'echo up; read x; echo "got $x"; stty -a | grep -o " -\?icanon"'
	run_tty expect=up raw 'send=typed\r' expect='got typed' wait mode=cooked
	assert_ok
	# The container's terminal echoes, ours does not.
	assert_output up^M typed^M "got typed^M" " icanon^M" "[status 0]"
}

@test "tty: as before after every kind of end" {
	with_tty 'echo up; sleep 1000'
	config '.linux.namespaces |= map(select(.type != "pid"))'
	run_tty expect=up raw signal=TERM wait mode=cooked
	assert_has "[status 143]"
	container_script 'echo up; kill -KILL $$; sleep 1000'
	run_tty wait mode=cooked
	assert_has "[status 137]"
	container_args /no/such
	run_tty wait mode=cooked
	assert_has "no such file" "[status 1]"
	container_args true
	config '.hooks.poststart = [{"path": "/bin/false"}]'
	run_tty wait mode=cooked
	assert_has "poststart" "[status 1]"
	config '.hooks = {"startContainer": [{"path": "/bin/false"}]}'
	run_tty wait mode=cooked
	assert_has "startContainer" "[status 1]"
	config 'del(.hooks)'
}

@test "tty: control characters go to the program" {
	with_tty 'trap "echo interrupted; exit 3" INT; echo up; while :; do read x || :; done'
	run_tty expect=up raw 'send=\x03' expect=interrupted wait mode=cooked
	assert_ok
	assert_has "^Cinterrupted^M" "[status 3]"
	with_tty 'echo up; cat; echo end of file'
	run_tty expect=up raw 'send=a\r' expect=a 'send=\x04' wait
	assert_has "end of file^M" "[status 0]"
}

@test "tty: the size is that of the user's terminal, from the start" {
	with_tty 'stty size'
	config '.process.consoleSize = {"height": 11, "width": 22}'
	run_tty size=33x44 wait
	assert_output "33 44^M" "[status 0]"
}

@test "tty: a terminal without a size leaves consoleSize" {
	only_ours "runc passes on the 0"
	with_tty 'stty size'
	config '.process.consoleSize = {"height": 11, "width": 22}'
	run_tty size=0x0 wait
	assert_output "11 22^M" "[status 0]"
}

@test "tty: a change of the size is passed on" {
	with_tty 'trap "stty size; exit" WINCH; echo up; while :; do sleep 0.05; done'
	run_tty expect=up size=33x44 wait
	assert_has "33 44^M" "[status 0]"
}

@test "tty: line ends are made CRLF once" {
	with_tty 'printf "a\nb\n"; stty -a | grep -o " -\?onlcr"'
	run_tty wait
	assert_output a^M b^M " -onlcr^M" "[status 0]"
}

@test "tty: a program that sets its terminal raw" {
	with_tty 'stty raw -echo; printf "up\r\n"; head -c 3 | od -c; stty -raw'
	run_tty expect=up 'send=\x03\x04\r' wait
	assert_has '003 004  \r' "[status 0]"
}

# --- hang-up, slow ends ------------------------------------------------------

@test "tty: a hang-up of the user's terminal reaches the program" {
	with_tty 'trap "echo hup >/hup; exit 5" HUP; echo up; while :; do sleep 0.05; done'
	run_tty expect=up hangup wait
	assert_ok
	assert_has "[status 5]"
	[ -e "$BUNDLE/rootfs/hup" ]
	[ ! -e "$STATE/$ID" ]
}

@test "tty: output that nobody reads any more hangs up" {
	only_ours "runc waits for ever"
	with_tty 'trap "exit 5" HUP; while :; do echo line; done'
	run timeout 20 bash -c '"$0" --root "$1" run -b "$2" "$3" </dev/null | head -n 1; exit "${PIPESTATUS[0]}"' "$RUNC" "$STATE" "$BUNDLE" "$ID"
	assert_equal "$status" 5
	assert_output line
}

@test "tty: a reader that stops holds the program up, and nothing is lost" {
	with_tty 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i + 1)); done; touch /done'
	runc run -b "$BUNDLE" "$ID" </dev/null 3>&- | {
		# A pipe and the terminal's buffer hold less than a third of it.
		read -r first
		wait_until blocked_on_write
		[ ! -e "$BUNDLE/rootfs/done" ]
		echo "$first" >"$W/out"
		cat >>"$W/out"
	}
	[ -e "$BUNDLE/rootfs/done" ]
	assert_equal "$(tr -d '\r' <"$W/out" | md5sum)" "$(seq -f 'line %.0f' 0 19999 | md5sum)"
}

# blocked_on_write: the container's first process waits for its terminal.
blocked_on_write() { grep -qs 'n_tty_write\|tty_write\|wait_woken' "/proc/$(init_pid)/wchan" && ! runs "$(init_pid)"; }
runs() { grep -q '^State:.R' "/proc/$1/status"; }

@test "tty: with a reader that has stopped the runtime still heeds signals" {
	only_ours "runc does not end"
	with_tty 'trap "exit 5" TERM; while :; do echo line; done'
	run_tty expect=line until-ended=TERM mode=cooked
	assert_ok
}

@test "tty: a program that reads nothing does not block anything else" {
	with_tty 'trap "echo still here" WINCH; trap "exit 5" TERM; stty -echo; echo up; while :; do sleep 0.05; done'
	run_tty expect=up raw fill=1000000 size=11x22 expect='still here' signal=TERM wait mode=cooked
	assert_ok
	assert_has "[status 5]"
}

@test "tty: the last output is not lost" {
	with_tty 'yes 0123456789 | head -n 3000; printf end'
	for _ in 1 2 3 4 5; do
		run_tty wait
		assert_equal "${#lines[@]}" 3001
		assert_equal "${lines[3000]}" "end[status 0]"
	done
}

@test "tty: a terminal that an init closes and opens again" {
	only_ours "runc loses what comes after"
	with_tty 'echo one; exec 0<&- 1>&- 2>&-; sleep 0.3; echo two >/dev/console; sleep 0.2; echo three >/dev/console'
	run_tty wait
	assert_output one^M two^M three^M "[status 0]"
}

@test "tty: in the background the runtime stops as any program, and goes on in the foreground" {
	with_tty 'echo up; read x; echo "got $x"'
	# It stops where it makes the terminal raw: wait returns then, and fg goes on.
	drive run expect='stopped by 22' expect=up raw 'send=typed\r' expect='got typed' wait mode=cooked -- \
		bash -c 'set -m; "$@" & wait %1; echo "stopped by $(($? - 128))"; fg >/dev/null' x "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_ok
	assert_has "[status 0]"
}

# --- no terminal on our side -------------------------------------------------

@test "tty: stdin is a pipe" {
	with_tty 'read x; echo "got $x"; tty'
	drive run expect='got piped' mode=cooked wait -- bash -c 'echo piped | "$@"' x "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_ok
	assert_has "[status 0]"
}

@test "tty: stdin is /dev/null, and its end is not the terminal's" {
	with_tty 'echo up; trap "exit 9" TERM; while :; do sleep 0.05; done'
	drive run expect=up mode=cooked signal=TERM wait -- bash -c 'exec "$@" </dev/null' x "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_ok
	assert_has "[status 9]"
}

@test "tty: stdout is a pipe, lines end as the program ends them" {
	with_tty 'stty size; printf "a\nb\n"'
	drive run size=33x44 wait -- bash -c '"$@" | od -c' x "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_has '3   3       4   4  \n   a  \n   b  \n'
}

@test "tty: all streams are redirected, the size is that of the controlling terminal" {
	with_tty 'stty size'
	drive run size=33x44 wait -- bash -c '"$@" </dev/null 2>&1 | od -c' x "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_has '3   3       4   4  \n'
}

@test "tty: no terminal on our side at all, the size is consoleSize" {
	only_ours "runc wants one"
	with_tty 'tty; stty size; read x; echo "got $x"'
	config '.process.consoleSize = {"height": 11, "width": 22}'
	run setsid -w "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" <<<typed
	assert_ok
	assert_has /dev/pts/0 "11 22" "got typed"
}

# --- over a socket -----------------------------------------------------------

@test "tty: create hands the terminal over --console-socket" {
	with_tty 'read x; stty size; echo "got $x"'
	receiver recvtty size=33x44 'send=typed\r' 'expect=got typed' eof
	create_container "$ID" --console-socket "$W/socket"
	runc start "$ID"
	received
	assert_ok
	assert_output /dev/ptmx typedM "33 44M" "got typedM"
}

@test "tty: a relative --console-socket is below the bundle, for exec --process below the current directory" {
	with_tty 'sleep 1000'
	mkdir -p "$W/a/b"
	cd "$W/a/b"
	receiver recvtty "file=$W/go"
	create_container "$ID" --console-socket ../socket
	touch "$W/go"
	received
	assert_ok
	rm "$W/socket"
	runc delete --force "$ID"
	config '.process.terminal = false'
	start_container
	receiver recvtty eof
	detached runc exec --detach --tty --console-socket ../socket "$ID" true
	assert_ok
	received
	assert_ok
	rm "$W/socket"
	receiver recvtty eof
	echo '{"args": ["/bin/true"], "cwd": "/", "terminal": true}' >process.json
	detached runc exec --detach --tty --console-socket ../../socket --process process.json "$ID"
	assert_ok
	received
	assert_ok
}

@test "tty: consoleSize is the size that the receiver finds" {
	with_tty 'stty size'
	config '.process.consoleSize = {"height": 11, "width": 22}'
	receiver recvtty 'expect=11 22' eof
	start_container "$ID" --console-socket "$W/socket"
	received
	assert_ok
}

@test "tty: run --detach and exec --detach hand it over as well" {
	with_tty 'echo from run; sleep 1000'
	receiver recvtty 'expect=from run'
	start_container "$ID" --console-socket "$W/socket"
	received
	assert_ok
	rm "$W/socket"
	receiver recvtty 'send=typed\r' 'expect=got typed' eof
	detached runc exec --detach --tty --console-socket "$W/socket" "$ID" sh -c 'tty; read x; echo "got $x"'
	assert_ok
	received
	assert_ok
	assert_match '/dev/pts/[01]M'
}

@test "tty: a receiver that closes the terminal hangs the program up" {
	with_tty 'trap "echo hup >/hup; exit" HUP; echo up; while :; do sleep 0.05; done'
	receiver recvtty expect=up hangup
	start_container "$ID" --console-socket "$W/socket"
	received
	wait_until has_status "$ID" stopped
	[ -e "$BUNDLE/rootfs/hup" ]
}

@test "tty: the caller's streams are not the program's" {
	with_tty 'sleep 1000'
	receiver recvtty file="$W/go"
	start_container "$ID" --console-socket "$W/socket"
	run readlink "/proc/$(init_pid)/fd/0" "/proc/$(init_pid)/fd/1" "/proc/$(init_pid)/fd/2"
	assert_output /dev/pts/0 /dev/pts/0 /dev/pts/0
	assert_equal "$(find "/proc/$(init_pid)/fd" -mindepth 1 | wc -l)" 3
	touch "$W/go"
	received
}

@test "tty: --console-socket where it makes no sense" {
	local words="cannot use console socket if runc will not detach or allocate tty"
	run_container --console-socket "$W/socket"
	assert_fails "$words"
	detached runc create -b "$BUNDLE" --console-socket "$W/socket" "$ID"
	assert_fails "$words"
	with_tty
	run_container --console-socket "$W/socket"
	assert_fails "$words"
	config '.process.terminal = false'
	start_container
	run runc exec --tty --console-socket "$W/socket" "$ID" true
	assert_status 255
	assert_has "$words"
	run runc exec --detach --console-socket "$W/socket" "$ID" true
	assert_status 255
	assert_has "$words"
}

@test "tty: --detach without --console-socket" {
	local words="cannot allocate tty if runc will detach without setting console socket"
	start_container
	detached runc exec --detach --tty "$ID" true
	assert_status 255
	assert_has "$words"
	runc delete --force "$ID"
	with_tty
	detached runc create -b "$BUNDLE" "$ID"
	assert_fails "$words"
	detached runc run --detach -b "$BUNDLE" "$ID"
	assert_fails "$words"
}

@test "tty: a console socket that is not there, or where nobody listens" {
	with_tty
	detached runc create -b "$BUNDLE" --console-socket "$W/none" "$ID"
	assert_fails --console-socket "$W/none" "no such file"
	touch "$W/file"
	detached runc create -b "$BUNDLE" --console-socket "$W/file" "$ID"
	assert_fails --console-socket "connection refused"
	[ ! -e "$STATE/$ID" ]
}

@test "tty: a receiver that goes away meanwhile" {
	with_tty
	receiver recvtty
	detached runc create -b "$BUNDLE" --console-socket "$W/socket" "$ID"
	[ "$status" -le 1 ] || fail "$(show)"
	received
	assert_ok
}

# --- exec --------------------------------------------------------------------

exec_tty() { on_tty "${@:1:$#-1}" -- exec --tty "$ID" sh -c "${!#}"; }

@test "tty: exec --tty" {
	start_container
	exec_tty expect=up raw 'send=typed\r' wait mode=cooked 'tty; stty size; echo up; read x; echo "got $x"; exit 7'
	assert_ok
	assert_output /dev/pts/0^M "24 80^M" up^M typed^M "got typed^M" "[status 7]"
}

@test "tty: exec without --tty has none, whatever the bundle says" {
	with_tty 'sleep 1000'
	receiver recvtty file="$W/go"
	start_container "$ID" --console-socket "$W/socket"
	run runc exec "$ID" tty
	assert_status 1
	assert_has "not a tty"
	touch "$W/go"
	received
}

@test "tty: exec --process with a terminal and its size" {
	start_container
	jq '.process | .terminal = true | .consoleSize = {"height": 11, "width": 22} | .args = ["stty", "size"]' "$BUNDLE/config.json" >"$W/process.json"
	receiver recvtty 'expect=11 22'
	detached runc exec --detach --process "$W/process.json" --console-socket "$W/socket" "$ID"
	assert_ok
	received
	assert_ok
}

@test "tty: exec has a terminal of its own, /dev/console stays" {
	with_tty 'sleep 1000'
	receiver recvtty file="$W/go"
	start_container "$ID" --console-socket "$W/socket"
	exec_tty wait 'tty; stat -c %t:%T /dev/console'
	assert_output /dev/pts/1^M 88:0^M "[status 0]"
	touch "$W/go"
	received
}

@test "tty: exec --tty as another user" {
	start_container
	on_tty wait -- exec --tty --user 1000:1000 "$ID" sh -c 'echo works >/dev/tty; echo too >/proc/self/fd/1; stat -c %u /dev/pts/0'
	assert_output works^M too^M 1000^M "[status 0]"
}

@test "tty: exec --tty ends though others hold its terminal" {
	start_container
	exec_tty wait mode=cooked 'trap "" HUP; sleep 1234 & echo left'
	assert_output left^M "[status 0]"
}

@test "tty: exec --tty, signals and failures leave the user's terminal as it was" {
	start_container
	exec_tty expect=up raw signal=TERM wait mode=cooked 'echo up; sleep 1000'
	assert_has "[status 143]"
	on_tty wait mode=cooked -- exec --tty "$ID" /no/such
	assert_has "no such file" "[status 255]"
	exec_tty expect=up hangup wait 'echo up; sleep 1000'
	assert_has "[status 129]"
}

# --- attacks -----------------------------------------------------------------

@test "tty: /dev/pts is not a devpts (CVE-2025-52565)" {
	mkdir "$W/evil"
	mkdir "$BUNDLE/rootfs/vol"
	echo canary >"$W/evil/ptmx"
	with_tty true
	config --arg d "$W/evil" '.mounts |= map(if .type == "devpts" then {"destination": "/dev/pts", "source": $d, "type": "bind", "options": ["bind"]} else . end)'
	run_tty wait mode=cooked
	assert_has "[status 1]"
	assert_equal "$(cat "$W/evil/ptmx")" canary
	rm "$W/evil/ptmx"
	mkfifo "$W/evil/ptmx"
	run_tty wait mode=cooked
	assert_has "[status 1]"
	ln -sf /dev/ptmx "$W/evil/ptmx"
	run_tty wait mode=cooked
	assert_has "[status 1]"
}

@test "tty: /dev/console leads out of the root (CVE-2026-88264)" {
	mkdir "$W/host"
	with_tty true
	config '.mounts |= map(select(.destination != "/dev"))'
	ln -s "$W/host/newfile" "$BUNDLE/rootfs/dev/console"
	run_tty wait mode=cooked
	assert_has "[status 1]"
	assert_equal "$(ls -A "$W/host")" ""
}
