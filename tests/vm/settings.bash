# shellcheck shell=bash disable=SC2034,SC2154 # others use these; vm.sh sets here
# The settings of the guest, each to be had from the environment, and what all
# pieces of vm.sh share.

VM_DIR=${VM_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/runc-vm} # where guests are kept
VM_TIMEOUT=${VM_TIMEOUT:-1800}                            # seconds for CMD
VM_KEEP=${VM_KEEP:-}                                      # 1: keep the folder of a run

# Those below make another guest when they change.
VM_CPUS=${VM_CPUS:-2}
VM_MEM=${VM_MEM:-2048} # MiB
# linux-image-cloud-amd64 is 6.1, of backports 6.12.
VM_KERNEL=${VM_KERNEL:-linux-image-cloud-amd64/bookworm-backports}
# What costs most under emulation is left out: 5-level paging, and 'rep movsb',
# which takes one turn a byte. QEMU 7.2 gets cmpxchg16b wrong: Linux 6.12
# double-faults in its slab allocator.
VM_CPU=${VM_CPU:-max,la57=off,erms=off,cx16=off}

VM_DATA_SIZE=8G # of the disk of DIR, sparse; the snapshot knows it

say() { echo "vm.sh: $*" >&2; }
die() {
	say "$*"
	exit 125
}

# guest_key names the guest that these sources, settings and this QEMU make.
# run.bash is not among them: it may change with the guest staying as it is.
guest_key() {
	{
		cd "$here" || exit
		cat settings.bash qemu.bash image.bash snapshot.bash packages
		find guest -type f -printf '%p %m\n' -exec cat {} + | sort
		echo "$VM_CPUS $VM_MEM $VM_KERNEL $VM_CPU"
		qemu-system-x86_64 --version
	} | sha256sum | cut -c 1-12
}
