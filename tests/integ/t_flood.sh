#!/bin/bash
# t_flood.sh [--seconds N] [--rate N]: forged IKE_SA_INIT requests at 50,000 a second, from all over 10.0.0.0/8, then from 16 /24s, against
# naved with a datapath in memory and against naved and navedp.  Meanwhile honest peers come, one of them from the attacker's own range: 99 %
# of them must be up within 2 s, and of the sessions that stand, which probe, rekey and are probed, none may be lost.  A sender that falls
# short of its rate shows nothing: that fails, too.
# Shows R-DEF.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

SECONDS_EACH=4
RATE=50000
HONEST=40 # set-ups a second
STANDING=50
PER_SOURCE=200 # of each prefix a second
BURST=400
LAB_OPTIONS=([--seconds]=SECONDS_EACH [--rate]=RATE)

spoke_side() { # NAME ADDR
	lab_ns "$1"
	lab_wan "$1" eth0 spoke
	lab_addr "$1" eth0 "$2/24"
	ip -n "$LAB-$1" route add default via 203.0.113.254
}

# The hubs' answers to forged addresses end at the router.
sites() {
	lab_ns attack
	lab_wan attack eth0 hub
	lab_addr attack eth0 198.51.100.66/24
	spoke_side standing 203.0.113.11
	spoke_side honest 203.0.113.12
	spoke_side near 203.0.113.13
	lab_addr near lo 10.1.2.3/32
	ip -n "$LAB-inet" route add blackhole 10.0.0.0/8
	ip -n "$LAB-inet" route add blackhole 198.18.0.0/15
	ip -n "$LAB-inet" route add 10.1.2.3/32 via 203.0.113.13
}

limits() { # NAME ADDR
	sed -i "s/198\.51\.100\.1 /$2 /" "$LAB_DIR/$1/config"
	echo "crypto ikev2 limit source rate $PER_SOURCE burst $BURST" >>"$LAB_DIR/$1/config"
}

memory_hub() {
	lab_ns hub1
	lab_wan hub1 eth0 hub
	lab_addr hub1 eth0 198.51.100.1/24
	ip -n "$LAB-hub1" route add default via 198.51.100.254
	nave_config_hub hub1
	limits hub1 198.51.100.1
	nave_start_fake hub1
}

datapath_hub() {
	nave_site hub2 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub2
	limits hub2 198.51.100.2
	nave_start hub2 none && lab_wait 10 lab_log_has hub2-naved 'port\.put .*err=OK' 2
}

load() { # NS FILE HUB ARG…
	lab_in "$1" "$LAB_BIN/naveload" --psk "$LAB_PSK" --address --quiet --json "${@:4}" "$3" >"$LAB_DIR/$2.json" 2>"$LAB_DIR/$2.err"
}

received() { lab_in "$1" cat /sys/class/net/eth0/statistics/rx_packets; }

# in_time FILE: all came up, and 99 % of them within 2 s.
in_time() {
	python3 -c 'import json, sys
r = json.load(sys.stdin)["rounds"][0]
t = r["setup_ms"]
print("%d of %d, p50 %.0f ms, p99 %.0f ms" % (r["setup"]["done"], r["setup"]["tried"], t["p50"], t["p99"]))
sys.exit(r["setup"]["failed"] > 0 or t["p99"] > 2000)' <"$LAB_DIR/$1.json"
}

unharmed() {
	python3 -c 'import json, sys
d = json.load(sys.stdin)
r = d["rounds"][0]
print("%d standing, %d lost" % (r["up_last"], sum(r["lost"].values())))
sys.exit(r["setup"]["done"] != d["peers"] or bool(r["lost"]) or r["stuck"] > 0)' <"$LAB_DIR/standing.json"
}

