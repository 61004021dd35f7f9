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

# port_is NAME STATE: what show platform offload says of the WAN port.
port_is() { nave_is "$1" "[p['state'] for p in d['ports'] if p['name'] == 'Ethernet0/0'] == ['$2']" show platform offload; }

refuses() { # NAME PATTERN COMMAND…
	nave_ctl "$1" "${@:3}" >"$LAB_DIR/screen" 2>&1 && return 1
	grep -q -- "$2" "$LAB_DIR/screen" || { cat "$LAB_DIR/screen"; return 1; }
}

# device fault: each word, and what an operator sees of it.
device_faults() {
	local epoch
	nave_stop hub1 naved
	nave_platform hub1 small >"$LAB_DIR/hub1/platform"
	lab_check 'with offload auto at the hub' nave_start_control hub1
	lab_check 'the spoke comes back' lab_wait 40 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'a port without a device that could fail' refuses hub1 'no device that could fail' device fault Ethernet0/1 hang
	lab_check 'a port that there isn'"'"'t' refuses hub1 'no port stands behind' device fault Ethernet7/7 hang
	lab_check 'milliseconds are a number' refuses hub1 'milliseconds are 1 to' device fault Ethernet0/0 hang soon
	epoch=$(nave_get hub1 "d['ports'][0]['epoch']" show platform offload)
	lab_check 'hang 15000' nave_ctl hub1 device fault Ethernet0/0 hang 15000
	lab_check 'the port is dead' lab_wait 10 port_is hub1 dead
	lab_check 'its SAs are in software: device-down' lab_wait 5 nave_placed hub1 spoke1.vpn.example.net software device-down
	lab_check 'a dead device takes no further fault' refuses hub1 "doesn't answer" device fault Ethernet0/0 clear
	lab_check 'after the hang it is up again' lab_wait 30 port_is hub1 up
	lab_check 'in a later epoch' nave_is hub1 "d['ports'][0]['epoch'] > $epoch" show platform offload
	lab_check 'and the SAs inline' lab_wait 5 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'heartbeat' nave_ctl hub1 device fault Ethernet0/0 heartbeat
	lab_check 'the port is dead, and found again' lab_wait 15 lab_log_has hub1-navedp device.back 3
	lab_check 'refuse 2' nave_ctl hub1 device fault Ethernet0/0 refuse 2
	lab_check 'clear' nave_ctl hub1 device fault Ethernet0/0 clear
	lab_check 'slow 500' nave_ctl hub1 device fault Ethernet0/0 slow 500 2
	lab_check 'the port stays up' port_is hub1 up
	lab_check 'die' nave_ctl hub1 device fault Ethernet0/0 die
	lab_check 'the port is dead' lab_wait 3 port_is hub1 dead
	lab_check 'a new device' nave_again hub1 navenic small
	lab_check 'the port is up again' lab_wait 10 port_is hub1 up
	lab_check 'ping from LAN to LAN' lab_wait 10 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
}

# addresses host: looked after, never set.
addresses_host() {
	nave_site spoke2 spoke 10.20.2.10/24 10.20.2.1
	nave_config_spoke spoke2 2
	lab_addr spoke2 eth1 10.20.2.1/24
	NAVE_PLATFORM_LINES='addresses host' lab_check 'a spoke with addresses host starts' nave_start spoke2 none || return 1
	lab_check 'what is missing and what would mend it' lab_wait 5 lab_log_has spoke2-naved \
		'warn.*host.address netdev=eth0 prefix=203.0.113.12/24 state=missing mend="ip address add 203.0.113.12/24 dev eth0"'
	lab_check 'routes too' lab_log_has spoke2-naved \
		'host.route netdev=eth0 prefix=0.0.0.0/0 state=missing mend="ip route add 0.0.0.0/0 via 203.0.113.254 dev eth0"'
	lab_check 'not a word of what is there' sh -c "! grep -q 'host.*eth1' '$LAB_DIR/spoke2-naved.log'"
	lab_check 'nothing was set' sh -c "! ip -n $LAB-spoke2 -4 addr show dev eth0 | grep -q inet"
	lab_in spoke2 ip address add 203.0.113.12/24 dev eth0
	lab_in spoke2 ip route add 0.0.0.0/0 via 203.0.113.254 dev eth0
	lab_check 'mended, as it said: noticed' lab_wait 5 lab_log_has spoke2-naved 'host.address netdev=eth0 .*state=ok'
	lab_check 'the route too' lab_wait 5 lab_log_has spoke2-naved 'host.route netdev=eth0 .*state=ok'
	lab_check 'and the session comes up' lab_wait 20 nave_up spoke2 1
	lab_check 'the address that the hub gave is looked after, too' lab_wait 5 lab_log_has spoke2-naved \
		'host.address netdev=nave0 prefix=10.77.0.[0-9]+/32 state=missing'
	lab_in spoke2 ip address del 203.0.113.12/24 dev eth0
	lab_check 'taken away: told again' lab_wait 5 lab_log_has spoke2-naved 'host.address netdev=eth0 .*state=missing' 2
	lab_check 'naved ends and leaves the host as it is' nave_stop spoke2 naved
}

# backup netdev: the port goes on over the kernel's device, and back.
backup_netdev() {
	nave_stop hub1 naved
	nave_platform hub1 small | sed 's/^ protected/&\n backup netdev eth0/' >"$LAB_DIR/hub1/platform"
	lab_check 'a hub with a backup' nave_start_control hub1
	lab_check 'the spoke comes back, inline' lab_wait 40 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	nave_crash hub1 navenic
	lab_check 'the backup stands in' lab_wait 5 nave_is hub1 \
		"[(p['state'], p['device']) for p in d['ports'] if p['name'] == 'Ethernet0/0'] == [('up', 'backup eth0')]" show platform offload
	lab_check 'its SAs are in software: device-down' lab_wait 3 nave_placed hub1 spoke1.vpn.example.net software device-down
	lab_check 'the session is the same one' nave_up hub1 1
	lab_check 'ping from LAN to LAN by it' lab_wait 5 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	nave_ctl spoke1 clear crypto session
	lab_check 'IKE goes by it, too' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net software device-down
	lab_check 'ping by the new session' lab_wait 10 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'the device comes back' nave_again hub1 navenic small
	lab_check 'and the port to it' lab_wait 10 nave_is hub1 \
		"[(p['state'], p['driver']) for p in d['ports'] if p['name'] == 'Ethernet0/0'] == [('up', 'net_nave')]" show platform offload
	lab_check 'the SAs are inline' lab_wait 10 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'ping from LAN to LAN by the device' lab_wait 10 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
}

lab_begin platform
lab_inet
offload_inline
device_faults
backup_netdev
addresses_host
lab_finish
