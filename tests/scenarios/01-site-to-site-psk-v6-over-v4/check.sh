# Checks of scenario 01, without OSPF.  Shows R-IKE-01, R-DEF-08, R-IP6-05, R-TUN-02, R-TUN-03.

# site NAME SIDE PREFIX: a node with an IPv6 LAN whose host is ::2.
site() {
	lab_ns "$1"
	lab_wan "$1" eth0 "$2"
	lab_ns "$1-lan"
	lab_link "$1-lan" eth0 "$1" eth1
	lab_addr "$1-lan" eth0 "$3::2/64"
	ip -n "$LAB-$1-lan" route add default via "$3::1"
}

# agreed NAME: proposal and authentication of the one IKE SA.
agreed() {
	nave_is "$1" "[(s['encr'], s['integ'], s['group'], s['auth_sign'], s['auth_verify'], s['local_id']) for s in d['sas'] if s['status'] != 'DELETE'] \
== [('AES-CBC-256', 'SHA512', 'ECP-256/19', 'PSK', 'PSK', '$2')]" show crypto ikev2 sa detailed
}

one_child() { # NAME LOCAL REMOTE
	nave_is "$1" "[(f['local'], f['remote'], f['mode']) for f in d['flows']] == [(['$2/32 proto 47'], ['$3/32 proto 47'], 'transport')]" show crypto ipsec sa
}

# ipv6_route NAME PREFIX: the floating static by the tunnel.
ipv6_route() {
	nave_is "$1" "[(r['code'], r['distance'], r['interface']) for r in d['routes'] if r['prefix'] == '$2'] == [('S', 250, 'Tunnel0')]" show ipv6 route
}

no_ipv4_overlay() { has_routes "$1"; }

only_ike_and_esp() {
	./wire.py "$LAB_DIR/$1.pcap" --own 198.51.100.1 --own 203.0.113.11 --inner 2001:db8:cafe::/48 --inner 2001:db8:beef::/48 | tee "$LAB_DIR/wire.out" || return 1
	grep -q ' esp' "$LAB_DIR/wire.out" && grep -q ' ike' "$LAB_DIR/wire.out" && ! grep -q ' gre' "$LAB_DIR/wire.out"
}

# r2 lives by the alias form and by what that leaves out: the same running configuration, in another order.
same_running_config() {
	nave_ctl r2 show running-config >"$LAB_DIR/r2.lines" || return 1
	node_config r2 r2-alias
	sed -n '/^hostname/p; /^interface Ethernet0\/0/,/^!/p; /^ip.* route /p' "$SCENARIO/r2.cfg" >>"$LAB_DIR/r2/config"
	again r2 && nave_ctl r2 show running-config | sort | diff <(sort "$LAB_DIR/r2.lines") -
}

# again NAME: its naved starts afresh with the configuration file as it is now.
again() { nave_stop "$1" naved && nave_again "$1" naved none; }

drops() { nave_get r1 "sum(c['value'] for c in d['counters'] if c['name'] != 'drop.total')" show platform drops; }

plain_gre_is_dropped() {
	local before
	before=$(drops) || return 1
	lab_capture r1-lan eth0 lan.pcap
	lab_in inet ../scenarios/inject_gre.py 203.0.113.11 198.51.100.1 2001:db8:beef::2 2001:db8:cafe::2 3
	lab_wait 5 more_drops $((before + 3)) || return 1
	lab_kill INT "$LAB_CAPTURE"
	! grep -q 'plain GRE' "$LAB_DIR/lan.pcap"
}

more_drops() { [ "$(drops)" -ge "$1" ]; }

site r1 hub 2001:db8:cafe
site r2 spoke 2001:db8:beef
node_config r1
node_config r2
lab_capture inet w-r1 wan.pcap
node_start r1
node_start r2

lab_say 'expected state'
lab_check 'the tunnel comes up by itself' lab_wait 40 nave_up r1 1
lab_check 'r1: AES-CBC-256, SHA512, DH 19, PSK both ways, its address as identity' lab_wait 5 agreed r1 198.51.100.1
lab_check 'one child: GRE between the hosts, transport mode' lab_wait 5 one_child r1 198.51.100.1 203.0.113.11
lab_check 'r1: C 2001:db8:cafe::/64' nave_is r1 "any(r['code'] == 'C' and r['prefix'] == '2001:db8:cafe::/64' for r in d['routes'])" show ipv6 route
lab_check 'r1: S 2001:db8:beef::/64 [250] Tunnel0' ipv6_route r1 2001:db8:beef::/64
lab_check 'r2: S 2001:db8:cafe::/64 [250] Tunnel0' ipv6_route r2 2001:db8:cafe::/64
lab_check 'r1 has no IPv4 overlay route' no_ipv4_overlay r1
lab_check 'r2 has none' no_ipv4_overlay r2
later 'OSPFv3 over Tunnel0'

lab_say 'must work'
lab_check 'ping6 from LAN address to LAN address' lab_ping r1 2001:db8:cafe::1 2001:db8:beef::1 5
lab_check 'from host to host and back' lab_ping r2-lan 2001:db8:beef::2 2001:db8:cafe::2 5
lab_check 'r2-alias.cfg gives the running configuration of r2.cfg' same_running_config
lab_check 'and the tunnel comes up' lab_wait 40 nave_up r1 1
lab_kill INT "$LAB_CAPTURE"
lab_check 'the WAN shows IKE and ESP alone' only_ike_and_esp wan

lab_say 'must be refused'
node_edit r2 's/Doc-Example-1/Doc-Example-2/'
lab_check 'r2 with another key' again r2
lab_check 'AUTHENTICATION_FAILED' log_has r2 'auth.rejected .*notify=AUTHENTICATION_FAILED'
lab_check 'no child' lab_wait 5 nave_is r1 "d['flows'] == []" show crypto ipsec sa
lab_check 'plain GRE from the WAN address of r2 is dropped' plain_gre_is_dropped
