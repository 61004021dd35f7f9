#!/bin/bash
# t_strongswan-psk.sh [--nic none|full|small]: real strongSwan and Nave with a pre-shared key, whoever begins.  Packets pass both
# ways, and the hub tells where they are encrypted.  Debian's strongSwan insists on ESP in UDP.
# Shows R-SYS-02, R-SYS-03, R-SYS-09, R-IKE-26, R-RTE-03, R-TUN-03, R-TUN-04, R-TUN-06.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

# What a UDP-encapsulated SA of the node with the NIC becomes.
case_placement() {
	case $LAB_NIC in
	none) echo software no-device ;;
	full) echo inline-protocol - ;;
	small) echo software udp-encap ;;
	esac
}

strongswan_to_nave() {
	local vip
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	lab_check "Nave hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || return 1
	ss_spoke_site ss1 203.0.113.11
	ss_psk_spoke ss1 "$LAB_DIR/ss1" 203.0.113.11 ss1.vpn.example.net || return 1
	lab_check 'strongSwan initiates' ss_initiate "$LAB_DIR/ss1" hub || return 1
	lab_check 'the hub shows the session' lab_wait 5 nave_up hub1 1
	vip=$(ss_vip ss1)
	lab_check "ping from the virtual address $vip to the hub's LAN" lab_ping ss1 "$vip" 10.10.0.10
	lab_check 'and back' lab_ping hub1-lan 10.10.0.10 "$vip"
	lab_check 'ping from the hub itself' lab_ping hub1 10.10.0.1 "$vip"
	lab_check '100 MB of TCP each way' lab_tcp ss1 "$vip" hub1-lan 10.10.0.10
	# shellcheck disable=SC2046 # two words
	lab_check "placement: $(case_placement)" nave_placed hub1 ss1.vpn.example.net $(case_placement)
	lab_check 'strongSwan ends the session' ss_end "$LAB_DIR/ss1"
	lab_check 'the hub has forgotten it' lab_wait 5 nave_down hub1
}

nave_to_strongswan() {
	ss_hub_site hub2
	ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke1 1
	lab_check "Nave spoke starts (nic $LAB_NIC)" nave_start spoke1 "$LAB_NIC" || return 1
	lab_check 'Nave initiates' lab_wait 40 nave_up spoke1 1 || return 1
	lab_check 'ping from its LAN to that of strongSwan' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'and back' lab_ping hub2-lan 10.10.0.10 10.20.1.10
	lab_check 'ping from its assigned address' lab_ping spoke1 10.77.0.100 10.10.0.10
	lab_check '100 MB of TCP each way' lab_tcp spoke1-lan 10.20.1.10 hub2-lan 10.10.0.10
	# shellcheck disable=SC2046 # two words
	lab_check "placement: $(case_placement)" nave_placed spoke1 hub1.vpn.example.net $(case_placement)
}

lab_options "$@"
lab_begin strongswan-psk
lab_inet
lab_say 'strongSwan begins'
strongswan_to_nave
lab_say 'Nave begins'
nave_to_strongswan
lab_finish
