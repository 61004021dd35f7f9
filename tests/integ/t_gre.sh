#!/bin/bash
# t_gre.sh [--nic none|full]: GRE under IPsec between a Nave spoke and a Nave hub, in tunnel mode and in transport mode, with a key and with
# the wrong one; and GRE without protection between that hub and another, beside the protected tunnel, in VRFs
# too, and on a path that narrows.  Shows R-TUN-02, R-TUN-09, R-TUN-20, R-TUN-21, R-IP6-01.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# gre NAME MODE KEY: the node's tunnels are GRE with that key, under a transform set of that mode.
gre() {
	sed -i "s/^ tunnel mode ipsec ipv4/ tunnel mode gre ip\n tunnel key $3/; s/^ mode tunnel/ mode $2/" "$LAB_DIR/$1/config"
}

placed_at() {
	if [ "$LAB_NIC" = none ]; then
		echo software no-device
	elif [ "$1" = transport ]; then
		echo software transport
	else
		echo inline-protocol -
	fi
}

# What the hub's wire shows is ESP: neither GRE nor what it carries.
only_esp() {
	./wire.py "$LAB_DIR/$1.pcap" --own 198.51.100.1 --inner 10.0.0.0/8 | tee "$LAB_DIR/wire.out" || return 1
	grep -q ' esp' "$LAB_DIR/wire.out" && ! grep -q ' gre' "$LAB_DIR/wire.out"
}

dropped() { nave_is "$1" "next(c['value'] for c in d['counters'] if c['name'] == 'drop.$2') > 0" show platform counters; }

stop() {
	lab_check "$1 ends" nave_stop "$1" naved
	lab_check "its datapath ends" nave_stop "$1" navedp
	[ "$LAB_NIC" = none ] || lab_check 'its card ends' nave_stop "$1" navenic
}

# A second hub beyond the first one's LAN, whose host routes for both.  Its LAN is in a VRF of its own; both hubs have a VRF red.
hub2_site() {
	local ns
	for ns in hub2 hub2-lan hub2-red hub1-red; do lab_ns $ns; done
	lab_wan hub2 eth0 hub
	lab_link hub2-lan eth1 hub1-lan eth1
	lab_addr hub1-lan eth1 10.30.0.10/24
	ip -n "$LAB-hub1-lan" addr add 2001:db8:10::10/64 dev eth0 nodad
	ip -n "$LAB-hub1-lan" addr add 2001:db8:30::10/64 dev eth1 nodad
	lab_in hub1-lan sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# between ME ME6 MY_NET PEER PEER6 PEER_NET [FVRF]: lines of a hub for three tunnels in clear to the other one, from its LAN in that VRF: over
# IPv4, over IPv6, and one of VRF red; each has a loopback of both families behind it, red's with the addresses of the first.
between() {
	cat <<CFG
ipv6 unicast-routing
vrf definition red
 address-family ipv4
 address-family ipv6
${7:+vrf definition $7
 address-family ipv4
 address-family ipv6}
interface Loopback1
 ip address 10.88.$3.1 255.255.255.255
 ipv6 address 2001:db8:88:$3::1/128
interface Loopback2
 ip address 10.89.$3.1 255.255.255.255
 ipv6 address 2001:db8:89:$3::1/128
interface Loopback3
 vrf forwarding red
 ip address 10.88.$3.1 255.255.255.255
 ipv6 address 2001:db8:88:$3::1/128
interface Ethernet0/1
${7:+ vrf forwarding $7}
 ip address $1 255.255.255.0
 ipv6 address $2/64
interface Tunnel100
 ip unnumbered Loopback1
 ipv6 enable
 tunnel source Ethernet0/1
 tunnel destination $4
 tunnel path-mtu-discovery
${7:+ tunnel vrf $7}
interface Tunnel101
 ip unnumbered Loopback2
 ipv6 enable
 tunnel mode gre ipv6
 tunnel key 4711
 tunnel source Ethernet0/1
 tunnel destination $5
${7:+ tunnel vrf $7}
interface Tunnel102
 vrf forwarding red
 ip unnumbered Loopback3
 ipv6 enable
 tunnel key 4712
 tunnel source Ethernet0/1
 tunnel destination $4
${7:+ tunnel vrf $7}
ip route vrf red 10.88.$6.0 255.255.255.0 Tunnel102
ipv6 route vrf red 2001:db8:88:$6::/64 Tunnel102
ip route 10.88.$6.0 255.255.255.0 Tunnel100
ip route 10.89.$6.0 255.255.255.0 Tunnel101
ipv6 route 2001:db8:88:$6::/64 Tunnel100
ipv6 route 2001:db8:89:$6::/64 Tunnel101
CFG
}

hub2_config() {
	mkdir -p "$LAB_DIR/hub2"
	{
		printf 'hostname hub2\ninterface Ethernet0/0\n ip address 198.51.100.2 255.255.255.0\n'
		between 10.30.0.1 2001:db8:30::1 2 10.10.0.1 2001:db8:10::1 1 lan
		echo 'ip route vrf lan 10.10.0.0 255.255.255.0 10.30.0.10'
		echo 'ipv6 route vrf lan 2001:db8:10::/64 2001:db8:30::10'
		echo 'ip route 10.20.0.0 255.255.0.0 Tunnel100'
	} >"$LAB_DIR/hub2/config"
	{
		between 10.10.0.1 2001:db8:10::1 1 10.30.0.1 2001:db8:30::1 2
		echo 'ip route 10.30.0.0 255.255.255.0 10.10.0.10'
		echo 'ipv6 route 2001:db8:30::/64 2001:db8:10::10'
	} >>"$LAB_DIR/hub1/config"
	sed -i 's/^ route set remote 10.10.0.0 255.255.255.0/&\n route set remote 10.88.2.0 255.255.255.0/' "$LAB_DIR/hub1/config"
}

line_up() { nave_is "$1" "next(i['protocol'] for i in d['interfaces'] if i['name'] == '$2') == '$3'" show ip interface brief; }

in_clear() {
	NAVE_PLATFORM_LINES="vrf red netns $LAB-hub2-red
vrf lan netns $LAB-hub2-lan
port Ethernet0/1 netdev eth1" \
		lab_check 'the second hub starts' nave_start hub2 none || return 1
	lab_check 'its Tunnel100 is up' lab_wait 10 line_up hub2 Tunnel100 up
	for net in 10.88 10.89 2001:db8:88: 2001:db8:89:; do
		case $net in 10.*) me=$net.2.1 it=$net.1.1 ;; *) me=${net}2::1 it=${net}1::1 ;; esac
		lab_check "ping from hub to hub, $me" lab_wait 5 lab_ping hub2 "$me" "$it"
		lab_check 'and back' lab_wait 5 lab_ping hub1 "$it" "$me"
	done
	lab_check "ping in red, at the first's addresses" lab_wait 5 lab_in hub2-red ping -nq -c 2 -i 0.2 -W 2 -I 10.88.2.1 10.88.1.1
	lab_check 'of IPv6 too' lab_wait 5 lab_in hub1-red ping -nq -c 2 -i 0.2 -W 2 -I 2001:db8:88:1::1 2001:db8:88:2::1
	lab_check 'which went by its tunnel' passed Tunnel102
	lab_check 'ping through both kinds: from the second hub to the spoke'\''s LAN' lab_wait 5 lab_ping hub2 10.88.2.1 10.20.1.10
	lab_check 'between the hubs it is GRE in clear' lab_wait 5 shows_gre
	paths
	lab_check 'the second hub ends' nave_stop hub2 naved
	lab_check 'its datapath ends' nave_stop hub2 navedp
	lab_check 'the first hub'\''s tunnel needs no session' line_up hub1 Tunnel100 up
}

