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
	lab_check 'nothing comes up at the spoke, and it says why' lab_wait 20 refused spoke1 no-device
	nave_stop spoke1 naved
	nave_platform spoke1 none >"$LAB_DIR/spoke1/platform"
	lab_check 'with offload auto' nave_start_control spoke1
	lab_check 'it does' lab_wait 40 nave_up spoke1 1
	lab_check 'inline at the hub' nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'ping from LAN to LAN' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	nave_crash hub1 navenic
	lab_check 'without its device the SAs have no placement' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net none device-down
	lab_check 'and nothing passes' sh -c "! ip netns exec $LAB-spoke1-lan ping -c 2 -W 1 -q 10.10.0.10"
	lab_check 'the device comes back' nave_again hub1 navenic small
	lab_check 'and the SAs with it' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'ping from LAN to LAN again' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
}

# port_is NAME STATE: what show platform offload says of the WAN port.
port_is() { nave_is "$1" "[p['state'] for p in d['ports'] if p['name'] == 'Ethernet0/0'] == ['$2']" show platform offload; }

refuses() { # NAME PATTERN COMMAND…
	nave_ctl "$1" "${@:3}" >"$LAB_DIR/screen" 2>&1 && return 1
	grep -q -- "$2" "$LAB_DIR/screen" || { cat "$LAB_DIR/screen"; return 1; }
}

log_count() { grep -Ec -- "$2" "$LAB_DIR/$1.log" || true; } # LOG TEXT

answers_within() { # SECONDS NAME COMMANDS
	timeout "$1" bash -c 'for ((i = 0; i < $1; i++)); do "${@:2}" || exit 1; done' - "$3" \
		"$LAB_BIN/navectl" --socket "$LAB_DIR/$2/control.sock" show platform offload
}

# device fault: each word, and what an operator sees of it.
device_faults() {
	local epoch back fault
	nave_stop hub1 naved
	nave_platform hub1 small >"$LAB_DIR/hub1/platform"
	lab_check 'with offload auto at the hub' nave_start_control hub1
	lab_check 'the spoke comes back' lab_wait 40 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'a port without a device that could fail' refuses hub1 'no device that could fail' device fault Ethernet0/1 hang
	lab_check 'a port that there isn'"'"'t' refuses hub1 'no port stands behind' device fault Ethernet7/7 hang
	lab_check 'milliseconds are a number' refuses hub1 'milliseconds are 1 to' device fault Ethernet0/0 hang soon
	epoch=$(nave_get hub1 "d['ports'][0]['epoch']" show platform offload)
	lab_check 'hang, for ever' nave_ctl hub1 device fault Ethernet0/0 hang
	lab_check 'the port is dead' lab_wait 20 port_is hub1 dead
	lab_check 'its SAs are in software: device-down' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net software device-down
	lab_check 'a dead device takes no further fault' refuses hub1 "doesn't answer" device fault Ethernet0/0 clear
	lab_check 'whether it answers is asked for without waiting: 20 commands meanwhile' answers_within 20 hub1 20
	nave_crash hub1 navenic
	lab_check 'another device in its place' nave_again hub1 navenic small
	lab_check 'it is up again' lab_wait 20 port_is hub1 up
	lab_check 'in a later epoch' nave_is hub1 "d['ports'][0]['epoch'] > $epoch" show platform offload
	lab_check 'and the SAs inline' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	for fault in 'hang 3000' heartbeat; do
		back=$(log_count hub1-navedp device.back)
		lab_check "$fault" nave_ctl hub1 device fault Ethernet0/0 $fault
		lab_check 'the port is dead, and found again' lab_wait 40 lab_log_has hub1-navedp device.back $((back + 1))
	done
	lab_check 'refuse 2' nave_ctl hub1 device fault Ethernet0/0 refuse 2
	lab_check 'clear' nave_ctl hub1 device fault Ethernet0/0 clear
	lab_check 'slow 500' nave_ctl hub1 device fault Ethernet0/0 slow 500 2
	lab_check 'the port stays up' port_is hub1 up
	lab_check 'die' nave_ctl hub1 device fault Ethernet0/0 die
	lab_check 'the port is dead' lab_wait 20 port_is hub1 dead
	lab_check 'a new device' nave_again hub1 navenic small
	lab_check 'the port is up again' lab_wait 20 port_is hub1 up
	lab_check 'ping from LAN to LAN' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
}

