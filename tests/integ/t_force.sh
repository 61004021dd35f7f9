#!/bin/bash
# t_force.sh: two real strongSwan peers of one identity, one after the other, that never say INITIAL_CONTACT: with `initial-contact force` the hub
# ends the session of the first at once, and its address and traffic are the second one's; without, both stay while the first answers.
# Shows R-IKE-22.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

VIP=10.77.0.100

peer() { # NS ADDRESS
	ss_spoke_site "$1" "$2"
	SS_CONN='unique = never' ss_psk_spoke "$1" "$LAB_DIR/$1" "$2" spoke1.vpn.example.net
}

comes_in() { ss_initiate "$LAB_DIR/$1" hub && lab_wait 5 has_vip "$1"; }
has_vip() { [ -n "$(ss_vip "$1")" ]; }
ends() { ss_end "$LAB_DIR/$1"; }
peers() { nave_is hub1 "sorted(s['peer'] for s in d['sessions'] if s['status'].startswith('UP')) == [$1]" show crypto session; }

restart() { # LINES OF THE PROFILE, LAST ADDRESS OF THE POOL
	nave_config_hub hub1
	sed -i "s/^ip local pool .*/ip local pool P $VIP $2/" "$LAB_DIR/hub1/config"
	[ -z "$1" ] || sed -i "s/^ keyring local KR\$/&\n $1/" "$LAB_DIR/hub1/config"
}

with_force() {
	restart 'initial-contact force' $VIP
	lab_check 'the hub starts; it has one address to give' nave_start hub1 none || return 1
	peer ss1 203.0.113.11 && peer ss2 203.0.113.12 || return 1
	lab_check 'the first one comes in' comes_in ss1
	lab_check 'it has the address' [ "$(ss_vip ss1)" = $VIP ]
	lab_check 'ping both ways' ss_both_ways ss1
	lab_check 'the second one comes in' comes_in ss2
	lab_check 'it has the same address' [ "$(ss_vip ss2)" = $VIP ]
	lab_check 'the first one was told' lab_wait 5 ss_log_has "$LAB_DIR/ss1" 'received DELETE for IKE_SA hub'
	lab_check 'the hub has the second one alone' peers "'203.0.113.12'"
	lab_check 'and says why' lab_log_has hub1-naved session.replaced
	lab_check 'ping both ways' ss_both_ways ss2
	lab_check 'it ends' ends ss2
	lab_check 'the hub has forgotten it' lab_wait 5 nave_down hub1
}

without() {
	nave_stop hub1 naved
	restart '' 10.77.0.101
	lab_check 'the hub starts without force' nave_again hub1 naved none
	lab_check 'the first one comes in' comes_in ss1
	lab_check 'and the second one' comes_in ss2
	sleep 3
	lab_check 'the first one has shown that it lives: both stay' peers "'203.0.113.11', '203.0.113.12'"
}

lab_options "$@"
lab_begin force
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
with_force
without
lab_finish
