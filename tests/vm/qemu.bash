# shellcheck shell=bash
# Starting and ending QEMU.

# Kernel options. Address randomization is off because code is translated again
# at each new address: without it fork+exec takes a third of the time.
kernel_options=(
	console=ttyS0 loglevel=5 root=/dev/vda rw panic=-1 oops=panic
	apparmor=1 security=apparmor systemd.unified_cgroup_hierarchy=1 systemd.show_status=0
	mitigations=off init_on_alloc=0 nokaslr norandmaps
	tsc=reliable nowatchdog no_timer_check rcupdate.rcu_expedited=1 random.trust_cpu=on
)

# start_qemu GUEST RUN OPTIONS... starts QEMU on the guest's kernel, with the
# folder RUN for its disks (data.img, job) and its answers, and sets qemu_pid. It
# dies with this script, however that dies.
#
# Disks: a = root (the caller's option), b = DIR, c = the job. Ports: 1 = output,
# 2 = exit status, 3 = tar of DIR/out.
start_qemu() {
	local guest=$1 run=$2
	shift 2
	: >"$run/status"
	TMPDIR=$run setpriv --pdeathsig KILL qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot \
		-M pc -accel tcg,thread=multi,tb-size=1024 \
		-cpu "$VM_CPU" -smp "$VM_CPUS" -m "$VM_MEM" \
		-kernel "$guest/vmlinuz" -initrd "$guest/initrd.img" -append "${kernel_options[*]}" \
		-drive "file=$run/data.img,if=none,id=b,format=raw,cache=unsafe" \
		-drive "file=$run/job,if=none,id=c,format=raw,readonly=on" \
		-device virtio-blk-pci,drive=a -device virtio-blk-pci,drive=b -device virtio-blk-pci,drive=c \
		-device virtio-serial-pci -device virtio-rng-pci \
		-chardev "file,id=o,path=$run/output" -device virtserialport,nr=1,chardev=o \
		-chardev "file,id=s,path=$run/status" -device virtserialport,nr=2,chardev=s \
		-chardev "file,id=t,path=$run/out.tar" -device virtserialport,nr=3,chardev=t \
		-global migration.store-global-state=off \
		-serial "file:$run/console.log" "$@" </dev/null 4>&- 8>&- 9>&- &
	qemu_pid=$!
}

# stop_all ends what runs in the background; nothing in the guest is worth a
# shutdown.
stop_all() {
	local pid
	for pid in ${qemu_pid:-} ${watchdog_pid:-} ${cat_pid:-}; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	qemu_pid='' watchdog_pid='' cat_pid=''
}
