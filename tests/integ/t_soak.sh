#!/bin/bash
# t_soak.sh [--minutes N] [--peers N]: 2,000 sessions under naveload at naved and navedp, while dice choose who rekeys, probes, leaves and
# comes again; the hub probes and, from the second minute on, rekeys too.  Of what was under way when the dice rest nothing is stuck at
# the peers, the hub has as many sessions as they, and memory stands where it stood after the first part.  Then the peers die, and
# nothing at all is left of them: no IKE SA, no ESP SA, no lease.
# Shows R-SYS-02, R-IKE-23, R-DEF.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

MINUTES=0
SECONDS_LEAST=15
PEERS=2000
ACTS=150 # a second
LAB_OPTIONS=([--minutes]=MINUTES [--peers]=PEERS)

sites() {
	nave_load_site
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	sed -i "s/^ dpd .*/&\n lifetime 120/; s/^ set ikev2-profile default/&\n set security-association lifetime seconds 120/" \
		"$LAB_DIR/hub1/config"
	nave_start hub1 none && lab_wait 10 lab_log_has hub1-naved 'port\.put .*err=OK' 2
}

rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# Memory of both, once a second.
sample() {
	while sleep 1; do
		echo "$(rss_kb "$(nave_pid hub1 naved)") $(rss_kb "$(nave_pid hub1 navedp)")"
	done >"$LAB_DIR/rss"
}

churn() {
	lab_in load "$LAB_BIN/naveload" --psk "$LAB_PSK" --address --peers "$PEERS" --concurrency 100 --hold "$HOLD" --churn "$ACTS" --dpd 20 \
		--leave --json 198.51.100.1 >"$LAB_DIR/load.json" 2>"$LAB_DIR/load.err"
	local status=$?
	LAB_NOTE=$(python3 -c 'import json, sys
r = json.load(sys.stdin)["rounds"][0]
print(", ".join("%d %s" % (n, what) for what, n in r["churn"].items()))
if r["up_last"] != int(sys.argv[1]) or r["stuck"] or r["lost"] or r["again"]["failed"]:
    sys.exit("stuck, lost or failed: %s" % r)' "$PEERS" <"$LAB_DIR/load.json") && [ $status = 0 ]
}

# The hub's sessions are those that the peers left, at once; of ESP SAs it has theirs, and a few that make way for their successors.
agree() {
	nave_is hub1 "(d['ikev2']['up'], d['ikev2']['half_open']) == ($PEERS, 0)" show version &&
		nave_is hub1 "$PEERS <= sum(p['inbound'] for p in d['placements']) < $PEERS * 1.05" show platform offload
}

# Between the first third and the end each process has grown by less than a twentieth.
flat() {
	LAB_NOTE=$(awk '{ naved[NR] = $1; navedp[NR] = $2 }
		function grown(a) { return (a[NR] - a[from]) / a[from] }
		END {
			from = int(NR / 3) + 1
			printf "naved %d to %d kB, navedp %d to %d kB", naved[from], naved[NR], navedp[from], navedp[NR]
			exit !(grown(naved) < 0.05 && grown(navedp) < 0.05)
		}' "$LAB_DIR/rss")
}

nothing_left() {
	nave_is hub1 "d['ikev2']['sas'] == 0" show version && nave_is hub1 "d['pools'][0]['used'] == 0" show ip local pool &&
		nave_is hub1 "sum(p['inbound'] + p['outbound'] for p in d['placements']) == 0" show platform offload
}

lab_options "$@"
HOLD=$((MINUTES * 60 > SECONDS_LEAST ? MINUTES * 60 : SECONDS_LEAST))
NAVE_POOL_LAST=10.77.255.250
NAVE_DPD='10 2 periodic'
lab_begin soak
lab_inet
lab_check 'naved and navedp start' sites || lab_finish
sample &
LAB_PIDS+=("$!")
lab_check "$PEERS sessions for $HOLD s, $ACTS acts a second" churn
lab_check 'both ends agree' agree
kill "${LAB_PIDS[-1]}"
lab_check 'memory is flat' flat
lab_check 'the peers are dead, and nothing is left of them' lab_wait 300 nothing_left # a probe, then a request for new keys, then a farewell that nobody answers
lab_finish