# addresses host: looked after, never set.
addresses_host() {
	nave_site spoke2 spoke 10.20.2.10/24 10.20.2.1
	nave_config_spoke spoke2 2
	lab_addr spoke2 eth1 10.20.2.1/24
	NAVE_PLATFORM_LINES='addresses host' lab_check 'a spoke with addresses host starts' nave_start spoke2 none || return 1
	lab_check 'what is missing and what would mend it' lab_wait 20 lab_log_has spoke2-naved \
		'warn.*host.address netdev=eth0 prefix=203.0.113.12/24 state=missing mend="ip address add 203.0.113.12/24 dev eth0"'
	lab_check 'routes too' lab_log_has spoke2-naved \
		'host.route netdev=eth0 prefix=0.0.0.0/0 state=missing mend="ip route add 0.0.0.0/0 via 203.0.113.254 dev eth0"'
	lab_check 'not a word of what is there' sh -c "! grep -q 'host.*eth1' '$LAB_DIR/spoke2-naved.log'"
	lab_check 'nothing was set' sh -c "! ip -n $LAB-spoke2 -4 addr show dev eth0 | grep -q inet"
	lab_in spoke2 ip address add 203.0.113.12/24 dev eth0
	lab_in spoke2 ip route add 0.0.0.0/0 via 203.0.113.254 dev eth0
	lab_check 'mended, as it said: noticed' lab_wait 20 lab_log_has spoke2-naved 'host.address netdev=eth0 .*state=ok'
	lab_check 'the route too' lab_wait 20 lab_log_has spoke2-naved 'host.route netdev=eth0 .*state=ok'
	lab_check 'and the session comes up' lab_wait 40 nave_up spoke2 1
	lab_check 'the address that the hub gave is looked after, too' lab_wait 20 lab_log_has spoke2-naved \
		'host.address netdev=nave0 prefix=10.77.0.[0-9]+/32 state=missing'
	lab_in spoke2 ip address del 203.0.113.12/24 dev eth0
	lab_check 'taken away: told again' lab_wait 20 lab_log_has spoke2-naved 'host.address netdev=eth0 .*state=missing' 2
	lab_check 'naved ends and leaves the host as it is' nave_stop spoke2 naved
}

# hub_wire DRIVER DEVICE: what the hub's WAN port is at work with.
hub_wire() {
	nave_is hub1 "[(p['state'], p['driver'], p['device'].split(',')[0]) for p in d['ports'] if p['name'] == 'Ethernet0/0'] \
== [('up', '$1', '$2')]" show platform offload
}
on_backup() { hub_wire af_xdp 'backup eth0'; }
on_device() { hub_wire net_nave small; }

# wire_is_clean CAPTURE: nothing in clear, and no number twice under one key.
wire_is_clean() {
	./wire.py "$LAB_DIR/$1" --own 198.51.100.1 --inner 10.0.0.0/8 | tee "$LAB_DIR/wire.out" || return 1
	LAB_NOTE=$(head -n 1 "$LAB_DIR/wire.out")
}

# backup netdev: the port goes on over the kernel's device, and back; under traffic, whose every frame on the wire is looked at.
backup_netdev() {
	local capture traffic
	nave_stop hub1 naved
	nave_platform hub1 small | sed 's/^ protected/&\n backup netdev eth0/' >"$LAB_DIR/hub1/platform"
	lab_check 'a hub with a backup' nave_start_control hub1
	lab_check 'the spoke comes back, inline' lab_wait 40 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_capture inet w-hub1 backup.pcap
	capture=$LAB_CAPTURE
	lab_start traffic spoke1-lan ping -n -i 0.02 -I 10.20.1.10 10.10.0.10
	traffic=$LAB_PID
	lab_check 'traffic' lab_wait 20 lab_log_has traffic 'bytes from' 20
	nave_crash hub1 navenic
	lab_check 'the backup stands in' lab_wait 20 on_backup
	lab_check 'its SAs are in software: device-down' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net software device-down
	lab_check 'the session is the same one' nave_up hub1 1
	lab_check 'ping from LAN to LAN by it' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	nave_ctl spoke1 clear crypto session
	lab_check 'IKE goes by it, too' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net software device-down
	lab_check 'ping by the new session' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'the device comes back' nave_again hub1 navenic small
	lab_check 'and the port to it' lab_wait 20 on_device
	lab_check 'the SAs are inline' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'ping from LAN to LAN by the device' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_kill INT "$traffic"
	lab_kill INT "$capture"
	lab_check 'nothing was in clear on the wire, there and back' wire_is_clean backup.pcap
}

# A device that is absent when the port is opened: the port begins on its backup.
backup_from_the_start() {
	nave_stop hub1 naved
	nave_stop hub1 navedp
	nave_stop hub1 navenic
	lab_capture inet w-hub1 start.pcap
	lab_check 'the datapath starts without its device' nave_start_dp hub1
	lab_check 'and the hub' nave_start_control hub1
	lab_check 'the backup stands in' lab_wait 20 on_backup
	lab_check 'the spoke comes back by it, when its next request is due' lab_wait 150 nave_placed hub1 spoke1.vpn.example.net software no-device
	lab_check 'ping from LAN to LAN by it' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'the device appears' nave_again hub1 navenic small
	lab_check 'and the port goes to it' lab_wait 20 on_device
	lab_check 'the session is the same one, its SAs inline' lab_wait 20 nave_placed hub1 spoke1.vpn.example.net inline-protocol -
	lab_check 'ping from LAN to LAN by the device' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	nave_crash hub1 navenic
	lab_check 'lost: the backup again' lab_wait 20 on_backup
	lab_check 'ping from LAN to LAN by it' lab_wait 20 lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_kill INT "$LAB_CAPTURE"
	lab_check 'nothing was in clear on the wire' wire_is_clean start.pcap
}

lab_begin platform
lab_inet
offload_inline
device_faults
backup_netdev
backup_from_the_start
addresses_host
lab_finish
