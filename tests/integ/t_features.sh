#!/bin/bash
# t_features.sh [--nic none|full]: what interfaces do to packets between a Nave hub and a Nave spoke: an access list and a MTU that the spoke's group
# brings, TCP's segments that the user brings, the template's check of sources, an access list on the spoke's Tunnel; lists changed while packets
# flow; a list on the hub's WAN port, which packets for the hub itself pass, too; and what show commands tell of it.  Shows R-AAA-14, R-AAA-24, R-PBF-03, R-PBF-04, R-PBF-05, R-SYS-07,
# R-SYS-08, R-SYS-09, R-TUN-18, R-TUN-22.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# feature NAME LINE…: lines for the node's tunnel interface.
feature() {
	local name=$1
	shift
	printf ' %s\n' "$@" >"$LAB_DIR/lines"
	sed -i "/^ tunnel mode/r $LAB_DIR/lines" "$LAB_DIR/$name/config"
}

# grant_lines NAME: the group's policy and the spoke's own bring lines for its virtual access.
grant_lines() {
	sed -i -e '/^ virtual-template 1/a\ aaa authorization user psk list default name-mangler HOST' \
		-e '/^ pool P/a\ aaa attribute list GROUP' "$LAB_DIR/$1/config"
	cat >>"$LAB_DIR/$1/config" <<CFG
!
crypto ikev2 name-mangler HOST
 fqdn hostname
!
aaa attribute list GROUP
 attribute type interface-config "ip access-group FROM-SPOKE in"
 attribute type interface-config "ip mtu 1380"
!
aaa attribute list USER
 attribute type interface-config "ip tcp adjust-mss 1200"
 attribute type interface-config "service-policy output DOWN"
!
class-map match-any VOICE
 match dscp ef
!
policy-map UP
 class class-default
  police 1000000 20000
!
policy-map DOWN
 class class-default
  shape average 2000000
  service-policy CHILD
!
policy-map CHILD
 class VOICE
  police cir 400000 bc 12000 conform-action set-dscp-transmit cs5 exceed-action drop
!
crypto ikev2 authorization policy spoke1
 no route set interface
 aaa attribute list USER
!
CFG
}

# origins NODE: where the lines of its first virtual access come from, but for those of its two ends.
origins() { nave_get "$1" "', '.join(l['line'] + ' ' + l['origin'] for l in d['lines'] if l['line'].startswith('ip '))" show derived-config interface Virtual-Access1; }

# Datagrams of 1380 bytes go back to the spoke in one piece, larger ones are answered.
narrow() {
	lab_in hub1-lan ping -q -c 1 -W 2 -M do -s 1352 -I 10.10.0.10 10.20.1.10 >/dev/null || return 1
	lab_in hub1-lan ping -c 1 -W 2 -M do -s 1353 -I 10.10.0.10 10.20.1.10 | grep -q 'mtu = 1380'
}

# acl NAME LIST LINE…: the list is so from now on.
acl() {
	local name=$1 list=$2
	shift 2
	sed -i "/^ip access-list extended $list\$/,/^!\$/d" "$LAB_DIR/$name/config"
	{ printf 'ip access-list extended %s\n' "$list"; printf ' %s\n' "$@"; echo '!'; } >>"$LAB_DIR/$name/config"
}

reload() { kill -HUP "$(nave_pid "$1" naved)"; }

reaches() { lab_ping spoke1-lan 10.20.1.10 10.10.0.10 1; }
reaches_back() { lab_ping hub1-lan 10.10.0.10 10.20.1.10 1; }

drops() { nave_get "$1" "next(c['value'] for c in d['counters'] if c['name'] == 'drop.$2')" show platform counters; }

# grew NODE REASON BEFORE: more packets were dropped for that reason.
grew() { [ "$(drops "$1" "$2")" -gt "$3" ]; }

# feature_drops NODE INTERFACE WHAT: of one interface, as show ip interface tells.
feature_drops() { nave_get "$1" "d['interfaces'][0]['drops']['$3']" show ip interface "$2"; }

# line_matches NODE LIST LINE: what that line decided.
line_matches() { nave_get "$1" "d['lists'][0]['lines'][$3]['matches']" show access-lists "$2"; }

