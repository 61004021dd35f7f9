#!/usr/bin/env bash
# t_routes.sh: the routing table as on the router - statics, floating ones with tracks, tags, recursion, Null0, and routes that another daemon
# puts into the kernel, and what hangs on probes - down to the datapath's forwarding table, with packets.
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/nave.sh"
lab_options "$@"

# A router with two ways to 192.0.2.0/24: 'near' behind its WAN, 'far' behind its LAN, each with a host in it.
configure() {
	mkdir -p "$LAB_DIR/r1"
	cat >"$LAB_DIR/r1/config" <<CFG
hostname r1
!
interface Loopback0
 ip address 10.77.0.254 255.255.255.255
!
interface Ethernet0/0
 ip address 198.51.100.1 255.255.255.0
 ipv6 address 2001:db8:51::1/64
!
interface Ethernet0/1
 ip address 10.10.0.1 255.255.255.0
!
track timer msec 500
track 1 ip route 203.0.113.0 255.255.255.0 reachability
track 2 interface Loopback0 line-protocol
track 3 list boolean and
 object 1
 object 2
track 4 stub-object
 default-state down
!
ip sla 1
 icmp-echo 203.0.113.199 source-interface Loopback0
  frequency 1
  timeout 500
ip sla schedule 1 life forever start-time now
ip sla 2
 icmp-echo 2001:db8:51::254 source-ip 2001:db8:51::1
  frequency 1
ip sla schedule 2 life forever start-time now
track 5 ip sla 1 reachability
track 6 ip sla 2
!
ip route 0.0.0.0 0.0.0.0 198.51.100.254 name world
ip route 10.20.0.0 255.255.0.0 10.30.0.9 tag 7
ip route 10.30.0.0 255.255.255.0 10.10.0.10
ip route 10.40.0.0 255.255.0.0 10.40.0.1
ip route 10.50.0.0 255.255.0.0 Null0 250 tag 9
ip route 192.0.2.0 255.255.255.0 10.10.0.10 track 3
ip route 192.0.2.0 255.255.255.0 Null0 200
ip route 10.60.0.0 255.255.0.0 Ethernet0/0 198.51.100.254 track 4
ip route 10.61.0.0 255.255.0.0 10.10.0.10 track 5
ipv6 route 2001:db8:113::/64 2001:db8:51::254
ipv6 route 2001:db8:61::/48 2001:db8:51::254 track 6
${1:-}
CFG
}

# route_is PREFIX TEXT [FAMILY]: how the table has it, "" for not at all; cef_is: how the datapath.
route_is() {
	nave_is r1 "[f\"{r['code']} {r['distance']}/{r['tag']} {r['gateway']} {r['interface']}\" for r in d['routes'] if r['prefix'] == '$1' \
and r['best']] == ([\"$2\"] if \"$2\" else [])" show "${3:-ip}" route
}
cef_is() {
	nave_is r1 "[f\"{e['action']} {e['next_hop']} {e['interface']}\" for e in d['entries'] if e['prefix'] == '$1'] == ([\"$2\"] if \"$2\" else \
[])" show "${3:-ip}" cef
}
both() { lab_wait 5 route_is "$1" "$2" "${4:-ip}" && lab_wait 5 cef_is "$1" "$3" "${4:-ip}"; }
track_is() { nave_is r1 "[t['state'] for t in d['tracks'] if t['track'] == $1] == ['$2']" show track; }

others() { ip -n "$LAB-r1" route "$@"; }

statics() {
	lab_check 'a default route by a gateway' both 0.0.0.0/0 'S 1/0 198.51.100.254 Ethernet0/0' 'next-hop 198.51.100.254 Ethernet0/0'
	lab_check 'by a gateway behind a gateway, with its tag' both 10.20.0.0/16 'S 1/7 10.30.0.9 Ethernet0/1' 'next-hop 10.10.0.10 Ethernet0/1'
	lab_check 'never by itself' both 10.40.0.0/16 '' ''
	lab_check 'Null0 drops' both 10.50.0.0/16 'S 250/9  Null0' 'drop  Null0'
	lab_check 'IPv6' both 2001:db8:113::/64 'S 1/0 2001:db8:51::254 Ethernet0/0' 'next-hop 2001:db8:51::254 Ethernet0/0' ipv6
	lab_check 'the longest match of an address' nave_is r1 "[r['prefix'] for r in d['routes']] == ['10.20.0.0/16']" show ip route 10.20.1.2
	lab_check 'an own address is received' cef_is 10.77.0.254/32 'receive  '
	lab_check 'in the kernel too' sh -c "ip -n $LAB-r1 route show 10.20.0.0/16 proto 171 | grep -q 'via 10.10.0.10 dev eth1'"
	lab_check 'packets go by it' lab_ping r1-lan 10.10.0.10 198.51.100.254
}

