#!/bin/bash
# vrf.sh, in a VM (boot.sh): a Nave hub whose front and inner VRF are VRF devices of the kernel, beside strongSwan with the kernel's ESP.  The
# customer's LAN and the hub's own have the same addresses, in the VRF and out of it; nothing of the one reaches the other.
cd "$(dirname "$0")/.." || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./vm/flow.sh

# vrf_device NAME TABLE: as the kernel's manual has it, with the route that ends the table.
vrf_device() {
	ip -n "$LAB-hub1" link add "$1" type vrf table "$2" && ip -n "$LAB-hub1" link set "$1" up &&
		ip -n "$LAB-hub1" route add table "$2" unreachable default metric 4278198272
}

# The VRF 'wan' is where the platform file says, 'red' and 'blue' on the devices of their names; 'mgmt' is nobody's.
hub() {
	vrf_device vrf-wan 1001 && vrf_device red 1002 && vrf_device blue 1003 && vrf_device mgmt 1004 || return 1
	nave_config_hub hub1
	sed -i "s/^ match identity remote .*/ match fvrf wan\n&/; s/^ ip address 198/ vrf forwarding wan\n&/; s/^ip route 0/ip route vrf wan 0/
		s/^interface Loopback0/&\n vrf forwarding red/; s/^interface Virtual-Template1.*/&\n vrf forwarding red/" "$LAB_DIR/hub1/config"
	cat >>"$LAB_DIR/hub1/config" <<CFG
vrf definition wan
 address-family ipv4
vrf definition red
 address-family ipv4
interface Ethernet0/2
 vrf forwarding red
 ip address 10.10.0.1 255.255.255.0
interface Loopback1
 ip address 10.77.0.254 255.255.255.255
CFG
	NAVE_PLATFORM_LINES=$'vrf wan device vrf-wan\nport Ethernet0/2 netdev red0' nave_start hub1 none
}

