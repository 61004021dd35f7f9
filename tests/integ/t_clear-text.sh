#!/bin/bash
# t_clear-text.sh [--seed N] [--steps N] [--nic none|full|small]: whatever happens to a hub and its spoke - other configurations, sessions that come
# and go, daemons that end or are killed, packets that others send - in whatever order, nothing leaves their protected interfaces in clear, and
# nothing that came in clear gets behind the hub.  Hosts and the hub itself send all the while; a seed gives one order.
# Shows R-SYS-02, R-TUN-02, R-TUN-09.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

readonly MARKER=NaveMark MARKER_HEX=4e6176654d61726b
readonly INTRUDER=Intruder INTRUDER_HEX=496e747275646572

# ---- other configurations: what is said of each, and what sed makes of the first one ----

readonly HUB_CONFIGS=(
	'as at first|'
	'its template without protection|/^interface Virtual-Template1/,/^!/ { /tunnel protection/d }'
	'its template of GRE|s/tunnel mode ipsec ipv4/tunnel mode gre ip/'
	'its template of GRE, without protection|s/tunnel mode ipsec ipv4/tunnel mode gre ip/; /^ tunnel protection/d'
	'its template shut down|s/^interface Virtual-Template1.*/&\n shutdown/'
	'a profile without a template|/^ virtual-template/d'
	'routes to the spoke out of the WAN|$ a ip route 10.20.1.0 255.255.255.0 198.51.100.254\nip route 10.77.0.0 255.255.0.0 198.51.100.254'
	'more specific ones|$ a ip route 10.20.1.0 255.255.255.128 198.51.100.254\nip route 10.20.1.10 255.255.255.255 198.51.100.254'
	'another transform set|s/esp-gcm 128/esp-aes 256 esp-sha256-hmac/'
	'another key|s/^  pre-shared-key .*/  pre-shared-key another-key-of-the-hub/'
	'an access list on its template|/^interface Virtual-Template1/ a \ ip access-group PINGS out
		$ a ip access-list extended PINGS\n permit icmp any any'
	'nothing to grant|/^ route set/d; /^ pool/d'
	'GRE to the spoke, without protection|$ a interface Tunnel9\n ip address 10.99.9.1 255.255.255.252\n tunnel source Ethernet0/0\n tunnel destination 203.0.113.11\n tunnel mode gre ip\nip route 10.20.1.0 255.255.255.0 Tunnel9'
)
readonly SPOKE_CONFIGS=(
	'as at first|'
	'its tunnel without protection|/^ tunnel protection/d'
	'its tunnel of GRE, without protection|s/tunnel mode ipsec ipv4/tunnel mode gre ip/; /^ tunnel protection/d'
	'its tunnel of GRE|s/tunnel mode ipsec ipv4/tunnel mode gre ip/'
	'its tunnel shut down|s/^interface Tunnel0/&\n shutdown/'
	'no tunnel|/^interface Tunnel0/,/^!/d'
	'a route to the hub out of the WAN|$ a ip route 10.10.0.0 255.255.255.0 203.0.113.254'
	'another hub|s/tunnel destination .*/tunnel destination 198.51.100.77/'
	'another key|s/^  pre-shared-key .*/  pre-shared-key another-key-of-the-spoke/'
)

# configure NODE CONFIG
configure() {
	sed -e "${2#*|}" "$LAB_DIR/$1/first" >"$LAB_DIR/$1/config"
	nave_reload "$1"
}

# ---- what happens ----

readonly EVENTS=(hub_config hub_config hub_config spoke_config spoke_config clear_hub clear_spoke rekey end_naved kill_naved kill_navedp intrude)

one_of() { eval "PICK=\${$1[RANDOM % \${#$1[@]}]}"; }
node() { PICK=$([ $((RANDOM % 2)) = 0 ] && echo hub1 || echo spoke1); }