tracked() {
	lab_check 'a stub that is down holds its route back' both 10.60.0.0/16 '' ''
	lab_check 'no route to 203.0.113.0/24: track 1 is down' lab_wait 5 track_is 1 down
	lab_check 'and the list with it' track_is 3 down
	lab_check 'the floating static stands in' both 192.0.2.0/24 'S 200/0  Null0' 'drop  Null0'
	others add 203.0.113.0/24 via 198.51.100.254 proto bgp
	lab_check 'another daemon puts that route: K, by its distance' both 203.0.113.0/24 'K 20/0 198.51.100.254 Ethernet0/0' \
		'next-hop 198.51.100.254 Ethernet0/0'
	lab_check 'track 1 is up, and the list' lab_wait 5 track_is 3 up
	lab_check 'the tracked static is in' both 192.0.2.0/24 'S 1/0 10.10.0.10 Ethernet0/1' 'next-hop 10.10.0.10 Ethernet0/1'
	others del 203.0.113.0/24
	lab_check 'and out again with it' both 192.0.2.0/24 'S 200/0  Null0' 'drop  Null0'
	lab_check 'each change was logged' lab_log_has r1-naved 'track.state track=3 state=' 2
	configure 'track 4 stub-object
 default-state up'
	lab_check 'a reload' nave_reload r1
	lab_check 'raises the stub' both 10.60.0.0/16 'S 1/0 198.51.100.254 Ethernet0/0' 'next-hop 198.51.100.254 Ethernet0/0'
}

code_is() { nave_is r1 "[o['return_code'] for o in d['operations'] if o['operation'] == $1] == ['$2']" show ip sla statistics; }

# R-BKP-11: 203.0.113.199 is beyond the WAN, and answers the router's loopback.
probed() {
	ip -n "$LAB-inet" route add 10.77.0.254/32 via 198.51.100.1
	lab_check 'nobody answers a probe: its track is down' lab_wait 5 code_is 1 Timeout
	lab_check 'the route that hangs on it is out' both 10.61.0.0/16 '' ''
	ip -n "$LAB-inet" addr add 203.0.113.199/32 dev lo
	lab_check 'it is answered: OK' lab_wait 5 code_is 1 OK
	lab_check 'the track is up' lab_wait 5 track_is 5 up
	lab_check 'the route is in' both 10.61.0.0/16 'S 1/0 10.10.0.10 Ethernet0/1' 'next-hop 10.10.0.10 Ethernet0/1'
	lab_check 'a probe of IPv6' lab_wait 5 track_is 6 up
	lab_check 'and what hangs on it' both 2001:db8:61::/48 'S 1/0 2001:db8:51::254 Ethernet0/0' 'next-hop 2001:db8:51::254 Ethernet0/0' ipv6
	ip -n "$LAB-inet" addr del 203.0.113.199/32 dev lo
	lab_check 'silence: the route is out again' both 10.61.0.0/16 '' ''
	lab_check 'show ip sla statistics counts' nave_is r1 "all(o['running'] and o['successes'] > 0 for o in d['operations'])" show ip sla statistics
	lab_check 'show track says on what it hangs' nave_is r1 "[t['what'] for t in d['tracks'] if t['track'] > 4] == \
['ip sla 1 reachability', 'ip sla 2 state']" show track
}

