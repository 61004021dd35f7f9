#!/bin/bash
# t_control.sh: the control plane alone (naved with a datapath in memory) against real strongSwan and against itself:
# sessions come up whoever begins, and what must be refused is refused with the right notify and leaves nothing.
# Shows R-SYS-02, R-IKE-01, R-IKE-02, R-IKE-07, R-IKE-17, R-RTE-03, R-TUN-03, R-TUN-04, R-TUN-06.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

# fake_node NAME SIDE WAN_CIDR GATEWAY
fake_node() {
	lab_ns "$1"
	lab_wan "$1" eth0 "$2"
	lab_addr "$1" eth0 "$3"
	ip -n "$LAB-$1" route add default via "$4"
}

peer() { # NAME N: a strongSwan's namespace on the spokes' side
	fake_node "$1" spoke "203.0.113.$2/24" 203.0.113.254
}

hub_alone() { lab_wait 5 nave_down hub1; }

hub_logs() { lab_wait 3 lab_log_has hub1-naved "$1"; }

# refused DIR NOTIFY: the initiation fails, because the hub answered that notify.
refused() {
	ss_initiate "$1" hub && return 1
	ss_log_has "$1" "received $2"
}

vip_is() { [ "$(ss_vip "$1")" = "$2" ]; }

good_initiator() {
	peer ss1 11
	ss_psk_spoke ss1 "$LAB_DIR/ss1" 203.0.113.11 ss1.vpn.example.net || return 1
	lab_check 'strongSwan initiates to Nave' ss_initiate "$LAB_DIR/ss1" hub
	lab_check 'the hub shows the session' lab_wait 5 nave_up hub1 1
	lab_check 'the virtual address is of the hub'"'"'s pool' vip_is ss1 10.77.0.100
	lab_check 'strongSwan rekeys the ESP SAs' ss_ctl "$LAB_DIR/ss1" --rekey --child net-hub
	lab_check 'the hub takes the new pair' hub_logs 'child.rekeyed peer=203.0.113.11:'
	lab_check 'lets the old one go' hub_logs 'child.replaced peer=203.0.113.11:'
	lab_check 'and has one pair, when what was on its way is through' lab_wait 10 nave_is hub1 "len(d['flows']) == 1" show crypto ipsec sa
	lab_check 'strongSwan rekeys the IKE SA' ss_ctl "$LAB_DIR/ss1" --rekey --ike hub
	lab_check 'the hub goes on by the new one' hub_logs 'ike.rekeyed peer=203.0.113.11:'
	lab_check 'with the session up' lab_wait 3 nave_up hub1 1
	lab_check 'strongSwan ends the session' ss_end "$LAB_DIR/ss1"
	lab_check 'the hub has forgotten it' hub_alone
}

wrong_psk() {
	peer ss2 12
	SS_PSK=not-the-key ss_psk_spoke ss2 "$LAB_DIR/ss2" 203.0.113.12 ss2.vpn.example.net || return 1
	lab_check 'a wrong key is refused: AUTHENTICATION_FAILED' refused "$LAB_DIR/ss2" AUTHENTICATION_FAILED
	lab_check 'the hub logs it' hub_logs 'auth.failed peer=203.0.113.12:.* why=wrong-key'
	lab_check 'and keeps nothing' hub_alone
}

unknown_identity() {
	peer ss3 13
	ss_psk_spoke ss3 "$LAB_DIR/ss3" 203.0.113.13 ss3.elsewhere.example.com || return 1
	lab_check 'an unknown identity is refused: AUTHENTICATION_FAILED' refused "$LAB_DIR/ss3" AUTHENTICATION_FAILED
	lab_check 'the hub logs it' hub_logs 'auth.refused peer=203.0.113.13:.* why=no-profile'
	lab_check 'and keeps nothing' hub_alone
}

no_common_proposal() {
	peer ss4 14
	SS_IKE=aes256-sha512-modp4096 ss_psk_spoke ss4 "$LAB_DIR/ss4" 203.0.113.14 ss4.vpn.example.net || return 1
	lab_check 'no common proposal is refused: NO_PROPOSAL_CHOSEN' refused "$LAB_DIR/ss4" NO_PROPOSAL_CHOSEN
	lab_check 'the hub logs it' hub_logs 'init.refused peer=203.0.113.14:.* notify=NO_PROPOSAL_CHOSEN'
	peer ss5 15
	SS_ESP=aes256-sha512 ss_psk_spoke ss5 "$LAB_DIR/ss5" 203.0.113.15 ss5.vpn.example.net || return 1
	lab_check 'no common ESP proposal is refused: NO_PROPOSAL_CHOSEN' refused "$LAB_DIR/ss5" NO_PROPOSAL_CHOSEN
	ss_end "$LAB_DIR/ss5" >/dev/null 2>&1 # the IKE SA without a child
	lab_check 'the hub keeps nothing' hub_alone
}