lists() {
	local before
	lab_check 'what the list permits passes' lab_wait 5 reaches
	before=$(drops hub1 acl-in)
	lab_check 'UDP from the spoke is denied on the virtual access' only_open 7777
	lab_check 'and counted as acl-in' grew hub1 acl-in "$before"
	lab_check 'and on its interface' [ "$(feature_drops hub1 Virtual-Access1 acl_in)" -ge 1 ]
	lab_check 'the line that did it counts' [ "$(line_matches hub1 FROM-SPOKE 0)" -ge 1 ]
	before=$(drops spoke1 acl-out)
	lab_check 'UDP to port 9999 is denied on the spoke'\''s Tunnel, on its way out' only_open 9999
	lab_check 'and counted as acl-out' grew spoke1 acl-out "$before"
	nave_ctl hub1 show access-lists
	nave_ctl hub1 show ip interface Virtual-Access1
	lab_check 'matches count from zero' cleared_matches
	lab_check 'show access-lists prints the lines and their matches' prints hub1 'show access-lists FROM-SPOKE' '^ *20 permit ip any any (3 matches'
	lab_check 'show ip interface tells what is set' prints hub1 'show ip interface Virtual-Access1' 'Inbound  access list is FROM-SPOKE'
}

# counted NODE WHAT: packets of its first virtual access since they were cleared.
counted() { nave_get "$1" "d['interfaces'][0]['counters']['$2']" show interfaces Virtual-Access 1; }
total() { nave_get "$1" "d['interfaces'][0]['total']['$2']" show interfaces virtual-a1; }

# Ten pings on either side of a rekey of both kinds of SA, and of a reload: all of them are counted, and nothing else.
rekeyed_counts() {
	local in out spi
	in=$(total hub1 in_packets) out=$(total hub1 out_packets)
	nave_ctl hub1 clear counters || return 1
	spi=$(spis hub1)
	pings 10 || return 1
	nave_ctl hub1 rekey crypto ipsec sa && lab_wait 10 other_spis hub1 "$spi" || return 1
	nave_ctl hub1 rekey crypto ikev2 sa
	reload hub1
	pings 10 || return 1
	nave_ctl hub1 show interfaces Virtual-Access1
	[ "$(counted hub1 in_packets) $(counted hub1 out_packets) $(counted hub1 in_bytes)" = "20 20 1680" ] || return 1
	[ "$(total hub1 in_packets) $(total hub1 out_packets)" = "$((in + 20)) $((out + 20))" ]
}
pings() { lab_in spoke1-lan ping -n -q -c "$1" -i 0.05 -W 2 -I 10.20.1.10 10.10.0.10; }
spis() { nave_get "$1" "sorted(f['inbound']['spi'] for f in d['flows'])" show crypto ipsec sa; }
other_spis() { [ "$(spis "$1")" != "$2" ] && nave_is "$1" "len(d['flows']) == 1" show crypto ipsec sa; }

# Matches of a list count from zero, and go on in the total.
cleared_matches() {
	local before
	before=$(nave_get hub1 "d['lists'][0]['lines'][1]['matches_total']" show access-lists FROM-SPOKE)
	nave_ctl hub1 clear access-list counters FROM-SPOKE || return 1
	pings 3 || return 1
	nave_is hub1 "[(l['matches'], l['matches_total']) for l in d['lists'][0]['lines']][1] == (3, $before + 3) \
and d['lists'][0]['lines'][0]['matches'] == 0 < d['lists'][0]['lines'][0]['matches_total']" show access-lists FROM-SPOKE
}

prints() {
	# shellcheck disable=SC2086 # words of a command
	nave_ctl "$1" $2 | grep -q -- "$3"
}

# only_open DENIED: datagrams go from the spoke's LAN to that port and then to one that nothing denies; whether those alone arrive.
only_open() {
	lab_in hub1-lan timeout 30 python3 -c 'import socket, sys
def bound(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("10.10.0.10", port))
    return s
denied, open_one = bound(int(sys.argv[1])), bound(7000)
open_one.settimeout(20)
open_one.recv(100)
denied.setblocking(False)
try:
    sys.exit("arrived: %r" % denied.recv(100))
except BlockingIOError:
    pass' "$1" &
	local listener=$!
	lab_wait 15 udp_listens 7000 || return 1
	lab_in spoke1-lan python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.20.1.10", 0))
for port in int(sys.argv[1]), int(sys.argv[1]), 7000:
    s.sendto(b"here", ("10.10.0.10", port))' "$1" || return 1
	wait "$listener"
}

udp_listens() { lab_in hub1-lan ss -Hlun "sport = :$1" | grep -q .; }

