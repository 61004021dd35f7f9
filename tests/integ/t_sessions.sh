#!/bin/bash
# t_sessions.sh [--nic none|full] [--peers N]: 10,000 sessions at one hub, a network behind each, while two hosts of a further spoke and of the
# hub ping each other all the time: all come up, all routes are there, pages are read, all go within 5 s, and no ping is lost.
# Prints what a session keeps in naved and in navedp.  Shows R-SYS-02, R-RTE-05.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

PEERS=10000
CONTEXT=1024 # bytes of an SA in the soft engine
LAB_OPTIONS=([--peers]=PEERS)

# Resident memory of a process, but for rings and packets shared with a card: those are touched as packets pass, to a bound of their own.
rss_kb() { awk '/^[0-9a-f]+-/ { shared = /nave-(admin|rings|packets)/ } /^Rss:/ && !shared { kb += $2 } END { print kb }' "/proc/$(nave_pid hub1 "$1")/smaps"; }

# What a session has added to a process, in bytes.
kept() { # PROGRAM BEFORE MOST
	local each=$((($(rss_kb "$1") - $2) * 1024 / PEERS))
	LAB_NOTE="$each bytes each"
	echo "$LAB_NOTE"
	[ "$each" -le "$3" ]
}

# The swarm, which stays until it is told to go.
come() {
	lab_start naveload load "$LAB_BIN/naveload" --psk "$LAB_PSK" --address --peers "$PEERS" --first 2 --behind 10.128.0.0/24 --concurrency 100 \
		--hold 86400 --json --quiet 198.51.100.1
	LOAD=$LAB_PID
	lab_wait 60 nave_is hub1 "(d['ikev2']['up'], d['ikev2']['half_open']) == ($((PEERS + 1)), 0)" show version
}

# Read page by page.
all_routes() {
	lab_wait 10 nave_is hub1 "sum(r['code'] == 'S' and str(r['interface']).startswith('Virtual-Access') for r in d['routes']) == $((2 * PEERS + 2))" \
		show ip route
}

placed() { nave_is hub1 "[(p['placement'], p['inbound']) for p in d['placements']] == [('$1', $((PEERS + 1)))]" show platform offload; }

only_the_spoke() { nave_is hub1 "d['ikev2']['up'] == 1" show version; }

# How long a program's first thread could have run and didn't.
waited_ms() { awk '{ printf "%d", $2 / 1000000 }' "/proc/$1/task/$1/schedstat"; }

# Within 5 s, less what others kept naved off the CPU meanwhile.
go() {
	local begin=${EPOCHREALTIME/./} naved waited took
	naved=$(nave_pid hub1 naved)
	waited=$(waited_ms "$naved")
	kill -INT "$LOAD"
	lab_wait 60 only_the_spoke || return 1
	took=$(((${EPOCHREALTIME/./} - begin) / 1000))
	waited=$(($(waited_ms "$naved") - waited))
	LAB_NOTE="$took ms, $waited of them waiting for a CPU"
	[ $((took - waited)) -lt 5000 ]
}

nothing_left() {
	nave_is hub1 "sum(p['inbound'] for p in d['placements']) == 1" show platform offload && nave_is hub1 "d['pools'][0]['used'] == 1" show ip local pool &&
		nave_is hub1 "sum(r['code'] == 'S' and str(r['interface']).startswith('Virtual-Access') for r in d['routes']) == 2" show ip route
}

# The last request that was answered, and how many were.
last_ping() { grep -o 'icmp_seq=[0-9]*' "$LAB_DIR/ping.log" | tail -n 1 | cut -d = -f 2; }
answered() { grep -c 'icmp_seq=.*ms$' "$LAB_DIR/ping.log"; }
answered_since() { [ "$(last_ping)" -gt "$1" ]; }

# A gap is a loss; what is under way at the end isn't.
no_ping_lost() {
	lab_wait 5 answered_since "$(last_ping)" || return 1
	kill -INT "$PING"
	lab_wait 5 grep -q 'packet loss' "$LAB_DIR/ping.log" || return 1
	LAB_NOTE="$(answered) of $(last_ping)"
	[ "$(answered)" = "$(last_ping)" ]
}

lab_options "$@"
lab_begin sessions
lab_inet
nave_load_site
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
NAVE_POOL_LAST=10.77.255.250 NAVE_DPD='60 5 on-demand' nave_config_hub hub1
nave_config_spoke spoke1 1
lab_check 'the hub starts' nave_start hub1 "$LAB_NIC" || lab_finish
lab_check 'a spoke starts' nave_start spoke1 none || lab_finish
lab_check 'ping from LAN to LAN' lab_wait 15 lab_ping spoke1-lan 10.20.1.10 10.10.0.10 || lab_finish
lab_start ping spoke1-lan ping -n -i 0.01 10.10.0.10
PING=$LAB_PID
naved=$(rss_kb naved)
navedp=$(rss_kb navedp)
lab_check "$PEERS sessions come up" come || lab_finish
lab_check 'the lease and the network of each is routed' all_routes
lab_check 'all are placed' placed "$([ "$LAB_NIC" = none ] && echo software || echo inline-protocol)"
lab_check 'what one keeps in naved' kept naved "$naved" 6144
lab_check 'what one keeps in navedp' kept navedp "$navedp" $((1536 + ($([ "$LAB_NIC" = none ] && echo "2 * $CONTEXT" || echo 0))))
lab_check 'all go' go
lab_check 'and nothing is left of them' lab_wait 30 nothing_left
lab_check 'no ping was lost' no_ping_lost
lab_finish
