#!/bin/bash
# t_naveload.sh [--nic none|full|small] [--peers N]: naveload's swarm against naved (datapath in memory, then navedp) and charon.
# Shows R-SYS-02, R-IKE-22; prints what a set-up costs each hub.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./pki.sh

SS_PLUGINS="$SS_PLUGINS md4 des eap-identity eap-mschapv2 eap-tls"
PEERS=200
CERTS=20
LAB_OPTIONS=([--peers]=PEERS)

# A host with all addresses of its own, for hubs that the test doesn't give any.
plain_site() { # NAME ADDR
	lab_ns "$1"
	lab_wan "$1" eth0 hub
	lab_addr "$1" eth0 "$2/24"
	ip -n "$LAB-$1" route add default via 198.51.100.254
}

memory_hub() {
	plain_site hub1 198.51.100.1
	nave_config_hub hub1
	{
		nave_swarm_profile rsa 2
		nave_swarm_profile ecdsa 3
		nave_eap_profile $CERTS 4
	} >>"$LAB_DIR/hub1/config"
	nave_start_fake hub1
}

# A naved that came up this moment may have no SPIs yet, for navedp leases none while it opens ports: peers are refused then.
datapath_hub() {
	nave_site hub2 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub2
	sed -i 's/198\.51\.100\.1 /198.51.100.2 /' "$LAB_DIR/hub2/config"
	nave_start hub2 "$LAB_NIC" && lab_wait 10 lab_log_has hub2-naved 'port\.put .*err=OK' 2
}

# Unless told otherwise charon drops more than 5 half-open SAs of one address, and walks a list to find an SA.
charon_hub() {
	plain_site hub3 198.51.100.3
	lab_addr hub3 lo 10.10.0.1/24
	SS_POOL_LAST=$NAVE_POOL_LAST SS_SETTINGS='ikesa_table_size = 1024
	dos_protection = no' ss_pool_hub hub3 "$LAB_DIR/hub3" 198.51.100.3 || return 1
	sed -i 's/default = 1$/default = -1/' "$LAB_DIR/hub3/strongswan.conf"
	sed -i 's/dpd_delay = 2$/dpd_delay = 600/' "$LAB_DIR/hub3/swanctl.conf"
	ss_swarm_conn rsa "$LAB_DIR/hub3" 198.51.100.3 >>"$LAB_DIR/hub3/swanctl.conf"
	ss_swarm_conn ecdsa "$LAB_DIR/hub3" 198.51.100.3 >>"$LAB_DIR/hub3/swanctl.conf"
	ss_eap_conns $CERTS "$LAB_DIR/hub3" 198.51.100.3 >>"$LAB_DIR/hub3/swanctl.conf"
	ss_ctl "$LAB_DIR/hub3" --reload-settings && ss_ctl "$LAB_DIR/hub3" --load-all
}

load() { # HUB_ADDR ARG…
	lab_in load "$LAB_BIN/naveload" --psk "$LAB_PSK" --address --peers "$PEERS" "${@:2}" "$1"
}

