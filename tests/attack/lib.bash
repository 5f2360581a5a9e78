# shellcheck shell=bash
# What tests/security*.bats share. load it after helpers.

# build_attack sets $ATTACK, the helper program: the one of make, or built once
# for all files.
build_attack() {
	ATTACK=$REPO/_build/attack
	[ ! -x "$ATTACK" ] || [ -n "$(find "$REPO/tests/attack" -newer "$ATTACK" -name '*.[ch]')" ] || return 0
	ATTACK=$RUNC_BATS_DIR/attack
	[ ! -x "$ATTACK" ] || return 0
	command -v gcc >/dev/null || skip "no gcc to build tests/attack"
	gcc -static -O2 -o "$ATTACK" "$REPO"/tests/attack/*.c
}

# --- the host that must not change -------------------------------------------

# make_host makes $HOST, a directory of the host's outside of the rootfs with a
# canary and decoys, and takes its fingerprint. Every test of these files has
# one; teardown looks whether it changed, also when the test failed.
make_host() {
	HOST=$W/host
	mkdir -p "$HOST/sub" "$HOST/dev/pts"
	echo canary >"$HOST/canary"
	chmod 600 "$HOST/canary"
	echo decoy >"$HOST/null"
	echo decoy >"$HOST/ptmx"
	chmod 622 "$HOST/null"
	touch -d 2001-02-03 "$HOST"/* "$HOST"
	fingerprint >"$W/fingerprint"
}

fingerprint() {
	(cd "$HOST" && find . -printf '%p %y %m %U:%G %T@ %s %l\n' | sort && find . -type f -exec sha256sum {} +)
	ls -A "$BUNDLE"
}

# host_same asserts that $HOST, the names in the bundle and the mount table are
# what they were. It may stand before ||.
host_same() {
	if ! fingerprint | diff "$W/fingerprint" -; then
		fail "the host's files have changed"
	elif changed_mounts | grep .; then
		fail "the host's mounts have changed"
	fi
}

# --- teardown ----------------------------------------------------------------

setup() {
	begin_test
	make_host
	build_attack
}

teardown() {
	local changed=0
	# A case that is skipped at its beginning has no host.
	[ -z "${HOST:-}" ] || host_same || changed=1
	end_test
	return "$changed"
}

# --- bundles -----------------------------------------------------------------

# list WORD... prints them as a JSON list.
list() { jq -nc '$ARGS.positional' --args -- "$@"; }

# mount_entry DESTINATION TYPE SOURCE [OPTION...] adds an entry to mounts.
mount_entry() {
	config --arg d "$1" --arg t "$2" --arg s "$3" --argjson o "$(list "${@:4}")" \
		'.mounts += [{"destination": $d, "type": $t, "source": $s, "options": $o}]'
}

# only_mounts PREFIX... keeps the mounts whose destination begins with one.
only_mounts() {
	config --argjson l "$(list "$@")" \
		'.mounts |= map(select(.destination as $d | any($l[]; . as $p | $d | startswith($p))))'
}

# without_mounts PREFIX drops those whose destination begins with it.
without_mounts() { config --arg p "$1" '.mounts |= map(select(.destination | startswith($p) | not))'; }

# masked PATH... sets linux.maskedPaths.
masked() { config --argjson l "$(list "$@")" '.linux.maskedPaths = $l'; }

# capabilities NAME... puts these into the bounding, permitted and effective set.
capabilities() {
	config --argjson l "$(list "$@")" '.process.capabilities = {"bounding": $l, "permitted": $l, "effective": $l}'
}

# with_attack puts the helper into the image, as /attack.
with_attack() { cp "$ATTACK" "$BUNDLE/rootfs/attack"; }

# shared_volume makes $VOLUME, a directory of the host's, a volume of the
# container's at /vol: what another container may change meanwhile.
shared_volume() {
	VOLUME=$W/volume
	mkdir -p "$VOLUME"
	mount_entry /vol bind "$VOLUME" rbind
}

# --- asserting ---------------------------------------------------------------

# refused [TEXT...]: the container did not run: one line, with each TEXT.
refused() { assert_fails "$@"; }

# value WORD prints what look says of it.
value() { sed -n "s/^$1: //p" <<<"${output:-}"; }