# datagrams FROM_NODE FROM TO_NODE TO RATE COUNT [TOS [AHEAD]]: COUNT of 1172 bytes, 1200 with their headers, RATE bits of that a second (0: at once), AHEAD of
# them at once to begin with; prints how many came, and at how many bits a second they did: by the line through all, since each may be late.
datagrams() {
	lab_in "$3" timeout 30 python3 -c 'import socket, struct, sys
TIMESTAMPNS = 35 # the kernel tells when each came: whoever reads it may have to wait for a CPU
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
s.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
s.bind((sys.argv[1], 6000))
s.settimeout(20)
came = []
while True:
    try:
        second, ns = struct.unpack("qq", s.recvmsg(2000, 64)[1][0][2])
    except TimeoutError:
        break
    came.append(second * 10**9 + ns)
    s.settimeout(0.6)
middle, at = (len(came) - 1) / 2, sum(came) / max(1, len(came))
slope = sum((i - middle) * (t - at) for i, t in enumerate(came)) / max(1, sum((i - middle) ** 2 for i in range(len(came))))
print(len(came), round(9600 * 10**9 / slope) if slope else 0)' "$4" >"$LAB_DIR/came" &
	local sink=$!
	lab_wait 15 sink_listens "$3" || return 1
	lab_in "$1" python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 0))
rate, count, ahead = int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[6])
s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, int(sys.argv[5]))
begin = time.monotonic()
for i in range(count):
    if rate:
        time.sleep(max(0, begin + (i - ahead) * 9600 / rate - time.monotonic()))
    s.sendto(bytes(1172), (sys.argv[2], 6000))' "$2" "$4" "$5" "$6" "${7:-0}" "${8:-0}" || return 1
	wait "$sink"
	cat "$LAB_DIR/came"
}
sink_listens() { lab_in "$1" ss -Hlun 'sport = :6000' | grep -q .; }

# policy NODE INTERFACE DIRECTION WHAT [CLASS [DEPTH]]
policy() {
	nave_get "$1" "next(p['$4'] for p in d['policies'] if (p['direction'], p['class'], p['depth']) == ('$3', '${5:-class-default}', ${6:-0}))" \
		show policy-map interface "$2"
}

# 2 s of twice the rate that the hub polices: half of it comes, and 20 kB at the beginning.
policed() {
	local came rate
	read -r came rate < <(datagrams spoke1-lan 10.20.1.10 hub1-lan 10.10.0.10 2000000 400)
	LAB_NOTE="$came of 400 datagrams"
	echo "$LAB_NOTE, $(policy hub1 Virtual-Access1 input exceeded_packets) exceeded"
	[ "$came" -ge 205 ] && [ "$came" -le 232 ] && [ "$(policy hub1 Virtual-Access1 input exceeded_packets)" -eq $((400 - came)) ]
}

# More than a second at the rate, of which 120 ms wait all the time, so that a sender that is late makes no gap: all come, at the rate.
shaped() {
	local came rate
	read -r came rate < <(datagrams hub1-lan 10.10.0.10 spoke1-lan 10.20.1.10 2000000 250 0 25)
	LAB_NOTE="$came of 250 datagrams, $rate bit/s"
	nave_ctl hub1 show policy-map interface Virtual-Access1
	echo "$LAB_NOTE"
	[ "$came" -eq 250 ] && [ "$rate" -ge 1880000 ] && [ "$rate" -le 2080000 ] &&
		[ "$(policy hub1 Virtual-Access1 output delayed_packets)" -ge 200 ] && [ "$(policy hub1 Virtual-Access1 output dropped_packets)" -eq 0 ]
}

# Two classes under the shaped parent, cleared before: 60 datagrams of one at once, which its rate and burst let 10 of pass, marked; the others all come.
classes() {
	local voice rest rate
	nave_ctl hub1 clear counters Virtual-Access1 || return 1
	lab_in spoke1-lan timeout 20 python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
s.bind(("10.20.1.10", 6001))
s.settimeout(15)
print(s.recvmsg(2000, 64)[1][0][2][0] >> 2)' >"$LAB_DIR/mark" &
	local marked=$!
	lab_wait 15 mark_listens || return 1
	lab_in hub1-lan python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 46 << 2)