passed() { nave_is hub1 "next(i['counters']['out_packets'] for i in d['interfaces'] if i['name'] == '$1') > 0" show interfaces; }

# The path between the hubs narrows, and its router says so: a tunnel over IPv6 cuts what it carries, one with path MTU discovery tells the sender.
paths() {
	ip -n "$LAB-hub1-lan" route add 10.30.0.1/32 dev eth1 mtu lock 1400
	ip -n "$LAB-hub1-lan" route add 2001:db8:30::1/128 dev eth1 mtu 1400
	lab_check 'a narrow path of IPv6 is found and used' lab_wait 5 lab_in hub1 ping -nq -c 1 -W 1 -M dont -s 1400 -I 10.89.1.1 10.89.2.1
	lab_check 'of a narrow path of IPv4 the sender learns' lab_wait 5 told_mtu 1376
	lab_check 'packets that fit go' lab_in hub1 ping -nq -c 1 -W 2 -M do -s 1348 -I 10.88.1.1 10.88.2.1
}

told_mtu() { lab_in hub1 ping -n -c 2 -i 0.2 -W 1 -M do -s 1400 -I 10.88.1.1 10.88.2.1 | grep -qi "mtu *= *$1"; }

shows_gre() { tcpdump -nr "$LAB_DIR/clear.pcap" 'proto 47 or ip6 proto 47' 2>/dev/null | grep -q GRE; }

carries() { # MODE
	nave_config_hub hub1
	nave_config_spoke spoke1 1
	gre hub1 "$1" 77
	gre spoke1 "$1" 77
	[ "$1" = transport ] || hub2_config
	lab_capture inet w-hub1 "$1.pcap"
	NAVE_PLATFORM_LINES="vrf red netns $LAB-hub1-red" lab_check "$1 mode: the hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || return 1
	lab_check 'the spoke starts' nave_start spoke1 "$LAB_NIC" || return 1
	lab_check 'it comes up' lab_wait 40 nave_up spoke1 1 || return 1
	lab_check 'ping from LAN to LAN' lab_wait 5 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'and back' lab_ping hub1-lan 10.10.0.10 10.20.1.10
	# shellcheck disable=SC2046 # two words
	if [ "$1" = tunnel ]; then in_clear; fi
	lab_check "placement: $(placed_at "$1")" nave_placed hub1 spoke1.vpn.example.net $(placed_at "$1")
	lab_kill INT "$LAB_CAPTURE"
	lab_check 'on the wire it is ESP alone' only_esp "$1"
	stop spoke1
	stop hub1
}

# Both ends must agree on the key: the session stands, and carries nothing.
other_key() {
	nave_config_hub hub1
	nave_config_spoke spoke1 1
	gre hub1 transport 77
	gre spoke1 transport 78
	lab_check 'keys differ: the hub starts' nave_start hub1 "$LAB_NIC" || return 1
	lab_check 'the spoke starts' nave_start spoke1 "$LAB_NIC" || return 1
	lab_check 'it comes up' lab_wait 40 nave_up spoke1 1 || return 1
	lab_check 'no ping is answered' no_ping
	lab_check 'the hub counts why' dropped hub1 gre-key
	stop spoke1
	stop hub1
}

no_ping() { ! lab_ping spoke1-lan 10.20.1.10 10.10.0.10 1; }

lab_options "$@"
lab_begin gre
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
hub2_site
lab_capture hub1-lan eth1 clear.pcap
clear_pid=$LAB_CAPTURE
carries tunnel
lab_kill INT "$clear_pid"
carries transport
if [ "$LAB_NIC" = none ]; then other_key; fi
lab_finish
