# Checks of scenario 06.  Shows R-TUN-12, R-TUN-13, R-TUN-14.

# lan NAME N PREFIX: the N-th LAN of a node, with a host at .2.
lan() { lab_host "$1-lan$2" eth0 "$3.2/24" "$3.1" "$1" "eth$2"; }

# node NAME SIDE: with its configuration.
node() {
	lab_ns "$1"
	lab_wan "$1" eth0 "$2"
	lan "$1" 1 "$3"
	lan "$1" 2 "$4"
	node_config "$1"
}

# pairs NAME LOCAL-REMOTE…: exactly these, in tunnel mode.
pairs() {
	nave_is "$1" "sorted(f\"{f['local'][0]}-{f['remote'][0]}\" for f in d['flows'] if f['mode'] == 'tunnel') == sorted($(python_list "${@:2}"))" \
		show crypto ipsec sa
}

# rri NAME PREFIX…: exactly these routes by reverse-route, through the tunnel.
rri() {
	nave_is "$1" "sorted(r['prefix'] for r in d['routes'] if (r['code'], r['source'], r['interface']) == ('S', 'rri', 'Tunnel1')) \
== sorted($(python_list "${@:2}"))" show ip route
}

# line NAME LOCAL STATE [REASON]: what the session tells of one line of the access list.
line() {
	nave_is "$1" "[(l['state'], l['reason'] or '') for s in d['sessions'] for l in s['lines'] if l['local'] == '$2'] == [('$3', '${4:-}')]" \
		show crypto session detail
}

ike_sas() { nave_is "$1" "sum(s['status'] == 'READY' for s in d['sas']) == 1" show crypto ikev2 sa; }

spi_of() { nave_get "$1" "next(f['inbound']['spi'] for f in d['flows'] if f['local'] == ['$2'])" show crypto ipsec sa; }

# drops NAME: packets that no selector let out.
drops() { nave_get "$1" "sum(c['value'] for c in d['counters'] if c['name'] == 'ts-out')" show platform drops; }
more_drops() { [ "$(drops "$1")" -ge "$2" ]; }

# outside FROM TO: pings that the first LAN's host sends to the second LAN's are dropped at r1, all of them, and counted.
outside() {
	local before
	before=$(drops r1) || return 1
	! lab_ping "$1" "$2" "$3" 5 || return 1
	lab_wait 5 more_drops r1 $((before + 5)) || return 1
	LAB_NOTE="$(($(drops r1) - before)) dropped"
}

# second_line TO: r2's second line leads there from now on.
second_line() {
	node_edit r2 "s/^ permit ip 10.32.4.0 0.0.0.255 .*/ permit ip 10.32.4.0 0.0.0.255 $1 0.0.0.255/"
	nave_reload r2
}

# delete_one: r2 deletes its second pair, then lets nobody have it again; it took its routes along, and the first pair stays.
delete_one() {
	nave_ctl r2 clear crypto sa spi "$(spi_of r2 10.32.4.0/24)" && second_line 10.31.8.0 || return 1
	log_has r1 'line.down .*local=10.31.2.0/24 .*why=deleted' || return 1
	lab_wait 5 rri r1 10.32.3.0/24 && lab_wait 5 pairs r1 10.31.1.0/24-10.32.3.0/24 && lab_wait 5 rri r2 10.31.1.0/24
}

both() {
	pairs r1 10.31.1.0/24-10.32.3.0/24 10.31.2.0/24-10.32.4.0/24 && pairs r2 10.32.3.0/24-10.31.1.0/24 10.32.4.0/24-10.31.2.0/24
}

gre_is_refused() {
	sed 's/^ tunnel mode ipsec ipv4/ tunnel mode gre ip/' "$LAB_DIR/r1/config" >"$LAB_DIR/r1/wrong"
	"$LAB_BIN/naved" --check "$LAB_DIR/r1/wrong" 2>&1 | tee /dev/stderr |
		grep -q "error: 'tunnel protection ipsec policy' needs 'tunnel mode ipsec', not 'tunnel mode gre ip'"
}