counters() { # NAME
	nave_ctl "$1" --json show crypto ikev2 stats | python3 -c 'import json, sys
d = json.load(sys.stdin)
c = {x["name"]: int(x["value"]) for x in d["counters"] + [{"name": "udp-" + u["name"], "value": u["value"]} for u in d["udp"]]}
print(", ".join("%s %d" % (n, c[n]) for n in ("rx", "cookie-sent", "cookie-bad", "source-rate", "half-open-full", "source-full", "udp-crowd")))'
}

# Whether it was a flood.
reached_rate() {
	[ "$(awk '{ print $1 }' "$LAB_DIR/flood.out")" -ge $((RATE * SECONDS_EACH * 95 / 100)) ] || { echo ', INCONCLUSIVE: that is too few'; return 1; }
}

# flooded NAME HUB SOURCES
flooded() {
	local honest near standing flood before spent status=0 notes
	load standing standing "$2" --peers $STANDING --first 1 --concurrency 20 --hold $((SECONDS_EACH + 4)) --dpd 1 --churn 20 &
	standing=$!
	lab_wait 10 nave_is "$1" "d['ikev2']['up'] == $STANDING" show version || return 1
	before=$(received "$1")
	spent=$(lab_cpu_ms "$(nave_pid "$1" naved)")
	lab_in attack "$LAB_BIN/flood" "$2" "$3" "$RATE" "$SECONDS_EACH" >"$LAB_DIR/flood.out" &
	flood=$!
	sleep 0.5
	load honest honest "$2" --peers $((HONEST * (SECONDS_EACH - 1))) --first 1001 --rate $HONEST --leave &
	honest=$!
	load near near "$2" --source 10.1.2.3 --peers $((10 * (SECONDS_EACH - 1))) --first 5001 --rate 10 --leave &
	near=$!
	wait $flood
	notes="$(cat "$LAB_DIR/flood.out")$(reached_rate)" || status=1
	notes+=", $((($(received "$1") - before) / SECONDS_EACH)) a second arrived"
	notes+=", naved used $(($(lab_cpu_ms "$(nave_pid "$1" naved)") - spent)) ms of CPU"
	wait $honest
	wait $near
	wait $standing
	notes+="; honest $(in_time honest)" || status=1
	notes+="; near $(in_time near)" || status=1
	notes+="; $(unharmed)" || status=1
	notes+="; $(counters "$1")"
	echo "$notes"
	LAB_NOTE=$notes
	return $status
}

taken() { nave_get "$1" "[int(c['value']) for c in d['counters'] if c['name'] == 'rx'][0]" show crypto ikev2 stats; }

# What 16 prefixes send beyond their rate ends in the XDP program: naved hears of no more than that, and of the honest.
filtered() {
	local before heard allowed
	before=$(taken "$1") || return 1
	flooded "$@" || return 1
	heard=$(($(taken "$1") - before))
	allowed=$((16 * (BURST + PER_SOURCE * (SECONDS_EACH + 1)) + 5 * (HONEST + 10) * SECONDS_EACH + 4 * STANDING * (SECONDS_EACH + 4)))
	LAB_NOTE+="; $heard came through, $allowed at most may"
	echo "$LAB_NOTE"
	[ "$heard" -le "$allowed" ] && [ "$allowed" -lt "$(awk '{ print $1 }' "$LAB_DIR/flood.out")" ]
}

lab_options "$@"
NAVE_POOL_LAST=10.77.255.250
NAVE_DPD='10 2 periodic'
lab_begin flood
lab_inet
sites
lab_check 'naved starts, datapath in memory' memory_hub || lab_finish
lab_check "$RATE a second from 10.0.0.0/8" flooded hub1 198.51.100.1 10.0.0.0/8
lab_check "$RATE a second from 198.18.0.0/20" flooded hub1 198.51.100.1 198.18.0.0/20
lab_check 'naved and navedp start' datapath_hub || lab_finish
lab_check "$RATE a second from 10.0.0.0/8" flooded hub2 198.51.100.2 10.0.0.0/8
lab_check "$RATE a second from 198.18.0.0/20" filtered hub2 198.51.100.2 198.18.0.0/20
lab_finish
