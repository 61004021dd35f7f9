# nave.sh - Nave nodes for labs; sourced after lab.sh.
#
# A node NAME has its own namespace with WAN eth0 and LAN eth1, its files in $LAB_DIR/NAME, and up to three
# processes: navenic (--nic full|small), navedp, naved.

# nave_site NAME SIDE LAN_HOST_CIDR LAN_GATEWAY: the namespace of a node, and NAME-lan with a host on its LAN.
nave_site() {
	lab_ns "$1"
	lab_wan "$1" eth0 "$2"
	lab_host "$1-lan" eth0 "$3" "$4" "$1" eth1
}

# nave_load_site: where naveload's swarm stands: the namespace 'load', 203.0.113.99 on the spokes' side of the WAN.
nave_load_site() {
	lab_ns load
	lab_wan load eth0 spoke
	lab_addr load eth0 203.0.113.99/24
	ip -n "$LAB-load" route add default via 203.0.113.254
}

# nave_platform NAME NIC: the platform file.  With a SmartNIC the WAN port belongs to it, else to the kernel; a node may have no LAN.
# NAVE_PLATFORM_LINES are for the whole file.
nave_platform() {
	local dir=$LAB_DIR/$1
	echo "datapath socket $dir/datapath.sock"
	echo "control socket $dir/control.sock"
	[ -z "${NAVE_PLATFORM_LINES:-}" ] || echo "$NAVE_PLATFORM_LINES"
	if [ "$2" = none ]; then
		echo "port Ethernet0/0 netdev eth0"
	else
		echo "port Ethernet0/0 vdev net_nave0,socket=$dir/nic.sock"
	fi
	echo " role wan"
	echo " protected"
	[ -z "$(ip -n "$LAB-$1" -br link show eth1 2>/dev/null)" ] || printf 'port Ethernet0/1 netdev eth1\n role lan\n'
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

# The emulated card's wire is eth0, which the kernel must not use beside it: another MAC address, no ARP, no IPv6.
nave_start_nic() {
	local dir=$LAB_DIR/$1
	ip -n "$LAB-$1" link set eth0 arp off addrgenmode none
	lab_start "$1-navenic" "$1" "$LAB_BIN/navenic" --socket "$dir/nic.sock" --profile "$2" --wire netdev=eth0 --allow-faults \
		--mac "$(nave_card_mac "$1")"
	echo "$LAB_PID" >"$dir/navenic.pid"
	lab_comes_up "$LAB_PID" lab_listens_at "$1" "$dir/nic.sock"
}

# A card keeps its address when it comes back.
nave_card_mac() {
	local mac
	mac=$(ip -n "$LAB-$1" -br link show eth0 | awk '{ print $3 }')
	case $mac in 02:*) echo "06:${mac#*:}" ;; *) echo "02:${mac#*:}" ;; esac
}

nave_start_dp() {
	local dir=$LAB_DIR/$1
	lab_start "$1-navedp" "$1" "$LAB_BIN/navedp" --socket "$dir/datapath.sock" --file-prefix "$LAB-$1" --memory "${LAB_DP_MB:-256}" \
		--state-dir "$dir"
	echo "$LAB_PID" >"$dir/navedp.pid"
	lab_comes_up "$LAB_PID" lab_listens_at "$1" "$dir/datapath.sock"
}

nave_start_control() { # NAME [ARG…]
	local dir=$LAB_DIR/$1
	lab_start "$1-naved" "$1" "$LAB_BIN/naved" --config "$dir/config" --platform "$dir/platform" "${@:2}"
	echo "$LAB_PID" >"$dir/naved.pid"
	lab_comes_up "$LAB_PID" nave_ctl "$1" show version
}

# nave_start_fake NAME: naved alone, with a datapath in memory.  The namespace has its addresses already.
nave_start_fake() {
	local dir=$LAB_DIR/$1
	mkdir -p "$dir"
	nave_platform "$1" none >"$dir/platform"
	nave_start_control "$1" --fake-dataplane
}

nave_ctl() { # NAME COMMAND…
	local dir=$LAB_DIR/$1
	shift
	"$LAB_BIN/navectl" --socket "$dir/control.sock" "$@"
}

# nave_pid NAME PROGRAM
nave_pid() { cat "$LAB_DIR/$1/$2.pid"; }

# nave_reload NAME: its configuration file again, which is whole.
nave_reload() {
	local before
	before=$(grep -c 'config.reload ' "$LAB_DIR/$1-naved.log")
	kill -HUP "$(nave_pid "$1" naved)"
	lab_wait 5 lab_log_has "$1-naved" 'config.reload .*err=OK' $((before + 1))
}

# nave_crash NAME PROGRAM: kill -9.
nave_crash() { lab_kill KILL "$(nave_pid "$1" "$2")"; }

# nave_stop NAME PROGRAM: asks it to end, and whether it did so without a fault.
nave_stop() { lab_stop "$(nave_pid "$1" "$2")"; }

# nave_again NAME PROGRAM NIC: starts one of the node's programs again.
nave_again() {
	case $2 in
	navenic) nave_start_nic "$1" "$3" ;;
	navedp) nave_start_dp "$1" ;;
	naved) nave_start_control "$1" ;;
	esac
}

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
 dpd ${NAVE_DPD:-10 2 on-demand}
 aaa authorization group psk list default default
${NAVE_PROFILE_LINES:-}
!
crypto ipsec transform-set LAB ${NAVE_ESP:-esp-gcm 128}
 mode tunnel
!
crypto ipsec profile default
 set transform-set LAB
 set ikev2-profile default${NAVE_IPSEC:-}
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
 tunnel destination ${NAVE_HUB:-198.51.100.1}
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile default
!
ip route 0.0.0.0 0.0.0.0 203.0.113.254
CFG
}

# ---- what naved says ----

# nave_get NAME EXPRESSION COMMAND…: an expression of Python's over the document 'd' that the command answers with.
nave_get() {
	nave_ctl "$1" --json "${@:3}" | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$2"
}

# nave_is NAME EXPRESSION COMMAND…: whether the expression is true.
nave_is() {
	local got
	got=$(nave_get "$@") && [ "$got" = True ] || { echo "$2: ${got:-no answer}"; nave_ctl "$1" "${@:3}"; return 1; }
}

# nave_up NAME COUNT: whether COUNT sessions are up; nave_down NAME: whether none is left.
nave_up() { nave_is "$1" "sum(s['status'].startswith('UP') for s in d['sessions']) == $2" show crypto session; }
nave_down() { nave_is "$1" "d['sessions'] == [] and True" show crypto session; }

# nave_placed NAME PEER_ID PLACEMENT REASON: whether all sessions with that peer are encrypted there, both ways.
nave_placed() {
	nave_is "$1" "{(s['placement_' + w], s['reason_' + w]) for s in d['sessions'] if s['phase1_id'] == '$2' for w in ('in', 'out')} \
== {('$3', '$4')}" show crypto session
}
