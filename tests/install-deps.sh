#!/usr/bin/env bash
# install-deps.sh WHAT...: installs the Debian packages for build, demo, test or
# lint that are missing. Does nothing, and needs neither root nor network, when
# all are there.
set -euo pipefail

# wanted WHAT prints lines "package path": the package is there if the path is.
wanted() {
	case $1 in
	build)
		echo "gcc /usr/bin/gcc"
		echo "libc6-dev /usr/include/stdlib.h"
		echo "pkg-config /usr/bin/pkg-config"
		echo "libseccomp-dev /usr/include/seccomp.h"
		# Without it the binary has glibc, and starts later: see LIBC in the Makefile.
		echo "musl-tools /usr/bin/musl-gcc"
		;;
	demo)
		echo "busybox-static /usr/share/doc/busybox-static"
		;;
	test)
		echo "busybox-static /usr/share/doc/busybox-static"
		echo "bats /usr/bin/bats"
		echo "jq /usr/bin/jq"
		echo "util-linux /usr/bin/unshare"
		echo "bsdutils /usr/bin/script"
		# newuidmap, for rootless.bats.
		echo "uidmap /usr/bin/newuidmap"
		# The other runtime of compat.bats.
		echo "runc /usr/sbin/runc"
		;;
	lint)
		echo "gcc /usr/bin/gcc"
		echo "clang-format /usr/bin/clang-format"
		echo "shellcheck /usr/bin/shellcheck"
		;;
	*)
		echo "install-deps.sh: unknown set $1 (build, demo, test, lint)" >&2
		return 1
		;;
	esac
}

install_packages() {
	local sudo=()
	[ "$(id -u)" -eq 0 ] || sudo=(sudo)
	echo "installing: $*" >&2
	command -v apt-get >/dev/null || {
		echo "install-deps.sh: no apt-get here; install these (Debian names) by hand: $*" >&2
		return 1
	}
	export DEBIAN_FRONTEND=noninteractive
	"${sudo[@]}" apt-get update -qq </dev/null
	"${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

main() {
	local what list package path missing=()
	command -v "${GO:-go}" >/dev/null || {
		echo "install-deps.sh: no go in PATH; install Go $(awk '$1 == "go" {print $2}' "$(dirname "$0")/../go.mod") or later (https://go.dev/dl)" >&2
		return 1
	}
	for what; do
		list=$(wanted "$what")
		while read -r package path; do
			[ -e "$path" ] || missing+=("$package")
		done <<<"$list"
	done
	[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

main "$@"
