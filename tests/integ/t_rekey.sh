#!/bin/bash
# t_rekey.sh: Nave rekeys the CHILD_SA and the IKE SA toward real strongSwan, as hub and as spoke, with and without PFS; then strongSwan
# rekeys both.  Pings flow both ways all the time and none is lost.  Lifetimes are the shortest that the language has: two minutes.
# Shows R-IKE-23, R-DEF.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

SOFT=120 # seconds; whoever waits for its soft lifetime has rekeyed after 118
PER_SECOND=10

# shorten NAME [LINE]: two minutes for both kinds of SA, and a line for the IPsec profile.
shorten() {
	sed -i "s/^ dpd .*/&\n lifetime 120/; s/^ set ikev2-profile default/&\n set security-association lifetime seconds 120${2:+\n $2}/" \
		"$LAB_DIR/$1/config"
}

# watch NAME NS FROM TO SECONDS: pings in the background, so many that they take at least so long; its pid in PINGS.
watch() {
	ip netns exec "$LAB-$2" ping -n -D -i 0.1 -c $(($5 * PER_SECOND)) -W 3 -I "$3" "$4" >"$LAB_DIR/ping-$1.out" 2>&1 &
	PINGS+=("$!")
	LAB_PIDS+=("$!")
}

# The pings come to their end, the last one's answer included.
end_watch() {
	local pid
	for pid in "${PINGS[@]}"; do wait "$pid"; done
	PINGS=()
}

# lost FILE: the numbers of the pings that have no answer though a later one has.
lost() {
	awk '{ for (i = 1; i < NF; i++) if (sub(/^icmp_seq=/, "", $i)) {
			while (++last < $i) print "no answer to", last, "sent after", at
			at = $1
		} }' "$1"
}

# none_lost NAME SECONDS: whether all that were sent in that time came back.
none_lost() {
	local received
	tail -n 3 "$LAB_DIR/ping-$1.out"
	lost "$LAB_DIR/ping-$1.out"
	received=$(sed -n 's/.* packets transmitted, \([0-9]*\) received.*/\1/p' "$LAB_DIR/ping-$1.out")
	LAB_NOTE="$received of $(($2 * PER_SECOND))"
	[ "$received" -eq $(($2 * PER_SECOND)) ]
}

# rekeyed NODE BY: whether its children and its IKE SA were, by that side.
rekeyed() { lab_log_has "$1-naved" "child.rekeyed .*by=$2" && lab_log_has "$1-naved" "ike.rekeyed .*by=$2"; }

# one_child NODE: the old pair is gone on both sides' account.
one_child() { nave_is "$1" "len(d['sessions']) == 1" show crypto session; }

hub_and_strongswan() {
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	shorten hub1 'set pfs group19'
	lab_check 'Nave hub starts' nave_start hub1 none || return 1
	ss_spoke_site ss1 203.0.113.11
	SS_ESP=aes128gcm16-ecp256 ss_psk_spoke ss1 "$LAB_DIR/ss1" 203.0.113.11 ss1.vpn.example.net || return 1
	lab_check 'strongSwan comes up' ss_initiate "$LAB_DIR/ss1" hub || return 1
	VIP=$(ss_vip ss1)
	watch hub-out ss1 "$VIP" 10.10.0.10 $SOFT
	watch hub-back hub1-lan 10.10.0.10 "$VIP" $SOFT
}

spoke_and_strongswan() {
	ss_hub_site hub2
	ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	nave_site spoke1 spoke 10.20.2.10/24 10.20.2.1
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke1 2
	shorten spoke1
	lab_check 'Nave spoke starts' nave_start spoke1 none || return 1
	lab_check 'Nave comes up' lab_wait 40 nave_up spoke1 1 || return 1
	watch spoke-out spoke1-lan 10.20.2.10 10.10.0.10 $SOFT
	watch spoke-back hub2-lan 10.10.0.10 10.20.2.10 $SOFT
}

# Both by strongSwan: first the children, then the IKE SAs.
strongswan_rekeys() {
	ss_ctl "$LAB_DIR/ss1" --rekey --child net-hub && ss_ctl "$LAB_DIR/hub2" --rekey --child lan || return 1
	sleep 3
	ss_ctl "$LAB_DIR/ss1" --rekey --ike hub && ss_ctl "$LAB_DIR/hub2" --rekey --ike spokes || return 1
	sleep 3
}

lab_options "$@"
lab_begin rekey
lab_inet
PINGS=()
hub_and_strongswan || lab_finish
spoke_and_strongswan || lab_finish
lab_say "Nave rekeys (in $SOFT s)"
end_watch
lab_check 'the hub has rekeyed both, with PFS' rekeyed hub1 us
lab_check 'the spoke has rekeyed both' rekeyed spoke1 us
for way in hub-out hub-back spoke-out spoke-back; do
	lab_check "no packet lost, $way" none_lost $way $SOFT
done
lab_check 'one session at the hub still' one_child hub1
lab_check 'one session at the spoke still' one_child spoke1
lab_say 'strongSwan rekeys'
watch hub-out ss1 "$VIP" 10.10.0.10 7
watch hub-back hub1-lan 10.10.0.10 "$VIP" 7
watch spoke-out spoke1-lan 10.20.2.10 10.10.0.10 7
watch spoke-back hub2-lan 10.10.0.10 10.20.2.10 7
lab_check 'strongSwan rekeys both, twice' strongswan_rekeys
end_watch
lab_check 'the hub has taken part' rekeyed hub1 peer
lab_check 'the spoke has taken part' rekeyed spoke1 peer
for way in hub-out hub-back spoke-out spoke-back; do
	lab_check "no packet lost, $way" none_lost $way 7
done
lab_finish
