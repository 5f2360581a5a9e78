#!/usr/bin/env bash
# demo.sh RUNC: makes a busybox bundle in a temporary directory, runs a container
# in it which tells where it is, and cleans up.
set -euo pipefail

runc=$(realpath "$1")
if [ "$(id -u)" -ne 0 ]; then
	exec sudo "$0" "$runc"
fi

dir=$(mktemp -d /tmp/runc-demo.XXXXXX)
trap 'rm -rf "$dir"' EXIT
id=demo-$$

# A root file system is a directory; busybox is enough of one.
mkdir -p "$dir"/rootfs/{bin,dev,etc,proc,root,sys,tmp}
cp /bin/busybox "$dir/rootfs/bin/"
for applet in sh cat echo hostname id ls mount ps wc; do
	ln -s busybox "$dir/rootfs/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' >"$dir/rootfs/etc/passwd"

# The script that the container runs, instead of a shell on a terminal.
cat >"$dir/rootfs/tell" <<'EOF'
#!/bin/sh
echo "Hello from the container."
echo "host name:  $(hostname)"
echo "I am:       $(id)"
echo "pid 1:      $(cat /proc/1/comm); all processes: $(ls /proc | grep -c '^[0-9]')"
echo "root:       $(ls / | tr '\n' ' ')"
echo "mounts:     $(wc -l </proc/self/mountinfo)"
echo "interfaces: $(ls /sys/class/net | tr '\n' ' ')"
echo "cap eff.:   $(grep CapEff /proc/self/status | cut -f 2)"
EOF
chmod +x "$dir/rootfs/tell"
for applet in grep cut tr; do
	ln -s busybox "$dir/rootfs/bin/$applet"
done

"$runc" spec --bundle "$dir"
sed -i -e 's/"terminal": true/"terminal": false/' -e 's|"sh"$|"/tell"|' "$dir/config.json"

echo "\$ runc --version"
"$runc" --version
echo
echo "\$ runc run --bundle $dir $id"
"$runc" run --bundle "$dir" "$id"