NAVE_PLATFORM_LINES=$'port Ethernet0/2 netdev eth2\n role lan'
node r1 hub 10.31.1 10.31.2
node r2 spoke 10.32.3 10.32.4
node_start r1
node_start r2

lab_say 'expected state'
lab_check 'the tunnel comes up by itself' lab_wait 40 nave_up r1 1
lab_check 'two CHILD_SAs in tunnel mode, each with the selectors of its line' lab_wait 40 both
lab_check 'r1 has one IKE SA' lab_wait 5 ike_sas r1
lab_check 'r2 has one' ike_sas r2
lab_check 'r1: S 10.32.3.0/24 Tunnel1 (rri), S 10.32.4.0/24 Tunnel1 (rri)' lab_wait 5 rri r1 10.32.3.0/24 10.32.4.0/24
lab_check 'r2: S 10.31.1.0/24 Tunnel1 (rri), S 10.31.2.0/24 Tunnel1 (rri)' lab_wait 5 rri r2 10.31.1.0/24 10.31.2.0/24
lab_check 'both lines are shown as up' line r1 10.31.2.0/24 UP

lab_say 'must work'
lab_capture inet w-r1 wan.pcap
lab_check 'ping 10.32.3.1 source 10.31.1.1' lab_ping r1 10.31.1.1 10.32.3.1
lab_check 'ping 10.32.4.1 source 10.31.2.1' lab_ping r1 10.31.2.1 10.32.4.1
lab_check 'from host to host by the first' lab_ping r1-lan1 10.31.1.2 10.32.3.2
lab_check 'and by the second' lab_ping r2-lan2 10.32.4.2 10.31.2.2
FIRST=$(spi_of r1 10.31.1.0/24)
lab_check 'deleting one leaves the other and removes only its route' delete_one
lab_check 'the line is shown with why it waits' lab_wait 20 line r1 10.31.2.0/24 WAITING TS_UNACCEPTABLE
lab_check 'the first still carries packets' lab_ping r1-lan1 10.31.1.2 10.32.3.2
lab_check 'r2 has its line again' second_line 10.31.2.0
lab_check 'the second comes back by itself' lab_wait 40 both
lab_check 'with its route' lab_wait 5 rri r1 10.32.3.0/24 10.32.4.0/24
lab_check 'and its packets' lab_ping r1-lan2 10.31.2.2 10.32.4.2
lab_check 'the first is the pair that it was' test "$FIRST" = "$(spi_of r1 10.31.1.0/24)"

lab_say 'must be refused'
lab_check '10.31.1.1 to 10.32.4.1 is in no selector: dropped, counted' outside r1 10.31.1.1 10.32.4.1
lab_check 'so for a host' outside r1-lan1 10.31.1.2 10.32.4.2
lab_check "r2's second line changed to 10.31.9.0/24 by a reload" second_line 10.31.9.0
lab_check 'r1 is told TS_UNACCEPTABLE' lab_wait 30 line r1 10.31.2.0/24 WAITING TS_UNACCEPTABLE
lab_check 'its route is gone' lab_wait 5 rri r1 10.32.3.0/24
lab_check 'the first pair stays up' test "$FIRST" = "$(spi_of r1 10.31.1.0/24)"
lab_check 'and carries packets' lab_ping r2-lan1 10.32.3.2 10.31.1.2
lab_check 'r2 starts so afresh' nave_stop r2 naved
lab_check 'and runs' nave_again r2 naved none
lab_check 'the first line comes up' lab_wait 30 pairs r2 10.32.3.0/24-10.31.1.0/24
lab_check 'the other one is TS_UNACCEPTABLE' lab_wait 30 line r1 10.31.2.0/24 WAITING TS_UNACCEPTABLE
lab_check 'the first carries packets' lab_wait 5 lab_ping r2-lan1 10.32.3.2 10.31.1.2
lab_check 'the policy on a GRE tunnel: refused at config' gre_is_refused
lab_kill INT "$LAB_CAPTURE"
lab_check 'the WAN shows IKE and ESP alone' ./wire.py "$LAB_DIR/wan.pcap" --own 198.51.100.1 --own 203.0.113.11 --inner 10.31.0.0/16 --inner 10.32.0.0/16
