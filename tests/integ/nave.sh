# nave.sh - Nave nodes for labs; sourced after lab.sh.
#
# A node NAME has its own namespace with WAN eth0 and LAN eth1, its files in $LAB_DIR/NAME, and up to three
# processes: navenic (--nic full|small), navedp, naved.

# nave_platform NAME NIC: the platform file.  With a SmartNIC the WAN port belongs to it, else to the kernel.
nave_platform() {
	local dir=$LAB_DIR/$1
	echo "datapath socket $dir/datapath.sock"
	echo "control socket $dir/control.sock"
	if [ "$2" = none ]; then
		echo "port Ethernet0/0 netdev eth0"
	else
		echo "port Ethernet0/0 vdev net_nave0,socket=$dir/nic.sock"
	fi
	echo " role wan"
	echo " protected"
	echo "port Ethernet0/1 netdev eth1"
	echo " role lan"
}

# nave_start NAME NIC: everything, then waits until the control socket answers.
nave_start() {
	local dir=$LAB_DIR/$1
	mkdir -p "$dir"
	nave_platform "$1" "$2" >"$dir/platform"
	[ "$2" = none ] || nave_start_nic "$1" "$2" || return 1
	nave_start_dp "$1" || return 1
	nave_start_control "$1"
}

nave_start_nic() {
	local dir=$LAB_DIR/$1
	ip -n "$LAB-$1" link set eth0 arp off
	lab_start "$1-navenic" "$1" "$LAB_BIN/navenic" --socket "$dir/nic.sock" --profile "$2" --wire netdev=eth0 --allow-faults
	echo "$LAB_PID" >"$dir/navenic.pid"
	lab_wait 10 test -S "$dir/nic.sock"
}

nave_start_dp() {
	local dir=$LAB_DIR/$1
	lab_start "$1-navedp" "$1" "$LAB_BIN/navedp" --socket "$dir/datapath.sock" --file-prefix "$LAB-$1" --memory "${LAB_DP_MB:-256}" \
		--state-dir "$dir"
	echo "$LAB_PID" >"$dir/navedp.pid"
	lab_wait 15 test -S "$dir/datapath.sock"
}

nave_start_control() {
	local dir=$LAB_DIR/$1
	lab_start "$1-naved" "$1" "$LAB_BIN/naved" --config "$dir/config" --platform "$dir/platform"
	echo "$LAB_PID" >"$dir/naved.pid"
	lab_wait 15 nave_ctl "$1" show version
}

nave_ctl() { # NAME COMMAND…
	local dir=$LAB_DIR/$1
	shift
	"$LAB_BIN/navectl" --socket "$dir/control.sock" "$@"
}

# nave_pid NAME PROGRAM
nave_pid() { cat "$LAB_DIR/$1/$2.pid"; }

# ---- configurations ----

# nave_config_common HOSTNAME: what hub and spokes share.
nave_config_common() {
	cat <<CFG
hostname $1
!
aaa new-model
aaa authorization network default local
!
crypto ikev2 proposal LAB
 encryption ${NAVE_IKE_ENC:-aes-gcm-128}
 ${NAVE_IKE_INTEG:-prf sha256}
 group ${NAVE_IKE_GROUP:-31 19}
!
crypto ikev2 policy LAB
 match fvrf any
 proposal LAB
!
crypto ikev2 keyring KR
 peer any
  address 0.0.0.0 0.0.0.0
  pre-shared-key ${NAVE_PSK:-$LAB_PSK}
!
crypto ikev2 profile default
 match identity remote fqdn domain vpn.example.net
 identity local fqdn $1.vpn.example.net
 authentication remote pre-share
 authentication local pre-share
 keyring local KR
 dpd 10 2 on-demand
 aaa authorization group psk list default default
${NAVE_PROFILE_LINES:-}
!
crypto ipsec transform-set LAB ${NAVE_ESP:-esp-gcm 128}
 mode tunnel
!
crypto ipsec profile default
 set transform-set LAB
 set ikev2-profile default
!
CFG
}

# nave_config_hub NAME (also its name within vpn.example.net): pool 10.77.0.100-, LAN 10.10.0.0/24.
nave_config_hub() {
	mkdir -p "$LAB_DIR/$1"
	NAVE_PROFILE_LINES=" virtual-template 1" nave_config_common "$1" >"$LAB_DIR/$1/config"
	cat >>"$LAB_DIR/$1/config" <<CFG
ip local pool P 10.77.0.100 ${NAVE_POOL_LAST:-10.77.0.250}
!
crypto ikev2 authorization policy default
 pool P
 route set interface
 route set remote 10.10.0.0 255.255.255.0
!
interface Loopback0
 ip address 10.77.0.254 255.255.255.255
!
interface Ethernet0/0
 ip address 198.51.100.1 255.255.255.0
!
interface Ethernet0/1
 ip address 10.10.0.1 255.255.255.0
!
interface Virtual-Template1 type tunnel
 ip unnumbered Loopback0
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile default
!
ip route 0.0.0.0 0.0.0.0 198.51.100.254
CFG
}

# nave_config_spoke NAME N: WAN 203.0.113.(10+N), LAN 10.20.N.0/24, tunnel address asked for.
nave_config_spoke() {
	mkdir -p "$LAB_DIR/$1"
	nave_config_common "$1" >"$LAB_DIR/$1/config"
	cat >>"$LAB_DIR/$1/config" <<CFG
crypto ikev2 authorization policy default
 route set interface
 route set interface Ethernet0/1
!
interface Ethernet0/0
 ip address 203.0.113.$((10 + $2)) 255.255.255.0
!
interface Ethernet0/1
 ip address 10.20.$2.1 255.255.255.0
!
interface Tunnel0
 ip address negotiated
 tunnel source Ethernet0/0
 tunnel destination 198.51.100.1
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile default
!
ip route 0.0.0.0 0.0.0.0 203.0.113.254
CFG
}

# nave_up NAME COUNT: whether COUNT sessions are up.
nave_up() {
	[ "$(nave_ctl "$1" --json show crypto session | python3 -c 'import json, sys
print(sum(s["status"].startswith("UP") for s in json.load(sys.stdin)["sessions"]))')" -ge "$2" ]
}