s.bind(("10.10.0.10", 0))
s.sendto(b"here", ("10.20.1.10", 6001))'
	wait "$marked" && read -r rate <"$LAB_DIR/mark" && [ "$rate" -eq 40 ] || return 1
	read -r voice rate < <(datagrams hub1-lan 10.10.0.10 spoke1-lan 10.20.1.10 0 60 184)
	read -r rest rate < <(datagrams hub1-lan 10.10.0.10 spoke1-lan 10.20.1.10 0 30)
	nave_ctl hub1 show policy-map interface Virtual-Access 1
	LAB_NOTE="$voice of 60 datagrams of the policed class, marked 40; $rest of 30 of the others"
	echo "$LAB_NOTE"
	[ "$rest" -eq 30 ] && [ "$voice" -ge 9 ] && [ "$voice" -le 14 ] &&
		[ "$(policy hub1 Virtual-Access1 output packets VOICE 1)" -eq 61 ] &&
		[ "$(policy hub1 Virtual-Access1 output policed_packets VOICE 1)" -eq $((60 - voice)) ] &&
		[ "$(policy hub1 Virtual-Access1 output marked_packets VOICE 1)" -eq $((voice + 1)) ] &&
		[ "$(policy hub1 Virtual-Access1 output packets class-default 1)" -ge 30 ] &&
		[ "$(policy hub1 Virtual-Access1 output packets)" -eq $((61 + $(policy hub1 Virtual-Access1 output packets class-default 1))) ]
}
mark_listens() { lab_in spoke1-lan ss -Hlun 'sport = :6001' | grep -q .; }

# A ping flood by whose side the list changes ten times; none of its packets may be lost, since every list permits it.
change() {
	local i
	lab_in spoke1-lan ping -q -i 0.01 -c 400 -I 10.20.1.10 10.10.0.10 >"$LAB_DIR/change" &
	local flow=$!
	for i in 1 2 3 4 5 6 7 8; do
		acl hub1 FROM-SPOKE "deny udp any any eq 777$i" "permit ip any any"
		reload hub1
		lab_wait 5 has_line hub1 "deny udp any any eq 777$i" || return 1
	done
	wait "$flow"
	tail -2 "$LAB_DIR/change"
	grep -q ' 0% packet loss' "$LAB_DIR/change"
}

has_line() { nave_is "$1" "d['lists'][0]['lines'][0]['text'] == '$2' and d['lists'][0]['lines'][0]['matches'] is not None" show access-lists FROM-SPOKE >/dev/null; }

# The last list denies what passed before, without a new session.
close() {
	acl hub1 FROM-SPOKE "deny icmp any any echo" "permit ip any any"
	reload hub1
	lab_wait 5 no_ping
}
no_ping() { ! reaches; }

spoofed() {
	local before
	before=$(drops hub1 urpf)
	ip -n "$LAB-spoke1-lan" addr add 10.66.0.1/32 dev lo
	lab_in spoke1-lan ping -q -c 3 -i 0.2 -W 1 -I 10.66.0.1 10.10.0.10 >/dev/null
	grew hub1 urpf "$before"
}

