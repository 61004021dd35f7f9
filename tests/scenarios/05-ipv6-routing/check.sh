# Checks of scenario 05, without BGP.  Shows R-RTE-19, R-IP6-01, R-IP6-02, R-IP6-03, R-IP6-04, R-IP6-06, R-SYS-10, R-TUN-09.

# site NAME SIDE IPV4_LAN IPV6_LAN: a node with a LAN of both families, whose host is .2 and ::2.
site() {
	nave_site "$1" "$2" "$3.2/24" "$3.1"
	lab_addr "$1-lan" eth0 "$4::2/64"
	ip -n "$LAB-$1-lan" route add default via "$4::1"
}

# The nodes' IPv6 network lies on both sides of the router: each side's neighbours are the router's.
one_ipv6_wan() {
	lab_in inet sysctl -qw net.ipv6.conf.brhub.proxy_ndp=1 net.ipv6.conf.brspoke.proxy_ndp=1
	ip -n "$LAB-inet" route add 2001:db8:f::1/128 dev brhub
	ip -n "$LAB-inet" route add 2001:db8:f::11/128 dev brspoke
	ip -n "$LAB-inet" neigh add proxy 2001:db8:f::11 dev brhub
	ip -n "$LAB-inet" neigh add proxy 2001:db8:f::1 dev brspoke
}

# node NAME CFG: its configuration, kept to be changed again and again.
node() {
	node_config "$1" "$2"
	node_cert "$1" Nodes
	cp "$LAB_DIR/$1/config" "$LAB_DIR/$1/plain"
}

static_routes() { # NAME FAMILY INTERFACE PREFIX…
	nave_is "$1" "sorted(r['prefix'] for r in d['routes'] if r['interface'] == '$3' and r['code'] == 'S') == sorted($(python_list "${@:4}"))" show "$2" route
}

# selectors NAME SELECTOR…: of the session's first and only CHILD_SA.
selectors() {
	nave_is "$1" "[f['local'] for f in d['flows']] == [$(python_list "${@:2}")] and [f['remote'] for f in d['flows']] == [$(python_list "${@:2}")]" \
		show crypto ipsec sa
}

ping4() { lab_ping spoke1 10.20.1.1 10.10.0.1 3 && lab_ping hub1 10.10.0.1 10.20.1.1 3; }
ping6() { lab_ping spoke1 2001:db8:20:1::1 2001:db8:10::1 3 && lab_ping hub1 2001:db8:10::1 2001:db8:20:1::1 3; }

outer() { nave_is hub1 "[s['peer'] for s in d['sessions']] == ['$1']" show crypto session; }

# over TRANSPORT MODE: both nodes with that tunnel mode; GRE keeps its NHRP lines.
over() {
	local n
	for n in hub1 spoke1; do
		cp "$LAB_DIR/$n/plain" "$LAB_DIR/$n/config"
		node_edit "$n" "/^interface \(Tunnel0\|Virtual-Template1\)/a\ tunnel mode $2"
		case $2 in ipsec*) node_edit "$n" '/^ ip nhrp/d' ;; esac
	done
	if [ "$1" = IPv6 ]; then
		node_edit hub1 '/^interface Ethernet0\/0/a\ ipv6 address 2001:db8:f::1/64'
		node_edit spoke1 '/^interface Ethernet0\/0/a\ ipv6 address 2001:db8:f::11/64
s/tunnel destination .*/tunnel destination 2001:db8:f::1/'
	fi
	nave_reload hub1 && nave_reload spoke1
}

# up_over TRANSPORT SELECTOR…: a session over it with these.
up_over() {
	local peer=203.0.113.11
	[ "$1" = IPv4 ] || peer=2001:db8:f::11
	nave_up hub1 1 && nave_up spoke1 1 && outer "$peer" && selectors spoke1 "${@:2}"
}

gre_over() { # TRANSPORT: GRE goes between the hosts
	nave_up hub1 1 && nave_up spoke1 1 && nave_is spoke1 "[f['mode'] for f in d['flows']] == ['transport'] and all('proto 47' in t for f in d['flows'] for t in f['local'])" show crypto ipsec sa
}

ipsec_cell() { # TRANSPORT MODE SELECTOR…
	lab_check "$2 over $1" over "$1" "$2"
	lab_check "one SA, ${*:3}" lab_wait 40 up_over "$1" "${@:3}"
}

no_way() { # FAMILY COMMAND…: neither routed into the tunnel nor let through
	static_routes spoke1 "$1" Tunnel0 && static_routes hub1 "$1" Virtual-Access1 && ! "${@:2}"
}

site hub1 hub 10.10.0 2001:db8:10
site spoke1 spoke 10.20.1 2001:db8:20:1
one_ipv6_wan
node hub1 hub1-ikev2
node spoke1 spoke1
node_start hub1
node_start spoke1

lab_say 'ikev2: expected state'
lab_check 'the session comes up' lab_wait 40 nave_up hub1 1
lab_check 'spoke1: S Tunnel0 for the four of IPv6' lab_wait 5 static_routes spoke1 ipv6 Tunnel0 2001:db8:20::/44 2001:db8:77::/64 2001:db8:10::/64 2001:db8:77::254/128
lab_check 'and for the four of IPv4' static_routes spoke1 ip Tunnel0 10.77.0.0/16 10.20.0.0/16 10.10.0.0/24 10.77.0.254/32
lab_check 'hub1: S 2001:db8:77::1/128 and 2001:db8:20:1::/64 by the virtual access' lab_wait 5 static_routes hub1 ipv6 Virtual-Access1 2001:db8:77::1/128 2001:db8:20:1::/64
lab_check 'S 10.77.0.1/32 and 10.20.1.0/24, too' static_routes hub1 ip Virtual-Access1 10.77.0.1/32 10.20.1.0/24
later 'the run of hub1-bgp.cfg'

lab_say 'must work'
lab_check 'ping6 from LAN address to LAN address, and back' ping6
lab_check 'ping, and back' ping4
lab_check 'hosts reach each other' lab_ping spoke1-lan 2001:db8:20:1::2 2001:db8:10::2 3
for transport in IPv4 IPv6; do
	mode=ip
	[ $transport = IPv4 ] || mode=ipv6
	lab_check "gre $mode" over $transport "gre $mode"
	lab_check "the session comes up over $transport, in transport mode" lab_wait 40 gre_over $transport
	lab_check 'IPv4 in it' lab_wait 5 ping4
	lab_check 'IPv6 in it' lab_wait 5 ping6
done
ipsec_cell IPv4 'ipsec ipv4' 0.0.0.0/0
lab_check 'IPv4 in it' lab_wait 5 ping4
lab_check 'IPv6 is neither routed there nor passes' no_way ipv6 ping6
ipsec_cell IPv6 'ipsec ipv6' ::/0
lab_check 'IPv6 in it' lab_wait 5 ping6
ipsec_cell IPv4 'ipsec ipv4 v6-overlay' ::/0
lab_check 'IPv6 in it' lab_wait 5 ping6
lab_check 'IPv4 is neither routed there nor passes' no_way ip ping4
ipsec_cell IPv6 'ipsec ipv6 v4-overlay' 0.0.0.0/0
lab_check 'IPv4 in it' lab_wait 5 ping4
for transport in IPv4 IPv6; do
	ipsec_cell $transport 'ipsec dual-overlay' 0.0.0.0/0 ::/0
	lab_check 'IPv4 in it' lab_wait 5 ping4
	lab_check 'IPv6 in it' lab_wait 5 ping6
done

lab_say 'must be refused'
later 'a second TCP/179 session for IPv6'
later 'a route of BGP whose next hop has no route'
