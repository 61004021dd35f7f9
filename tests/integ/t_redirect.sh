#!/bin/bash
# t_redirect.sh: a hub sends its peers to a second one (RFC 5685), in IKE_SA_INIT and in IKE_AUTH: real strongSwan follows, and so does a
# Nave spoke, which comes back when the second hub dies.  Debian's charon 5.9.8 verifies the hub in IKE_AUTH, sets out for the second one
# and aborts (it frees a task twice): from there on Nave shows it with Nave.
# Shows R-LB-02, R-LB-03, R-LB-10, R-LB-13.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

TARGET='crypto ikev2 redirect gateway target 198.51.100.2'

# hub NAME ADDRESS POOL_NET [LINES]: a hub with its LAN.
hub() {
	nave_site "$1" hub 10.10.0.10/24 10.10.0.1
	nave_config_hub "$1"
	sed -i "s/198\.51\.100\.1 /$2 /; s/10\.77\.0\.100 10\.77\.0\.250/10.77.$3.100 10.77.$3.250/" "$LAB_DIR/$1/config"
	[ -z "${4:-}" ] || echo "$4" >>"$LAB_DIR/$1/config"
}

# reload_hub LINES [PROFILE_LINE]: the first hub lives by these from now on.
reload_hub() {
	cp "$LAB_DIR/hub1/config.first" "$LAB_DIR/hub1/config"
	[ -z "$1" ] || echo "$1" >>"$LAB_DIR/hub1/config"
	[ -z "${2:-}" ] || sed -i "s/^ virtual-template 1/&\n $2/" "$LAB_DIR/hub1/config"
	kill -HUP "$(nave_pid hub1 naved)"
	reloads=$((reloads + 1))
	lab_wait 5 lab_log_has hub1-naved 'config.reload .*err=ok|config.reload .*err=OK' "$reloads"
}

# at_second PEER: the second hub has it, the first one hasn't.
at_second() { nave_is hub2 "[s['phase1_id'] for s in d['sessions'] if s['status'].startswith('UP')] == ['$1']" show crypto session && nave_up hub1 0; }

sent() { nave_is hub1 "d['sent'] == $1" show crypto ikev2 redirect; }

strongswan_follows() {
	lab_check 'strongSwan is sent on in IKE_SA_INIT' ss_initiate "$LAB_DIR/ss1" hub || return 1
	lab_check 'the second hub has it' lab_wait 5 at_second ss1.vpn.example.net
	lab_check "ping to the second hub's LAN" lab_ping ss1 "$(ss_vip ss1)" 10.10.0.10
	lab_check 'strongSwan ends the session' ss_end "$LAB_DIR/ss1"
	lab_check 'the second hub has forgotten it' lab_wait 5 nave_down hub2
}

strongswan_sets_out() {
	ss_initiate "$LAB_DIR/ss1" hub 5
	ss_log_has "$LAB_DIR/ss1" "authentication of 'hub1.vpn.example.net' with pre-shared key successful" &&
		[ "$(grep -c 'redirected to 198.51.100.2' "$LAB_DIR/ss1/charon.log")" -eq 2 ]
}

nave_follows() {
	nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
	NAVE_DPD='10 2 periodic' nave_config_spoke spoke1 1
	echo 'crypto ikev2 redirect client max-redirects 10' >>"$LAB_DIR/spoke1/config"
	lab_check 'Nave spoke starts' nave_start spoke1 none || return 1
	lab_check 'the second hub has it' lab_wait 10 at_second spoke1.vpn.example.net
	lab_check "ping from its LAN to that of the second hub" lab_ping spoke1-lan 10.20.1.10 10.10.0.10
	lab_check 'the spoke says who sent it' nave_is spoke1 \
		"[(r['from'], r['to']) for r in d['redirected']] == [('198.51.100.1', '198.51.100.2')]" show crypto ikev2 redirect
	reload_hub ''
	nave_crash hub2 naved
	nave_crash hub2 navedp
	lab_check 'the second hub dies: back to the first' lab_wait 45 nave_is hub1 \
		"[s['phase1_id'] for s in d['sessions'] if s['status'].startswith('UP')] == ['spoke1.vpn.example.net']" show crypto session
}

lab_options "$@"
lab_begin redirect
lab_inet
reloads=0
hub hub1 198.51.100.1 0
cp "$LAB_DIR/hub1/config" "$LAB_DIR/hub1/config.first"
hub hub2 198.51.100.2 1
lab_check 'the first hub starts' nave_start hub1 none || lab_finish
lab_check 'the second hub starts' nave_start hub2 none || lab_finish
lab_ns ss1
lab_wan ss1 eth0 spoke
lab_addr ss1 eth0 203.0.113.21/24
ip -n "$LAB-ss1" route add default via 203.0.113.254
SS_HUB_ID='*.vpn.example.net' ss_psk_spoke ss1 "$LAB_DIR/ss1" 203.0.113.21 ss1.vpn.example.net || lab_finish
lab_check 'the first hub redirects in IKE_SA_INIT' reload_hub "crypto ikev2 redirect gateway init
$TARGET"
strongswan_follows
lab_check 'the hub counts it' sent 1
lab_check 'the first hub redirects in IKE_AUTH' reload_hub "$TARGET" 'redirect gateway auth'
lab_check 'strongSwan is sent on in IKE_AUTH' strongswan_sets_out
lab_check 'the hub counts it' sent 2
nave_follows
lab_finish
