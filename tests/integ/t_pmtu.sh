#!/bin/bash
# t_pmtu.sh [--nic none|full|small]: TCP between hosts behind two Naves, through tunnels of each mode, while the WAN in between takes 1500,
# then 1400 and 1280 bytes, and neither the routers there nor the Naves are heard about it; and by their ICMP with `tunnel path-mtu-discovery`.
# Shows R-TUN-15, R-IP6-01 to R-IP6-04.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# site NAME SIDE IPV4_LAN IPV6_LAN: its host is .2 and ::2, and answers to TCP.
site() {
	nave_site "$1" "$2" "$3.2/24" "$3.1"
	lab_addr "$1-lan" eth0 "$4::2/64"
	ip -n "$LAB-$1-lan" route add default via "$4::1"
	lab_start "tcp-$1" "$1-lan" ./tcp.py serve
}

# The addresses of the second family, and routes by the tunnels for it.
second_family() {
	sed -i "s/^crypto ikev2 keyring KR/&\n peer any6\n  address ::\/0\n  pre-shared-key $LAB_PSK/" "$LAB_DIR"/{hub1,spoke1}/config
	sed -i "s/^interface Loopback0/&\n ipv6 address 2001:db8:77::254\/128/; s/^interface Ethernet0\/0/&\n ipv6 address 2001:db8:51::1\/64/
		s/^interface Ethernet0\/1/&\n ipv6 address 2001:db8:10::1\/64/; s/^interface Virtual-Template1.*/&\n ipv6 unnumbered Loopback0/
		s/^ route set remote.*/&\n route set remote ipv6 2001:db8:10::\/64/" "$LAB_DIR/hub1/config"
	echo 'ipv6 route ::/0 2001:db8:51::254' >>"$LAB_DIR/hub1/config"
	sed -i "s/^ ip address negotiated/ ip unnumbered Loopback0\n ipv6 unnumbered Loopback0/; s/^interface Ethernet0\/0/&\n ipv6 address 2001:db8:113::11\/64/
		s/^interface Ethernet0\/1/&\n ipv6 address 2001:db8:20:1::1\/64/" "$LAB_DIR/spoke1/config"
	cat >>"$LAB_DIR/spoke1/config" <<-CFG
		interface Loopback0
		 ip address 10.77.0.1 255.255.255.255
		 ipv6 address 2001:db8:77::1/128
		ipv6 route ::/0 2001:db8:113::254
	CFG
}

# wan_takes MTU: what the router between the sites forwards.
wan_takes() {
	ip -n "$LAB-inet" route replace 203.0.113.11/32 dev brspoke mtu lock "$1"
	ip -n "$LAB-inet" route replace 198.51.100.1/32 dev brhub mtu lock "$1"
	ip -n "$LAB-inet" route replace 2001:db8:113::11/128 dev brspoke mtu lock "$1"
	ip -n "$LAB-inet" route replace 2001:db8:51::1/128 dev brhub mtu lock "$1"
}

# over DESTINATION MODE FAMILIES: both ends with that mode, which carries these.
over() {
	local n
	for n in hub1 spoke1; do
		sed -i "s/^ tunnel mode .*/ tunnel mode $2/; s/^ tunnel destination .*/ tunnel destination $1/" "$LAB_DIR/$n/config"
		nave_reload "$n" || return 1
	done
	lab_wait 40 nave_up spoke1 1 || return 1
	for n in $3; do lab_wait 5 "ping$n" || return 1; done
}

ping4() { lab_ping spoke1-lan 10.20.1.2 10.10.0.2 1; }
ping6() { lab_ping spoke1-lan 2001:db8:20:1::2 2001:db8:10::2 1; }

# Hosts forget what they have heard of other paths.
forget() {
	local n
	for n in hub1-lan spoke1-lan; do
		ip -n "$LAB-$n" route flush cache
		ip -n "$LAB-$n" -6 route flush cache
	done
}

# tcp SPOKE HUB: both ways, more than fits a window of full packets.  A host that knows the path asks the other for segments that fit it.
tcp() {
	forget
	lab_in spoke1-lan ./tcp.py send "$1" "$2" 300000 || return 1
	forget
	lab_in hub1-lan ./tcp.py send "$2" "$1" 300000
}
tcp4() { tcp 10.20.1.2 10.10.0.2; }
tcp6() { tcp 2001:db8:20:1::2 2001:db8:10::2; }

# tunnel_mtu NAME BELOW: what the tunnel takes has become less than that.
tunnel_mtu() { nave_is "$1" "all(0 < f['mtu'] < $2 for f in d['flows'])" show crypto ipsec sa; }

mode() { # DESTINATION MODE FAMILIES [silent]
	local mtu family
	wan_takes 1500
	lab_check "$2 over $1${4:+, and no ICMP}" over "$1" "$2" "$3" || return 1
	for mtu in 1500 1400 1280; do
		wan_takes $mtu
		for family in $3; do lab_check "WAN of $mtu: TCP over IPv$family" "tcp$family"; done
	done
	[ -z "${4:-}" ] || return 0
	lab_check 'the hub knows what its tunnel takes' tunnel_mtu hub1 1280
	lab_check 'the spoke, too' tunnel_mtu spoke1 1280
}

# silence: no router says why it dropped a packet, nor is a Nave heard that does; speech: they are.
silence() {
	local n
	for n in inet hub1-lan spoke1-lan; do
		lab_in "$n" nft -f - <<-NFT || return 1
			table inet silent {
				chain in {
					type filter hook input priority 0
					icmp type destination-unreachable drop
					icmpv6 type packet-too-big drop
				}
				chain out {
					type filter hook output priority 0
					icmp type destination-unreachable drop
					icmpv6 type packet-too-big drop
				}
			}
		NFT
	done
}
speech() {
	local n
	for n in inet hub1-lan spoke1-lan; do lab_in "$n" nft delete table inet silent || return 1; done
}

# Routers' word is relied on.
relying() { sed -i 's/^ tunnel mode .*/&\n tunnel path-mtu-discovery/' "$LAB_DIR"/{hub1,spoke1}/config; }

lab_options "$@"
lab_begin pmtu
lab_inet
site hub1 hub 10.10.0 2001:db8:10
site spoke1 spoke 10.20.1 2001:db8:20:1
nave_config_hub hub1
nave_config_spoke spoke1 1
second_family
lab_check 'hub starts' nave_start hub1 "$LAB_NIC" || lab_finish
lab_check 'spoke starts' nave_start spoke1 none || lab_finish
modes() { # [silent]
	mode 198.51.100.1 'ipsec ipv4' 4 "$@"
	mode 198.51.100.1 'ipsec ipv4 v6-overlay' 6 "$@"
	mode 2001:db8:51::1 'ipsec ipv6' 6 "$@"
	mode 2001:db8:51::1 'ipsec ipv6 v4-overlay' 4 "$@"
	mode 198.51.100.1 'ipsec dual-overlay' '4 6' "$@"
	mode 2001:db8:51::1 'ipsec dual-overlay' '4 6' "$@"
	mode 198.51.100.1 'gre ip' '4 6' "$@"
	mode 2001:db8:51::1 'gre ipv6' '4 6' "$@"
}

silence
modes silent
speech
relying
modes
lab_finish
