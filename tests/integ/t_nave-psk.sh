#!/bin/bash
# t_nave-psk.sh [--nic none|full|small]: a Nave spoke and a Nave hub, plain ESP between them, LAN to LAN; a datapath that answers late; and what
# a device that is full does with the next tunnel.
# Shows R-SYS-01, R-SYS-03, R-RTE-02, R-RTE-04, R-RTE-05, R-RTE-06, R-RTE-07, R-RTE-08, R-TUN-03, R-TUN-04, R-TUN-05, R-TUN-06.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

case_placement() {
	if [ "$LAB_NIC" = none ]; then echo software no-device; else echo inline-protocol -; fi
}

# What the hub's wire shows of this file is ESP of protocol 50, and nothing that isn't protected.
only_plain_esp() {
	./wire.py "$LAB_DIR/wan.pcap" --own 198.51.100.1 --inner 10.0.0.0/8 | tee "$LAB_DIR/wire.out" || return 1
	grep -q ' esp' "$LAB_DIR/wire.out" && ! grep -q 'esp-in-udp' "$LAB_DIR/wire.out"
}

one_tunnel() {
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	lab_check "the hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || return 1
	nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
	nave_config_spoke spoke1 1
	lab_capture inet w-hub1 wan.pcap
	lab_check "the spoke starts (nic $LAB_NIC)" nave_start spoke1 "$LAB_NIC" || return 1
	lab_check 'the spoke initiates' lab_wait 40 nave_up spoke1 1 || return 1
	lab_check 'the hub shows the session' lab_wait 5 nave_up hub1 1
	lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'and back' lab_ping hub1-lan 10.10.0.10 10.20.1.10
	lab_check 'ping from the spoke itself to the hub itself' lab_ping spoke1 10.77.0.100 10.77.0.254
	lab_kill INT "$LAB_CAPTURE"
	lab_check 'on the wire it is protocol 50' only_plain_esp
	lab_check '100 MB of TCP each way' lab_tcp spoke1-lan 10.20.1.10 hub1-lan 10.10.0.10
	# shellcheck disable=SC2046 # two words
	lab_check "placement at the hub: $(case_placement)" nave_placed hub1 spoke1.vpn.example.net $(case_placement)
	# shellcheck disable=SC2046 # two words
	lab_check "placement at the spoke: $(case_placement)" nave_placed spoke1 hub1.vpn.example.net $(case_placement)
	lab_check 'the spoke ends' nave_stop spoke1 naved
	lab_check 'the hub has forgotten it' lab_wait 5 nave_down hub1
}

# state_is NAME STATE: of its only IKE SA.
state_is() { nave_is "$1" "[s['state'] for s in d['sas']] == ['$2']" show crypto ikev2 sa; }

# The hub's navedp stands still while a session comes up: the spoke has no answer until the SAs are there, and begins nothing anew.
late_datapath() {
	local navedp
	navedp=$(nave_pid hub1 navedp)
	kill -STOP "$navedp"
	lab_check 'the spoke comes again' nave_again spoke1 naved "$LAB_NIC" || return 1
	lab_check 'the hub waits for a datapath that stands still' lab_wait 15 state_is hub1 R_INSTALL
	lab_check 'so does the spoke' state_is spoke1 I_AUTH
	kill -CONT "$navedp"
	lab_check 'then the session is up' lab_wait 10 nave_up spoke1 1
	lab_check 'ping from LAN to LAN' lab_wait 5 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'it is the one that was begun' [ "$(grep -c 'ike\.up\|ike\.down' "$LAB_DIR/hub1-naved.log")" = 3 ]
	lab_check 'it goes as it came' nave_stop spoke1 naved
	lab_check 'and leaves nothing' lab_wait 5 nave_is hub1 "sum(p['inbound'] + p['outbound'] for p in d['placements']) == 0" show platform offload
}

# config_many: spoke2 with 17 tunnels, each from an address of its own.
config_many() {
	local n
	mkdir -p "$LAB_DIR/spoke2"
	nave_config_common spoke2 >"$LAB_DIR/spoke2/config"
	for n in $(seq 1 17); do
		printf 'interface Loopback%d\n ip address 203.0.113.%d 255.255.255.255\n!\n' "$n" $((100 + n))
		printf 'interface Tunnel%d\n ip address negotiated\n tunnel source Loopback%d\n tunnel destination 198.51.100.1\n' "$n" "$n"
		printf ' tunnel mode ipsec ipv4\n tunnel protection ipsec profile default\n!\n'
	done >>"$LAB_DIR/spoke2/config"
	cat >>"$LAB_DIR/spoke2/config" <<CFG
interface Ethernet0/0
 ip address 203.0.113.12 255.255.255.0
!
interface Ethernet0/1
 ip address 10.20.2.1 255.255.255.0
!
ip route 0.0.0.0 0.0.0.0 203.0.113.254
CFG
}

# The small device has room for 16 pairs of SAs.
full_table() {
	nave_site spoke2 spoke 10.20.2.10/24 10.20.2.1
	config_many
	lab_check 'a spoke with 17 tunnels starts' nave_start spoke2 none || return 1
	lab_check 'all 17 come up' lab_wait 40 nave_up hub1 17 || return 1
	lab_check '16 of them inline, the 17th in software: table-full' nave_is hub1 \
		"sorted((p['placement'], p['reason'], p['inbound'], p['outbound']) for p in d['placements']) \
== [('inline-protocol', '-', 16, 16), ('software', 'table-full', 1, 1)]" show platform offload
	lab_check 'the hub still answers through it' lab_ping spoke2 10.77.0.116 10.77.0.254
}

lab_options "$@"
lab_begin nave-psk
lab_inet
one_tunnel
if [ "$LAB_NIC" = none ]; then late_datapath; fi
if [ "$LAB_NIC" = small ]; then full_table; fi
lab_check 'naved of the hub ends' nave_stop hub1 naved
lab_check 'navedp of the hub ends' nave_stop hub1 navedp
[ "$LAB_NIC" = none ] || lab_check 'navenic of the hub ends' nave_stop hub1 navenic
lab_finish