hub_config() {
	one_of HUB_CONFIGS
	lab_check "the hub: ${PICK%%|*}" configure hub1 "$PICK"
}
spoke_config() {
	one_of SPOKE_CONFIGS
	lab_check "the spoke: ${PICK%%|*}" configure spoke1 "$PICK"
}
clear_hub() { lab_check 'the hub clears its sessions' nave_ctl hub1 clear crypto session; }
clear_spoke() { lab_check 'the spoke clears its sessions' nave_ctl spoke1 clear crypto session; }
rekey() {
	node
	lab_check "$PICK rekeys its ESP SAs" nave_ctl "$PICK" rekey crypto ipsec sa
}
end_naved() {
	node
	lab_check "$PICK: naved ends" nave_stop "$PICK" naved
	lab_check 'and starts again' nave_again "$PICK" naved "$LAB_NIC"
}
kill_naved() { die naved; }
kill_navedp() { die navedp; }
die() {
	node
	lab_check "$PICK: $1 is killed" nave_crash "$PICK" "$1"
	sent 20
	lab_check 'and starts again' nave_again "$PICK" "$1" "$LAB_NIC"
}
intrude() {
	lab_check 'others send GRE in clear' lab_in inet ../scenarios/inject_gre.py 203.0.113.11 198.51.100.1 10.20.1.10 10.10.0.10 5
	lab_in inet ping -n -q -c 5 -i 0.02 -W 1 -p $INTRUDER_HEX 10.10.0.10 >/dev/null
}

# sent PACKETS: so many more have been sent behind the hub.
sent() {
	local was
	was=$(packets)
	lab_wait 20 sent_since "$was" "$1"
}
sent_since() { [ "$(packets)" -ge $(($1 + $2)) ]; }
packets() { lab_in hub1-lan cat /sys/class/net/eth0/statistics/tx_packets; }

# stream NS FROM TO
stream() { lab_start "stream-$1" "$1" ping -n -q -i 0.02 -s 200 -p $MARKER_HEX -I "$2" "$3"; }

# ---- judging ----

wire_is_clean() { # CAPTURE OWN_ADDRESS
	./wire.py "$LAB_DIR/$1.pcap" --own "$2" --inner 10.0.0.0/8 --inner 192.0.2.0/24 --marker $MARKER | tee "$LAB_DIR/wire.out" || return 1
	LAB_NOTE=$(head -n 1 "$LAB_DIR/wire.out")
	grep -q ' esp' "$LAB_DIR/wire.out"
}

nobody_came_in() {
	grep -q "$MARKER" "$LAB_DIR/lan.pcap" || { echo "nothing was captured"; return 1; }
	! tcpdump -n -A -r "$LAB_DIR/lan.pcap" 2>/dev/null | grep -E -B 8 -m 1 "$INTRUDER|plain GRE"
}

pings_pass() { nave_up hub1 1 && lab_ping hub1-lan 10.10.0.10 10.20.1.10 1; }

SEED=1
STEPS=12
LAB_OPTIONS=([--seed]=SEED [--steps]=STEPS)
lab_options "$@"
lab_begin "clear-text, seed $SEED"
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
nave_config_hub hub1
NAVE_DPD='10 2 periodic' nave_config_spoke spoke1 1
for n in hub1 spoke1; do cp "$LAB_DIR/$n/config" "$LAB_DIR/$n/first"; done
ip -n "$LAB-inet" route add 10.10.0.0/24 via 198.51.100.1
lab_capture inet w-hub1 hub.pcap
CAPTURES=$LAB_CAPTURE
lab_capture inet w-spoke1 spoke.pcap
CAPTURES+=" $LAB_CAPTURE"
lab_capture hub1-lan eth0 lan.pcap
CAPTURES+=" $LAB_CAPTURE"
lab_check 'the hub starts' nave_start hub1 "$LAB_NIC" || lab_finish
lab_check 'the spoke starts' nave_start spoke1 none || lab_finish
lab_check 'pings pass' lab_wait 40 pings_pass || lab_finish
stream hub1-lan 10.10.0.10 10.20.1.10
stream hub1-lan 10.10.0.10 192.0.2.1
stream hub1 10.77.0.254 10.20.1.10
stream hub1 10.10.0.1 192.0.2.2
stream spoke1-lan 10.20.1.10 10.10.0.10
RANDOM=$SEED
for ((step = 0; step < STEPS; step++)); do
	one_of EVENTS
	"$PICK"
	sent 40
done
lab_check 'the hub: as at first' configure hub1 "${HUB_CONFIGS[0]}"
lab_check 'the spoke: as at first' configure spoke1 "${SPOKE_CONFIGS[0]}"
lab_check 'pings pass again' lab_wait 60 pings_pass
for pid in $CAPTURES; do lab_kill INT "$pid"; done
lab_check 'nothing in clear on the wire of the hub' wire_is_clean hub 198.51.100.1
lab_check 'nor on that of the spoke' wire_is_clean spoke 203.0.113.11
lab_check 'and nobody came in' nobody_came_in
lab_finish