learned() {
	others add 10.80.0.0/16 via 198.51.100.254 metric 300 proto static
	lab_check 'a static of the host' both 10.80.0.0/16 'K 1/0 198.51.100.254 Ethernet0/0' 'next-hop 198.51.100.254 Ethernet0/0'
	others add 10.80.0.0/16 via 10.10.0.10 metric 20 proto ospf
	lab_check 'a better metric' both 10.80.0.0/16 'K 110/0 10.10.0.10 Ethernet0/1' 'next-hop 10.10.0.10 Ethernet0/1'
	others replace 10.80.0.0/16 via 10.10.0.11 metric 20 proto ospf
	lab_check 'replaced' both 10.80.0.0/16 'K 110/0 10.10.0.11 Ethernet0/1' 'next-hop 10.10.0.11 Ethernet0/1'
	others del 10.80.0.0/16 metric 20
	lab_check 'the other one again' both 10.80.0.0/16 'K 1/0 198.51.100.254 Ethernet0/0' 'next-hop 198.51.100.254 Ethernet0/0'
	others add blackhole 10.81.0.0/16 proto bgp
	lab_check 'a blackhole' both 10.81.0.0/16 'K 20/0  Null0' 'drop  Null0'
	others add 10.83.0.0/16 proto bgp nexthop via 198.51.100.254 nexthop via 10.10.0.10
	lab_check 'the first of several next hops' both 10.83.0.0/16 'K 20/0 198.51.100.254 Ethernet0/0' 'next-hop 198.51.100.254 Ethernet0/0'
	others del 10.83.0.0/16
	ip -n "$LAB-r1" link add other type veth peer name other2
	ip -n "$LAB-r1" link set other up
	others add 10.82.0.0/16 dev other
	others add 10.50.0.0/16 via 198.51.100.254 proto bgp
	lab_check 'a distance below that of a static of ours' both 10.50.0.0/16 'K 20/0 198.51.100.254 Ethernet0/0' \
		'next-hop 198.51.100.254 Ethernet0/0'
	lab_check 'what goes by a device that is not ours is not taken' both 10.82.0.0/16 '' ''
	lab_check 'nor what we put ourselves' nave_is r1 "sorted(r['prefix'] for r in d['routes']) == ['10.50.0.0/16', '10.80.0.0/16', \
'10.81.0.0/16']" show ip route kernel
	ip -n "$LAB-r1" -6 route add 2001:db8:80::/48 via 2001:db8:51::254 proto bgp
	lab_check 'IPv6' both 2001:db8:80::/48 'K 20/0 2001:db8:51::254 Ethernet0/0' 'next-hop 2001:db8:51::254 Ethernet0/0' ipv6
	nave_crash r1 naved
	others del 10.80.0.0/16
	lab_check 'naved comes back' nave_start_control r1
	lab_check 'without what went meanwhile' route_is 10.80.0.0/16 ''
	lab_check 'with what stayed' both 10.81.0.0/16 'K 20/0  Null0' 'drop  Null0'
}

# carrier_is UP|'': of the LAN, and what hangs on it; without it the gateway there is looked for by the default route.
carrier_is() {
	local port=${1:+1}
	nave_is r1 "[i['protocol'] for i in d['interfaces'] if i['name'] == 'Ethernet0/1'] == ['${1:-down}']" show ip interface brief &&
		route_is 10.10.0.0/24 "${1:+C 0/0  Ethernet0/1}" && route_is 10.30.0.0/24 "S 1/0 10.10.0.10 Ethernet0/${port:-0}"
}

carrier() {
	ip -n "$LAB-r1-lan" link set eth0 down
	lab_check 'the LAN loses its carrier: its routes go' lab_wait 5 carrier_is ''
	lab_check 'those by the other port stay' route_is 0.0.0.0/0 'S 1/0 198.51.100.254 Ethernet0/0'
	nave_crash r1 naved
	lab_check 'naved comes back' nave_start_control r1
	lab_check 'and is told' lab_wait 5 carrier_is ''
	ip -n "$LAB-r1-lan" link set eth0 up
	lab_check 'the carrier is back, and with it the routes' lab_wait 5 carrier_is up
	ip -n "$LAB-r1-lan" route replace default via 10.10.0.1
	lab_check 'packets go' lab_wait 5 lab_ping r1-lan 10.10.0.10 198.51.100.254
}

# Tens of thousands at once: the socket may overflow, the tables agree in the end.
many() {
	local verb
	for verb in add del; do
		python3 -c 'import sys
for i in range(20000): print(f"route {sys.argv[1]} 172.{16 + i // 65536}.{i // 256 % 256}.{i % 256}/32 via 198.51.100.254 proto bgp")' $verb |
			ip -n "$LAB-r1" -batch -
		lab_check "20,000 routes: $verb" lab_wait 20 nave_is r1 "[s['best'] for s in d['sources'] if s['source'] == 'kernel'] == [$([ $verb = add ] && echo 20000 || echo 0) + 2]" \
			show ip route summary
		lab_check 'the datapath has as many' lab_wait 20 nave_is r1 \
			"sum(e['prefix'].startswith('172.') for e in d['entries']) == $([ $verb = add ] && echo 20000 || echo 0)" show ip cef
	done
}

lab_begin routes
lab_inet
nave_site r1 hub 10.10.0.10/24 10.10.0.1
ip -n "$LAB-inet" route add 10.10.0.0/24 via 198.51.100.1
configure
# No port is protected here: this is a router without tunnels.
nave_platform r1 none | sed '/protected/d; s/role wan/role lan/' >"$LAB_DIR/r1/platform"
lab_check 'the datapath starts' nave_start_dp r1
lab_check 'starts' nave_start_control r1
statics
probed
tracked
learned
carrier
many
lab_check 'ends' nave_stop r1 naved
lab_check 'and its datapath' nave_stop r1 navedp
lab_finish
