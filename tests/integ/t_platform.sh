#!/bin/bash
# t_platform.sh: what the words of the platform file do, on real devices and daemons.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# refused NAME REASON: whether NAME's only tunnel is down for that reason, which is counted too.
refused() {
	nave_is "$1" "[(s['status'], s['reason']) for s in d['sessions']] == [('DOWN', '$2')]" show crypto session &&
		nave_is "$1" "[r['reason'] for r in d['refused']] == ['$2'] and d['placements'] == []" show platform offload
}

# offload inline: in the device or not at all.
offload_inline() {
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	NAVE_PLATFORM_LINES='offload inline' lab_check 'a hub with a NIC and offload inline starts' nave_start hub1 small || return 1
	nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
	nave_config_spoke spoke1 1
	NAVE_PLATFORM_LINES='offload inline' lab_check 'a spoke without a NIC and with offload inline starts' nave_start spoke1 none
	lab_check 'nothing comes up at the spoke, and it says why' lab_wait 10 refused spoke1 no-device
	nave_stop spoke1 naved
	nave_platform spoke1 none >"$LAB_DIR/spoke1/platform"
	lab_check 'with offload auto' nave_start_control spoke1
	lab_check 'it does' lab_wait 10 nave_up spoke1 1
	lab_check 'inline at the hub' nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	nave_crash hub1 navenic
	lab_check 'without its device the SAs have no placement' lab_wait 5 nave_placed hub1 spoke1.vpn.example.net none device-down
	lab_check 'and nothing passes' sh -c "! ip netns exec $LAB-spoke1-lan ping -c 2 -W 1 -q 10.10.0.10"
	lab_check 'the device comes back' nave_again hub1 navenic small
	lab_check 'and the SAs with it' lab_wait 10 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'ping from LAN to LAN again' lab_wait 10 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
}

lab_begin platform
lab_inet
offload_inline
lab_finish
