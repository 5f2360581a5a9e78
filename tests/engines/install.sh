# shellcheck shell=bash
# Debian's packages of the engines. Sourced by run.sh.

# wanted ENGINE prints lines "package path": the package is there if the path is.
wanted() {
	# Also what all need: the other runtime, and the programs of the image.
	echo "runc /usr/sbin/runc"
	echo "busybox-static /usr/share/doc/busybox-static"
	echo "jq /usr/bin/jq"
	echo "bsdutils /usr/bin/script"
	case $1 in
	containerd) echo "containerd /usr/bin/containerd" ;;
	docker)
		echo "containerd /usr/bin/containerd"
		echo "docker.io /usr/sbin/dockerd"
		echo "iptables /usr/sbin/iptables"
		;;
	podman)
		echo "podman /usr/bin/podman"
		echo "conmon /usr/bin/conmon"
		echo "catatonit /usr/bin/catatonit"
		echo "netavark /usr/lib/podman/netavark"
		;;
	esac
}

# install_engines ENGINE... installs what is missing and starts no daemon.
install_engines() {
	local engine package path missing=()
	for engine; do
		while read -r package path; do
			[ -e "$path" ] || missing+=("$package")
		done < <(wanted "$engine")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	echo "# installing: ${missing[*]}"
	without_daemons install_packages "${missing[@]}"
}

install_packages() {
	export DEBIAN_FRONTEND=noninteractive
	timeout -k 5 600 apt-get update -qq </dev/null
	timeout -k 5 900 apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# without_daemons COMMAND... runs it under a policy that lets packages start no
# service, unless the machine has a policy of its own.
without_daemons() {
	local policy=/usr/sbin/policy-rc.d status=0
	[ ! -e "$policy" ] || policy=
	if [ -n "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	"$@" || status=$?
	[ -z "$policy" ] || rm -f "$policy"
	return "$status"
}
