#!/usr/bin/env bash
# deps.sh: installs what vm.sh needs and is missing here. Does nothing, and needs
# no network, when all is there.
set -euo pipefail

needed() {
	echo "qemu-system-x86 /usr/bin/qemu-system-x86_64"
	echo "qemu-utils /usr/bin/qemu-img"
	echo "mmdebstrap /usr/bin/mmdebstrap"
	echo "e2fsprogs /usr/sbin/mke2fs"
	echo "cpio /usr/bin/cpio"
	echo "openssh-client /usr/bin/ssh-keygen"
	echo "systemd /usr/bin/systemd-id128"
	echo "util-linux /usr/bin/setpriv"
}

missing=()
while read -r package path; do
	[ -e "$path" ] || missing+=("$package")
done < <(needed)
[ ${#missing[@]} -gt 0 ] || exit 0

echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null
apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
