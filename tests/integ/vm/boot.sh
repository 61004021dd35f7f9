#!/bin/bash
# boot.sh SCRIPT [ARG…]: runs a bash script in a VM with the kernel that tools/dev/vm-kernel unpacks to build/vm; its exit status.  The VM sees
# this machine's files and can't change them; /run and /tmp are its own.  No hardware virtualisation is needed.  LAB_BIN: the programs.
set -euo pipefail

root=$(realpath "$(dirname "$0")/../../..")
kernel=$root/build/vm
script=$(realpath "$1")
shift
"$root/tools/dev/vm-kernel" "$kernel"
version=$(basename "$kernel"/lib/modules/*)
modules="tun veth vrf bridge esp4 xfrm_user xfrm_algo rfc4106 gcm ctr cbc hmac sha256_generic authenc echainiv seqiv aesni_intel nf_tables nft_counter"

work=$(mktemp -d /run/nave-vm.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/root/{bin,sbin,proc,sys,dev,host,base,lib}
cp /bin/busybox "$work/root/bin/"
ln -s ../bin/busybox "$work/root/sbin/modprobe" # the kernel asks for it

# What it takes to see the host's files comes along, in the order in which it is loaded.
for module in virtio_pci 9pnet_virtio 9p; do
	modprobe -d "$kernel" -S "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/base"
while read -r file; do
	cp "$file" "$work/root/base/"
	basename "$file"
done <"$work/base" >"$work/root/base/order"

cat >"$work/root/init" <<INIT
#!/bin/busybox sh
busybox=/bin/busybox
\$busybox mount -t proc proc /proc
\$busybox mount -t sysfs sys /sys
\$busybox mount -t devtmpfs dev /dev
while read -r module; do \$busybox insmod /base/\$module; done </base/order
\$busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /host
\$busybox ln -s /host$kernel/lib/modules /lib/modules
for module in $modules; do \$busybox modprobe \$module; done 2>/dev/null
for own in run tmp; do \$busybox mount -t tmpfs \$own /host/\$own; done
\$busybox mkdir /host/run/lock
for bound in proc sys dev; do \$busybox mount --bind /\$bound /host/\$bound; done
\$busybox ln -s /proc/self/fd /dev/fd
\$busybox mount -t bpf bpf /host/sys/fs/bpf
\$busybox ip link set lo up
\$busybox chroot /host /usr/bin/env -i HOME=/tmp LAB_BIN="$(realpath "$LAB_BIN")" LAB_PATIENCE=6 PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 /bin/bash $(printf '%q ' "$script" "$@")
echo "status \$?"
\$busybox poweroff -f
INIT
chmod +x "$work/root/init"
(cd "$work/root" && find . | cpio -o -H newc --quiet | gzip -1 >"$work/initrd")

qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max,la57=off -smp 2 -m 2048 -nodefaults -display none -no-reboot \
	-kernel "$kernel/boot/vmlinuz-$version" -initrd "$work/initrd" -append 'console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off tsc=reliable no_timer_check' \
	-fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=host,mount_tag=host \
	-serial stdio </dev/null | sed -u 's/\r$//' | tee "$work/console" | grep --line-buffered -v '^status [0-9]*$'
exit "$(sed -n 's/^status //p' "$work/console")"