spoke() {
	ss_spoke_site ss1 203.0.113.11
	ss_start ss1 "$LAB_DIR/ss1" 'make_before_break = yes' || return 1
	{
		echo 'connections {'
		SS_ESP=aes128gcm16-noesn SS_TS=10.10.0.0/24,10.77.0.0/24 ss_psk_conn red 203.0.113.11 ss1.vpn.example.net
		echo '}'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_load "$LAB_DIR/ss1"
}

# ---- what must hold ----

# slaves DEVICE NAME…: what belongs to a VRF device.
slaves() {
	ip -n "$LAB-hub1" -br link show master "$1"
	[ "$(ip -n "$LAB-hub1" -br link show master "$1" | sed 's/[ @].*//' | LC_ALL=C sort | xargs)" = "${*:2}" ]
}

listens() { lab_in hub1 ss -Hlun "sport = $2" | grep -F "$1:$2"; }

session_says() { nave_is hub1 "[(s['fvrf'], s['ivrf']) for s in d['sas']] == [('wan', 'red')]" show crypto ikev2 sa; }

vrf_says() {
	nave_is hub1 "{v['name']: (v['netns'], v['device']) for v in d['vrfs']} == {'wan': ('', 'vrf-wan'), 'red': ('', 'red')}" show vrf
}

# table_has TABLE ROUTE: in the kernel; main is the global one.
table_has() {
	ip -n "$LAB-hub1" route show table "$1"
	ip -n "$LAB-hub1" route show table "$1" | grep -q "^$2"
}

route_of() { # PREFIX SOURCES COMMAND…
	nave_is hub1 "[r['source'] for r in d['routes'] if r['prefix'] == '$1' and r['best']] == [$2]" show "${@:3}"
}

no_route_in_main() { [ -z "$(ip -n "$LAB-hub1" route show | grep -v 'dev eth1 proto kernel')" ]; }

learned() { route_of 10.50.0.0/16 "'kernel'" ip route vrf red && route_of 10.50.0.0/16 '' ip route; }

fails() { ! "$@"; }

# saw FILE COUNT: so many pings of that size.
saw() {
	LAB_NOTE=$(tcpdump -nr "$LAB_DIR/$1" 'icmp and ip[2:2] = 229' 2>/dev/null | wc -l)
	[ "$LAB_NOTE" = "$2" ]
}

lab_begin vm-vrf
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
lab_host red-lan eth0 10.10.0.10/24 10.10.0.1 hub1 red0
lab_check 'Nave hub starts on VRF devices' hub || lab_finish
lab_check 'the WAN belongs to its VRF' lab_wait 15 slaves vrf-wan eth0 nave-vrf-wan
lab_check 'the LAN and the TUN to theirs' lab_wait 15 slaves red nave-red red0
lab_check 'a VRF that nobody has is left alone' slaves mgmt
lab_check 'IKE listens in the front VRF' listens 0.0.0.0%vrf-wan 500
lab_check 'and not in that of nobody' fails listens 0.0.0.0%mgmt 500
lab_check 'show vrf' vrf_says
lab_check "the front VRF's default route is in its table" lab_wait 5 table_has 1001 'default via 198.51.100.254 dev eth0 proto'
lab_capture hub1-lan eth0 global.pcap
lab_capture red-lan eth0 red.pcap
lab_check 'strongSwan starts' spoke || lab_finish
lab_check 'strongSwan comes up' ss_initiate "$LAB_DIR/ss1" red 20 || lab_finish
address=$(vip)
lab_check 'the session has both VRFs' session_says
lab_check "the spoke's route is red's" route_of "$address/32" "'ikev2'" ip route vrf red
lab_check "in the kernel it is in red's table" lab_wait 5 table_has 1002 "$address dev nave-red proto"
lab_check 'the main table has nothing of it' no_route_in_main
both_ways ss1 "$address" red-lan 10.10.0.10 hub1 ss1 red net-red
lab_check 'packets of one size, out' lab_in ss1 ping -nq -c 3 -i 0.2 -W 5 -s 201 -I "$address" 10.10.0.10
lab_check "and back" lab_in red-lan ping -nq -c 3 -i 0.2 -W 5 -s 201 "$address"
lab_check "red's host saw them all" lab_wait 5 saw red.pcap 12
lab_check 'the host of the same address in the global table none' saw global.pcap 0
lab_check 'the hub itself answers in red' lab_in ss1 ping -nq -c 3 -i 0.2 -W 5 -I "$address" 10.77.0.254
lab_check 'and asks in red' lab_in hub1 ping -nq -c 3 -i 0.2 -W 5 -I red "$address"
lab_check 'but not in the global table' fails lab_in hub1 ping -nq -c 1 -W 1 "$address"
ip -n "$LAB-hub1" route add 10.50.0.0/16 via 10.10.0.10 dev red0 table 1002 proto static
lab_check "another daemon's route in red's table is learned in red alone" lab_wait 5 learned
printf 'vrf definition blue\n address-family ipv4\n' >>"$LAB_DIR/hub1/config"
lab_check 'a reload: another VRF' nave_reload hub1
lab_check 'its device gets its TUN' lab_wait 5 slaves blue nave-blue
lab_check 'and IKE listens there' listens 0.0.0.0%blue 4500
echo 'platform netdev virtual-access' >>"$LAB_DIR/hub1/config"
lab_check 'a reload: a netdev for the session' nave_reload hub1
lab_check "belongs to red's device" lab_wait 5 slaves red Vi1 nave-red red0
lab_check "leads to the spoke in red's table" lab_wait 5 table_has 1002 "$address dev Vi1 proto"
lab_check 'and the hub speaks by it' lab_in hub1 ping -nq -c 3 -i 0.2 -W 5 -I Vi1 "$address"
lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1" red
lab_check "its route leaves red's table" lab_wait 5 fails table_has 1002 "$address"
lab_finish