# The segments that both ends agreed on, as each saw the other's wish.
segments() {
	lab_in hub1-lan timeout 30 python3 -c 'import socket
s = socket.create_server(("10.10.0.10", 5555))
c = s.accept()[0]
c.send(b"%d" % c.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
c.close()' &
	local server=$!
	lab_wait 15 tcp_listens || return 1
	lab_in spoke1-lan python3 -c 'import socket, sys
s = socket.create_connection(("10.10.0.10", 5555), 15, ("10.20.1.10", 0))
mine = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
theirs = int(s.recv(10))
print("the spoke sends segments of", mine, "and the hub of", theirs)
sys.exit(not (mine <= 1200 and theirs <= 1200 and max(mine, theirs) > 1000))'
	local status=$?
	wait "$server"
	return $status
}
tcp_listens() { lab_in hub1-lan ss -Hltn 'sport = :5555' | grep -q .; }

# ---- what is for the hub itself ----

# wan_list [LINE…]: the hub's WAN port has this list for what comes in; none: it has no list.
wan_list() {
	acl hub1 WAN "${@:-permit ip any any}"
	sed -i '/^ ip access-group WAN in$/d' "$LAB_DIR/hub1/config"
	[ $# -eq 0 ] || sed -i 's/^interface Ethernet0\/0$/&\n ip access-group WAN in/' "$LAB_DIR/hub1/config"
	nave_reload hub1
}

# inet_ping: the router asks the hub; router_denied: and hears that it may not.
inet_ping() { lab_in inet ping -n -q -c 2 -i 0.2 -W 2 198.51.100.1; }
router_denied() { lab_in inet ping -n -c 1 -W 2 198.51.100.1 | grep -q 'Packet filtered'; }

# A list on the WAN port denies a kind of packet for the hub itself, by one line, and the session goes on; without the list it is as before.
own_list() {
	lab_check 'the hub answers pings on its WAN' inet_ping
	wan_list 'deny icmp any host 198.51.100.1 echo' 'permit ip any any'
	lab_check 'a list on its WAN port denies them' lab_wait 5 router_denied
	lab_check 'counted by the line' [ "$(line_matches hub1 WAN 0)" -ge 1 ]
	lab_check 'and on the interface' [ "$(feature_drops hub1 Ethernet0/0 acl_in)" -ge 1 ]
	lab_check 'what it permits passes: tunnelled packets' reaches_back
	lab_check 'and IKE, of the session that was up' rekeys
	wan_list
	lab_check 'without the list they are answered again' lab_wait 5 inet_ping
}
rekeys() {
	local before
	before=$(spis hub1)
	nave_ctl spoke1 rekey crypto ipsec sa && lab_wait 10 other_spis hub1 "$before"
}

# IKE is the hub's own, too: nobody comes up while it is denied.
own_ike() {
	wan_list 'deny udp any host 198.51.100.1 eq 500' 'deny udp any host 198.51.100.1 eq 4500' 'permit ip any any'
	nave_ctl spoke1 clear crypto session || return 1
	lab_wait 10 denied_ike || return 1
	nave_is spoke1 "all(s['status'] != 'UP-ACTIVE' for s in d['sessions'])" show crypto session || return 1
	inet_ping || return 1
	wan_list
	lab_wait 20 nave_up spoke1 1
}
denied_ike() { [ "$(line_matches hub1 WAN 0)" -ge 2 ]; }

lab_options "$@"
lab_begin features
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
nave_config_hub hub1
nave_config_spoke spoke1 1
feature hub1 'ip verify unicast reverse-path' 'service-policy input UP'
grant_lines hub1
feature spoke1 'ip access-group TO-HUB out'
acl hub1 FROM-SPOKE 'deny udp any any eq 7777' 'permit ip any any'
acl spoke1 TO-HUB 'deny udp any host 10.10.0.10 eq 9999' 'permit ip any any'
lab_check "the hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || lab_finish
lab_check 'the spoke starts' nave_start spoke1 "$LAB_NIC" || lab_finish
lab_check 'it comes up' lab_wait 40 nave_up spoke1 1 || lab_finish
lab_check 'and back' lab_wait 5 reaches_back
nave_ctl hub1 show derived-config interface Virtual-Access1
lab_check 'its virtual access has lines of the template, the group and the user' \
	[ "$(origins hub1)" = "ip unnumbered Loopback0 template, ip verify unicast reverse-path template, ip tcp adjust-mss 1200 user, \
ip access-group FROM-SPOKE in group, ip mtu 1380 group" ]
lab_check 'and the group'\''s MTU' narrow
lab_check 'counters from zero are exact across rekeys and a reload' rekeyed_counts
nave_ctl hub1 show interfaces
lists
lab_check 'what comes in is policed to 1 Mbit/s, and the excess counted' policed
lab_check 'what goes out is shaped to 2 Mbit/s: it waits, and all of it comes' shaped
lab_check 'a class under the shaped parent is policed and marked, and both are counted from zero' classes
lab_check 'show policy-map interface tells of both' prints hub1 'show policy-map interface Virtual-Access1' 'shape (average) cir 2000000 bps'
lab_check 'a list changed eight times loses no packet that all permit' change
lab_check 'spoofed sources are dropped and counted as urpf' spoofed
lab_check 'and on the interface' [ "$(feature_drops hub1 Virtual-Access1 urpf)" -ge 1 ]
lab_check 'TCP agrees on segments of 1200 bytes, both ways' segments
own_list
lab_check 'a list that denies what passed takes effect on the session that is up' close
lab_check 'which is still the first' nave_is hub1 "[s['interface'] for s in d['sessions']] == ['Virtual-Access1'] and d['sessions'][0]['uptime_s'] > 3" \
	show crypto session
if [ "$LAB_NIC" = none ]; then placed='software no-device'; else placed='inline-protocol -'; fi
lab_check 'IKE that is denied on the WAN port sets nothing up, and does without the list' own_ike
# shellcheck disable=SC2086 # two words
lab_check "placement: $placed" nave_placed hub1 spoke1.vpn.example.net $placed
for n in spoke1 hub1; do
	lab_check "$n ends" nave_stop "$n" naved
	lab_check 'its datapath ends' nave_stop "$n" navedp
done
lab_finish
