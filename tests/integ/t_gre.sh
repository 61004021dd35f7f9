#!/bin/bash
# t_gre.sh [--nic none|full]: GRE under IPsec between a Nave spoke and a Nave hub, in tunnel mode and in transport mode, with a key and with
# the wrong one.  Shows R-TUN-02, R-TUN-09.
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

carries() { # MODE
	nave_config_hub hub1
	nave_config_spoke spoke1 1
	gre hub1 "$1" 77
	gre spoke1 "$1" 77
	lab_capture inet w-hub1 "$1.pcap"
	lab_check "$1 mode: the hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || return 1
	lab_check 'the spoke starts' nave_start spoke1 "$LAB_NIC" || return 1
	lab_check 'it comes up' lab_wait 40 nave_up spoke1 1 || return 1
	lab_check 'ping from LAN to LAN' lab_wait 5 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'and back' lab_ping hub1-lan 10.10.0.10 10.20.1.10
	# shellcheck disable=SC2046 # two words
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
carries tunnel
carries transport
if [ "$LAB_NIC" = none ]; then other_key; fi
lab_finish
