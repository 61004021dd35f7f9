#!/bin/bash
# t_lines.sh: a tunnel with a policy, two lines of an access list, and real strongSwan with as many children: begun by Nave, then by
# strongSwan.  Each line has its pair and its route; one is deleted and rekeyed by either end; what no line has is refused alone.
# Shows R-TUN-12, R-TUN-13, R-TUN-14.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

config() {
	mkdir -p "$LAB_DIR/hub1"
	cat >"$LAB_DIR/hub1/config" <<CFG
hostname hub1
crypto ikev2 proposal LAB
 encryption aes-gcm-128
 prf sha256
 group 31
crypto ikev2 policy LAB
 match fvrf any
 proposal LAB
crypto ikev2 profile default
 match identity remote address 203.0.113.11
 authentication remote pre-share key $LAB_PSK
 authentication local pre-share key $LAB_PSK
crypto ipsec transform-set LAB esp-gcm 128
 mode tunnel
crypto ipsec profile default
 set transform-set LAB
 set ikev2-profile default
 reverse-route
ip access-list extended LINES
 permit ip 10.31.1.0 0.0.0.255 10.32.3.0 0.0.0.255
 permit ip 10.31.2.0 0.0.0.255 10.32.4.0 0.0.0.255
interface Ethernet0/0
 ip address 198.51.100.1 255.255.255.0
interface Ethernet0/1
 ip address 10.31.1.1 255.255.255.0
interface Ethernet0/2
 ip address 10.31.2.1 255.255.255.0
interface Tunnel1
 ip address 10.66.0.1 255.255.255.252
 tunnel source Ethernet0/0
 tunnel mode ipsec ipv4
 tunnel destination 203.0.113.11
 tunnel protection ipsec policy ipv4 LINES
 tunnel protection ipsec profile default
ip route 0.0.0.0 0.0.0.0 198.51.100.254
CFG
}

# A child of strongSwan's connection: NAME LOCAL REMOTE.
child() { printf '%s {\nlocal_ts = %s\nremote_ts = %s\nesp_proposals = aes128gcm16\n}\n' "$@"; }

# strongswan SETTINGS [REMOTE]: a charon with its connection loaded; REMOTE is of child one.
strongswan() {
	rm -f "$LAB_DIR/ss1/vici"
	ss_start ss1 "$LAB_DIR/ss1" "$1" || return 1
	CHARON=$LAB_PID
	children 10.31.2.0/24 "${2:-}"
}

# children REMOTE [REMOTE]: what strongSwan has from now on; of child two, and of child one; 'other' is one that no line of Nave's has.
children() {
	cat >"$LAB_DIR/ss1/swanctl.conf" <<CONF
connections { nave {
	version = 2
	local_addrs = 203.0.113.11
	remote_addrs = 198.51.100.1
	proposals = aes128gcm16-prfsha256-x25519
	local { auth = psk
		id = 203.0.113.11 }
	remote { auth = psk
		id = 198.51.100.1 }
	children {
		$(child one 10.32.3.0/24 "${2:-10.31.1.0/24}")
		$(child two 10.32.4.0/24 $1)
		$(child other 10.32.5.0/24 10.31.1.0/24)
	}
} }
secrets { ike-lab { secret = "$LAB_PSK" } }
CONF
	ss_ctl "$LAB_DIR/ss1" --load-all >"$LAB_DIR/ss1/load.out" 2>&1 || { cat "$LAB_DIR/ss1/load.out" >&2; return 1; }
}

ss() { ss_ctl "$LAB_DIR/ss1" "$@"; }

# pairs LOCAL…: the hub has just these, a line each.
pairs() {
	nave_is hub1 "sorted(f['local'][0] for f in d['flows']) == sorted($(python3 -c 'import sys; print(sys.argv[1:])' "$@"))" show crypto ipsec sa
}

rri() {
	nave_is hub1 "sorted(r['prefix'] for r in d['routes'] if r['source'] == 'rri') == sorted($(python3 -c 'import sys; print(sys.argv[1:])' "$@"))" \
		show ip route
}

line() { # LOCAL STATE REASON
	nave_is hub1 "[(l['state'], l['reason'] or '') for s in d['sessions'] for l in s['lines'] if l['local'] == '$1'] == [('$2', '$3')]" \
		show crypto session detail
}

spi() { nave_get hub1 "next(f['inbound']['spi'] for f in d['flows'] if f['local'] == ['$1'])" show crypto ipsec sa; }

ike_sa() { nave_get hub1 "[s['spi_local'] for s in d['sas']]" show crypto ikev2 sa detailed; }
same_ike_sa() { [ "$(ike_sa)" = "$IKE_SA" ]; }

began() { nave_is hub1 "[s['initiator'] for s in d['sas'] if s['status'] == 'READY'] == [$1]" show crypto ikev2 sa detailed; }