# The pool has two addresses.
exhausted_pool() {
	local n
	for n in 1 2; do
		peer "full$n" "2$n"
		ss_psk_spoke "full$n" "$LAB_DIR/full$n" "203.0.113.2$n" "full$n.vpn.example.net" || return 1
		ss_initiate "$LAB_DIR/full$n" hub >/dev/null 2>&1
	done
	lab_check 'two peers take the two addresses' lab_wait 5 nave_up hub1 2
	peer late 23
	ss_psk_spoke late "$LAB_DIR/late" 203.0.113.23 late.vpn.example.net || return 1
	lab_check 'the third is refused: INTERNAL_ADDRESS_FAILURE' refused "$LAB_DIR/late" INTERNAL_ADDRESS_FAILURE
	lab_check 'the hub logs it' hub_logs 'authorization.refused peer=203.0.113.23:.* why=no-address'
	lab_wait 10 ss_end "$LAB_DIR/late"
	lab_wait 10 ss_end "$LAB_DIR/full1"
	lab_check 'the address of one that left' lab_wait 5 nave_up hub1 1
	lab_check 'goes to the next' ss_initiate "$LAB_DIR/late" hub
	lab_wait 10 ss_end "$LAB_DIR/late"
	lab_wait 10 ss_end "$LAB_DIR/full2"
	lab_check 'the hub keeps nothing' hub_alone
}

nave_to_nave() {
	fake_node spoke1 spoke 203.0.113.31/24 203.0.113.254
	nave_config_spoke spoke1 21
	lab_check 'a Nave spoke starts' nave_start_fake spoke1
	lab_check 'Nave initiates to Nave' lab_wait 5 nave_up spoke1 1
	lab_check 'the hub shows it' lab_wait 5 nave_up hub1 1
	lab_check 'the spoke has an address and the routes of the hub' nave_is spoke1 \
		"any(r['prefix'] == '10.10.0.0/24' and r['interface'] == 'Tunnel0' for r in d['routes'])" show ip route
	lab_check 'the hub has the route to the spoke'"'"'s LAN' nave_is hub1 \
		"any(r['prefix'] == '10.20.21.0/24' for r in d['routes'])" show ip route
	lab_check 'a spoke that ends' nave_stop spoke1 naved
	lab_check 'says goodbye: the hub has forgotten it' hub_alone
}

nave_to_strongswan() {
	fake_node hub2 hub 198.51.100.2/24 198.51.100.254
	lab_addr hub2 lo 10.10.0.1/24 # what its selectors are about
	ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	fake_node spoke2 spoke 203.0.113.32/24 203.0.113.254
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke2 22
	lab_check 'a second Nave spoke starts' nave_start_fake spoke2
	lab_check 'Nave initiates to strongSwan' lab_wait 40 nave_up spoke2 1
	lab_check 'strongSwan shows it' ss_log_has "$LAB_DIR/hub2" 'CHILD_SA lan.* established'
	lab_check 'the spoke has the route that strongSwan sent' nave_is spoke2 \
		"any(r['prefix'] == '10.10.0.0/24' and r['interface'] == 'Tunnel0' for r in d['routes'])" show ip route
	lab_check 'cleared on the spoke' nave_ctl spoke2 clear crypto session
	lab_check 'it is gone from strongSwan' lab_wait 5 ss_log_has "$LAB_DIR/hub2" 'received DELETE for IKE_SA'
	lab_check 'and comes back by itself' lab_wait 40 nave_up spoke2 1
}

lab_options "$@"
lab_begin control
lab_inet
fake_node hub1 hub 198.51.100.1/24 198.51.100.254
NAVE_POOL_LAST=10.77.0.101 nave_config_hub hub1
lab_check 'the hub starts' nave_start_fake hub1 || lab_finish
good_initiator
wrong_psk
unknown_identity
no_common_proposal
exhausted_pool
nave_to_nave
nave_to_strongswan
lab_check 'the hub ends' nave_stop hub1 naved
lab_finish