# come_and_go ADDR PID: two rounds, of which each is whole.
come_and_go() {
	load "$1" --watch "$2" --rounds 2 --json >"$LAB_DIR/load.json"
	LAB_NOTE=$(python3 -c 'import json, sys
d = json.load(sys.stdin)
r = d["rounds"]
print("%.0f a second, p99 %.0f ms, %.2f ms of CPU each" % (r[0]["setup"]["per_second"], r[0]["setup_ms"]["p99"], d["watched"]["cpu_ms"]))
for x in r:
    if not x["setup"]["done"] == x["up"] == x["leave"]["done"] == d["peers"]:
        sys.exit("of %d: %s" % (d["peers"], x))' <"$LAB_DIR/load.json")
}

# The power fails: a second swarm of the same identities replaces the sessions of the first.
storm() { load "$1" --rounds 2 --forget --concurrency 0 --hold 1 --dpd 1 --retransmit 200; }

# by_certificate ADDR KIND: each with one of its own.
by_certificate() {
	# shellcheck disable=SC2046 # words
	lab_in load "$LAB_BIN/naveload" $(swarm_args "$2") --address --peers $CERTS --rounds 2 "$1"
}

# by_eap ADDR METHOD
by_eap() {
	# shellcheck disable=SC2046 # words
	lab_in load "$LAB_BIN/naveload" $(eap_swarm_args "$2") --address --peers $CERTS --rounds 2 --rate 100 --burst 10 "$1"
}

wrong_password() {
	# shellcheck disable=SC2046 # words
	lab_in load "$LAB_BIN/naveload" $(eap_swarm_args mschapv2) --eap-password wrong --peers 5 --json 198.51.100.1 >"$LAB_DIR/load.json"
	[ $? = 1 ] && grep -q '"auth": 5' "$LAB_DIR/load.json"
}

# rekeys ADDR WHAT PID: three storms, in which nobody is lost.
rekeys() {
	load "$1" --rekey "$2" --rekeys 3 --concurrency 0 --watch "$3" --json >"$LAB_DIR/load.json"
	LAB_NOTE=$(python3 -c 'import json, sys
d = json.load(sys.stdin)
r = d["rounds"][0]
print("%.0f a second, p99 %.0f ms, %.2f ms of CPU each" % (r["rekey"]["per_second"], r["rekey_ms"]["p99"], d["watched"]["rekey_ms"]))
if not r["rekey"]["done"] == 3 * r["leave"]["done"] == 3 * d["peers"]:
    sys.exit("of %d: %s" % (d["peers"], r))' <"$LAB_DIR/load.json")
}

wrong_key() {
	lab_in load "$LAB_BIN/naveload" --psk wrong --peers 5 --json 198.51.100.1 >"$LAB_DIR/load.json"
	[ $? = 1 ] && grep -q '"auth": 5' "$LAB_DIR/load.json"
}

nat_ports() { load 198.51.100.1 --ports 20000-20003 --rate 500 --peers 20 --first 5001; }

silence() {
	lab_in load "$LAB_BIN/naveload" --psk k --peers 2 --tries 2 --retransmit 100 --json 198.51.100.99 >"$LAB_DIR/load.json"
	[ $? = 1 ] && grep -q '"timeout": 2' "$LAB_DIR/load.json"
}

usage() {
	lab_in load "$LAB_BIN/naveload" --psk k 192.0.2.1.1 2>"$LAB_DIR/usage"
	[ $? = 2 ] && grep -q "is no IPv4 or IPv6 address" "$LAB_DIR/usage"
}

NAVE_POOL_LAST=10.78.255.250
NAVE_DPD='600 2 on-demand'
lab_options "$@"
lab_begin naveload
lab_inet
nave_load_site
PKI=$LAB_DIR/pki
mkdir -p "$PKI"
lab_check 'a CA' ca_root
lab_check 'RSA certificates' ca_swarm rsa $CERTS
lab_check 'ECDSA certificates' ca_swarm ecdsa $CERTS
lab_check 'naved starts, datapath in memory' memory_hub || lab_finish
lab_check "$PEERS peers come and go, twice" come_and_go 198.51.100.1 "$(nave_pid hub1 naved)"
lab_check 'by RSA certificates' by_certificate 198.51.100.1 rsa
lab_check 'by ECDSA certificates' by_certificate 198.51.100.1 ecdsa
lab_check 'by EAP-MSCHAPv2' by_eap 198.51.100.1 mschapv2
lab_check 'by EAP-TLS' by_eap 198.51.100.1 tls
lab_check 'a wrong password is told as such' wrong_password
lab_check 'storms of IKE rekeys' rekeys 198.51.100.1 ike "$(nave_pid hub1 naved)"
lab_check 'storms of CHILD rekeys' rekeys 198.51.100.1 child "$(nave_pid hub1 naved)"
lab_check 'naved forgot them all' lab_wait 15 nave_down hub1
lab_check 'all come back at once after a power cut' storm 198.51.100.1
lab_check 'naved forgot those too' lab_wait 15 nave_down hub1
lab_check 'from NAT-like ports' nat_ports
lab_check 'a wrong key is told as such' wrong_key
lab_check 'a silent hub is told as such' silence
lab_check 'usage' usage
lab_check "naved starts, with navedp (nic $LAB_NIC)" datapath_hub &&
	lab_check "$PEERS peers come and go, twice" come_and_go 198.51.100.2 "$(nave_pid hub2 naved)"
lab_check 'charon starts' charon_hub || lab_finish
charon=$(ip netns pids "$LAB-hub3" | head -n 1)
lab_check "$PEERS peers come and go, twice" come_and_go 198.51.100.3 "$charon"
lab_check 'by RSA certificates' by_certificate 198.51.100.3 rsa
lab_check 'by ECDSA certificates' by_certificate 198.51.100.3 ecdsa
lab_check 'by EAP-MSCHAPv2' by_eap 198.51.100.3 mschapv2
lab_check 'by EAP-TLS' by_eap 198.51.100.3 tls
lab_check 'storms of IKE rekeys' rekeys 198.51.100.3 ike "$charon"
lab_check 'storms of CHILD rekeys' rekeys 198.51.100.3 child "$charon"
lab_finish