first_carries() { lab_ping hub1-lan1 10.31.1.2 10.32.3.1 && lab_ping ss1 10.32.3.1 10.31.1.2; }
second_carries() { lab_ping hub1-lan2 10.31.2.2 10.32.4.1 && lab_ping ss1 10.32.4.1 10.31.2.2; }

# both: what must hold however it came about.
both() {
	lab_check 'two pairs' lab_wait "${1:-10}" pairs 10.31.1.0/24 10.31.2.0/24
	lab_check 'two routes' lab_wait 5 rri 10.32.3.0/24 10.32.4.0/24
	lab_check 'the first carries packets both ways' first_carries
	lab_check 'so does the second' second_carries
}

rekeyed() { [ "$(spi 10.31.1.0/24)" != "$FIRST" ] && [ "$(spi 10.31.2.0/24)" != "$SECOND" ] && pairs 10.31.1.0/24 10.31.2.0/24; }

rekeys() {
	FIRST=$(spi 10.31.1.0/24) SECOND=$(spi 10.31.2.0/24)
	lab_check 'Nave rekeys both' nave_ctl hub1 rekey crypto ipsec sa
	lab_check 'each line has its successor' lab_wait 10 rekeyed
	FIRST=$(spi 10.31.1.0/24) SECOND=$(spi 10.31.2.0/24)
	lab_check 'strongSwan rekeys one' ss --rekey --child "$1"
	lab_check 'and the other' ss --rekey --child "$2"
	lab_check 'each line has its successor' lab_wait 10 rekeyed
}

refused_alone() {
	! ss --initiate --child other --timeout 5 && pairs 10.31.1.0/24 10.31.2.0/24
}

NAVE_PLATFORM_LINES=$'port Ethernet0/2 netdev eth2\n role lan'
lab_options "$@"
lab_begin lines
lab_inet
lab_ns hub1
lab_wan hub1 eth0 hub
lab_host hub1-lan1 eth0 10.31.1.2/24 10.31.1.1 hub1 eth1
lab_host hub1-lan2 eth0 10.31.2.2/24 10.31.2.1 hub1 eth2
config
ss_spoke_site ss1 203.0.113.11
lab_addr ss1 lo 10.32.3.1/32
lab_addr ss1 lo 10.32.4.1/32

lab_say 'Nave begins'
strongswan 'delete_rekeyed_delay = 1' 10.31.9.0/24 || lab_finish
lab_check 'Nave starts' nave_start hub1 "$LAB_NIC" || lab_finish
lab_check 'the tunnel comes up by itself' lab_wait 40 nave_up hub1 1
lab_check 'Nave is the initiator' began True
lab_check "with the second line, since the first isn't mirrored" lab_wait 5 pairs 10.31.2.0/24
lab_check 'which is refused alone' line 10.31.1.0/24 WAITING TS_UNACCEPTABLE
IKE_SA=$(ike_sa)
lab_check 'strongSwan has it, too' children 10.31.2.0/24
lab_check 'Nave asks for it again' lab_wait 20 pairs 10.31.1.0/24 10.31.2.0/24
lab_check 'under the same IKE SA' same_ike_sa
both
rekeys one two
both
lab_check "strongSwan's second child is another one" children 10.31.9.0/24
lab_check 'it deletes the pair' ss --terminate --child two --timeout 5
lab_check 'Nave asks for it, and is refused' lab_wait 20 line 10.31.2.0/24 WAITING TS_UNACCEPTABLE
lab_check 'its route is gone, and no other' lab_wait 5 rri 10.32.3.0/24
lab_check 'the first carries packets both ways' first_carries
lab_check 'strongSwan has it again' children 10.31.2.0/24
lab_check 'Nave asks for it again' lab_wait 60 pairs 10.31.1.0/24 10.31.2.0/24
both
lab_check 'a pair that no line has is refused alone' refused_alone

lab_say 'strongSwan begins'
lab_check 'strongSwan ends' lab_stop "$CHARON"
lab_check 'naved ends' nave_stop hub1 naved
strongswan 'delete_rekeyed_delay = 1
	initiator_only = yes' || lab_finish
lab_check 'naved again' nave_again hub1 naved "$LAB_NIC"
lab_check 'the second line first' ss --initiate --child two --timeout 10
lab_check 'strongSwan is the initiator' began False
lab_check 'one pair, the line that was asked for' pairs 10.31.2.0/24
lab_check 'one route' lab_wait 5 rri 10.32.4.0/24
lab_check 'Nave, which is the responder, asks for the other line' lab_wait 40 pairs 10.31.1.0/24 10.31.2.0/24
both
rekeys one two
lab_check 'a pair that no line has is refused alone' refused_alone
lab_check 'strongSwan deletes one' ss --terminate --child one --timeout 5
lab_check 'Nave asks for it again' lab_wait 40 pairs 10.31.1.0/24 10.31.2.0/24
both
lab_finish
