# shellcheck shell=bash
# The image that all engines load. Sourced by inside.sh.

# make_image FILE writes a docker-archive of busybox, in which uid 1000 is app and
# /notexec is not executable.
make_image() {
	local dir=$W/image id arch
	arch=$(dpkg --print-architecture)
	mkdir -p "$dir/root/"{bin,etc,tmp,proc,sys,dev,root} "$dir/archive"
	cp "$(type -P busybox)" "$dir/root/bin/busybox"
	chroot "$dir/root" /bin/busybox --install -s /bin
	chmod 1777 "$dir/root/tmp"
	printf 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/tmp:/bin/sh\n' >"$dir/root/etc/passwd"
	printf 'root:x:0:\napp:x:1000:\nmore:x:2000:app\n' >"$dir/root/etc/group"
	echo text >"$dir/root/notexec"
	tar --owner=0 --group=0 --numeric-owner -C "$dir/root" -cf "$dir/archive/layer.tar" .
	id=$(sha256sum <"$dir/archive/layer.tar" | cut -d ' ' -f 1)
	cat >"$dir/archive/config.json" <<-END
		{"architecture": "$arch", "os": "linux",
		 "config": {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["sh"]},
		 "rootfs": {"type": "layers", "diff_ids": ["sha256:$id"]},
		 "history": [{"created_by": "tests/engines"}]}
	END
	id=$(sha256sum <"$dir/archive/config.json" | cut -d ' ' -f 1)
	mv "$dir/archive/config.json" "$dir/archive/$id.json"
	echo "[{\"Config\": \"$id.json\", \"RepoTags\": [\"$IMAGE\"], \"Layers\": [\"layer.tar\"]}]" >"$dir/archive/manifest.json"
	tar -C "$dir/archive" -cf "$1" .
	rm -r "$dir"
}
