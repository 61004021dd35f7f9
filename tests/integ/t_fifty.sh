#!/bin/bash
# t_fifty.sh [--nic none|full|small]: 50 connections of one strongSwan come up in less than 5 s, and all pass traffic.
# Shows R-SYS-03, R-TUN-04, R-RTE-03.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

COUNT=50

spokes() {
	local n
	lab_ns ss
	lab_wan ss eth0 spoke
	for n in $(seq 1 $COUNT); do echo "addr add 203.0.113.$((100 + n))/24 dev eth0"; done | ip -n "$LAB-ss" -batch -
	ip -n "$LAB-ss" route add default via 203.0.113.254
	ss_start ss "$LAB_DIR/ss" || return 1
	{
		echo "connections {"
		for n in $(seq 1 $COUNT); do
			ss_psk_conn "s$n" "203.0.113.$((100 + n))" "s$n.vpn.example.net" "" "start_action = start"
		done
		echo "}"
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$LAB_DIR/ss/swanctl.conf"
}

all_established() { [ "$(grep -c 'CHILD_SA .* established' "$LAB_DIR/ss/charon.log")" -ge $COUNT ]; }

come_up() {
	local begin
	begin=$(date +%s%N)
	ss_ctl "$LAB_DIR/ss" --load-all >"$LAB_DIR/ss/load.out" 2>&1 || { cat "$LAB_DIR/ss/load.out"; return 1; }
	lab_wait 20 all_established || { grep -c 'CHILD_SA .* established' "$LAB_DIR/ss/charon.log"; return 1; }
	LAB_NOTE="$((($(date +%s%N) - begin) / 1000000)) ms"
	[ "$(date +%s%N)" -lt $((begin + 5000000000)) ]
}

all_answer() {
	local vip pids=() ok=0
	for vip in $(ip -n "$LAB-ss" -4 -o addr show dev ipsec0 | awk '{ sub("/.*", "", $4); print $4 }'); do
		lab_ping ss "$vip" 10.10.0.10 >/dev/null 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" && ok=$((ok + 1)); done
	LAB_NOTE="$ok of ${#pids[@]}"
	echo "$LAB_NOTE"
	[ "$ok" -eq $COUNT ]
}

lab_options "$@"
lab_begin fifty
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_config_hub hub1
lab_check "the hub starts (nic $LAB_NIC)" nave_start hub1 "$LAB_NIC" || lab_finish
spokes || exit 1
lab_check "$COUNT sessions in less than 5 s" come_up
lab_check 'the hub shows them' lab_wait 5 nave_up hub1 $COUNT
lab_check 'each passes traffic' all_answer
lab_finish
