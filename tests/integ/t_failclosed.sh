#!/bin/bash
# t_failclosed.sh [--nic none|full|small]: the hub's processes are killed and started again, one after the other, while hosts on its LAN
# and the hub itself send; there is a default route out of the WAN.  Nothing leaves in clear, no key meets a number twice, and the
# sessions come back by themselves.
# Shows R-SYS-02, R-TUN-02, R-IKE-22.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

MARKER=NaveMark
MARKER_HEX=4e6176654d61726b # what ping fills packets with

# stream NS FROM TO: pings with the marker, 20 a second, whatever happens to them.
stream() {
	lab_start "stream-$1" "$1" ping -n -q -i 0.05 -s 200 -p $MARKER_HEX -I "$2" "$3"
}

streams() {
	stream hub1-lan 10.10.0.10 "$(ss_vip ss1)" # LAN to strongSwan
	stream hub1-lan 10.10.0.10 10.20.1.10      # LAN to the LAN of the Nave spoke
	stream hub1-lan 10.10.0.10 192.0.2.1       # LAN to where only the default route goes
	stream hub1 10.77.0.254 10.20.1.10         # from the hub itself
	stream hub1 10.10.0.1 10.77.0.100
	stream hub1 10.10.0.1 192.0.2.2
	stream spoke1-lan 10.20.1.10 10.10.0.10
	stream ss1 "$(ss_vip ss1)" 10.10.0.10
}

answers() { # both peers, with one packet each
	lab_ping hub1-lan 10.10.0.10 "$(ss_vip ss1)" 1 && lab_ping hub1-lan 10.10.0.10 10.20.1.10 1
}

both_back() { nave_up hub1 2 && answers; }

# kill_and_restart PROGRAM SECONDS
kill_and_restart() {
	local begin
	lab_check "$1 is killed" nave_crash hub1 "$1"
	sleep 1 # with nobody at work, what do the streams do?
	lab_check "$1 starts again" nave_again hub1 "$1" "$LAB_NIC" || return 1
	begin=$(date +%s%N)
	lab_check "sessions are back within $2 s" back_within "$2" "$begin"
}

back_within() {
	lab_wait "$1" both_back || { both_back; return 1; }
	LAB_NOTE="$((($(date +%s%N) - $2) / 1000000)) ms"
}

# wire_is_clean CAPTURE OWN_ADDRESS
wire_is_clean() {
	./wire.py "$LAB_DIR/$1" --own "$2" --inner 10.0.0.0/8 --inner 192.0.2.0/24 --marker $MARKER | tee "$LAB_DIR/wire.out" || return 1
	LAB_NOTE=$(head -n 1 "$LAB_DIR/wire.out")
}

lab_options "$@"
lab_begin failclosed
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_config_hub hub1
lab_capture inet w-hub1 hub.pcap
hub_capture=$LAB_CAPTURE
lab_check "the hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || lab_finish
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
NAVE_DPD='10 2 periodic' nave_config_spoke spoke1 1
lab_capture inet w-spoke1 spoke.pcap
spoke_capture=$LAB_CAPTURE
lab_check 'a Nave spoke starts' nave_start spoke1 none || lab_finish
lab_ns ss1
lab_wan ss1 eth0 spoke
lab_addr ss1 eth0 203.0.113.12/24
ip -n "$LAB-ss1" route add default via 203.0.113.254
ss_psk_spoke ss1 "$LAB_DIR/ss1" 203.0.113.12 ss1.vpn.example.net || exit 1
lab_check 'strongSwan initiates' ss_initiate "$LAB_DIR/ss1" hub || lab_finish
lab_check 'both sessions are up' lab_wait 40 nave_up hub1 2 || lab_finish
lab_check 'and pass packets' lab_wait 5 answers
streams
if [ "$LAB_NIC" != none ]; then
	kill_and_restart navenic 15
	lab_check 'the card encrypts again' lab_wait 15 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
fi
kill_and_restart navedp 15
kill_and_restart naved 30
lab_kill INT "$hub_capture"
lab_kill INT "$spoke_capture"
lab_check 'nothing unprotected on the wire of the hub, no number twice' wire_is_clean hub.pcap 198.51.100.1
lab_check 'nor on that of the spoke' wire_is_clean spoke.pcap 203.0.113.11
lab_finish
