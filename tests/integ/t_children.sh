#!/bin/bash
# t_children.sh: several CHILD_SAs under one IKE SA with real strongSwan: the first after another was refused in IKE_AUTH (RFC 7296 1.3),
# narrowed, each with its own packets, each rekeyed by either side with PFS and without, one deleted; no ping is lost through the rekeys.
# Shows R-IKE-20, R-IKE-23.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

# A second network behind the hub: its LAN host is the router there.
second_lan() {
	lab_addr hub1-lan lo 10.11.0.10/32
	sed -i 's/^ip route 0.0.0.0 .*/&\nip route 10.11.0.0 255.255.255.0 10.10.0.10/' "$LAB_DIR/hub1/config"
}

# A child of strongSwan's connection: NAME REMOTE_TS ESP [LINE].
child() {
	cat <<CONF
			$1 {
				remote_ts = $2
				esp_proposals = $3
				${4:-}
			}
CONF
}

strongswan() {
	ss_spoke_site ss1 203.0.113.11
	ss_start ss1 "$LAB_DIR/ss1" 'delete_rekeyed_delay = 1' || return 1
	{
		echo "connections {"
		ss_psk_conn hub 203.0.113.11 ss1.vpn.example.net | sed '/^\t\t\t}$/,$d'
		echo "			}"
		child odd 10.10.0.0/24 aes256-sha512
		child pfs 10.11.0.0/24 aes128gcm16-ecp256,aes128gcm16
		child wide 0.0.0.0/0 aes256gcm16-aes128gcm16 'local_ts = 10.0.0.0/8'
		child tcp '10.11.0.0/24[tcp/8080]' aes128gcm16
		printf '\t\t}\n\t}\n}\n'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_ctl "$LAB_DIR/ss1" --load-all >"$LAB_DIR/ss1/load.out" 2>&1 || { cat "$LAB_DIR/ss1/load.out" >&2; return 1; }
}

# flow EXPRESSION: of the hub's flows, each of them f.
flows() { nave_is hub1 "$1" show crypto ipsec sa; }
children() { flows "len(d['flows']) == $1"; }

# by PREFIX: packets that the hub's flow with that local selector received.
by() { nave_get hub1 "sum(int(f['inbound']['packets']) for f in d['flows'] if f['local'] == ['$1'])" show crypto ipsec sa; }

# goes_by PREFIX TARGET: whether pings to TARGET go by that flow and by no other.
goes_by() {
	local all mine
	all=$(nave_get hub1 "sum(int(f['inbound']['packets']) for f in d['flows'])" show crypto ipsec sa)
	mine=$(by "$1")
	ip netns exec "$LAB-ss1" ping -n -q -i 0.1 -c 10 -W 2 -I "$VIP" "$2" >/dev/null || return 1
	sleep 2 # counters are sampled
	LAB_NOTE="$(($(by "$1") - mine)) of $(($(nave_get hub1 "sum(int(f['inbound']['packets']) for f in d['flows'])" show crypto ipsec sa) - all))"
	[ "$LAB_NOTE" = '10 of 10' ]
}

watch() { # NAME TARGET SECONDS: pings in the background
	ip netns exec "$LAB-ss1" ping -n -i 0.1 -c $(($3 * 10)) -W 3 -I "$VIP" "$2" >"$LAB_DIR/ping-$1.out" 2>&1 &
	PINGS+=("$!")
	LAB_PIDS+=("$!")
}

none_lost() { # NAME SECONDS
	LAB_NOTE=$(tail -n 2 "$LAB_DIR/ping-$1.out" | head -n 1)
	grep -q " $(($2 * 10)) received" "$LAB_DIR/ping-$1.out"
}

# Each by both sides: by strongSwan's command, then by Nave's, which takes all of them.
rekey_all() {
	local name
	for name in net-hub pfs; do
		ss_ctl "$LAB_DIR/ss1" --rekey --child "$name" >/dev/null || return 1
		sleep 2
	done
	nave_ctl hub1 rekey crypto ipsec sa >/dev/null || return 1
}

# A child that the hub's proposals don't allow is asked for in IKE_AUTH.
refused() {
	! ss_ctl "$LAB_DIR/ss1" --initiate --child odd --timeout 10 >/dev/null 2>&1 &&
		grep -q 'child.refused.*NO_PROPOSAL_CHOSEN' "$LAB_DIR/hub1-naved.log"
}

rekeys() { [ "$(grep -c 'child.rekeyed' "$LAB_DIR/hub1-naved.log")" -ge "$1" ]; }

lab_options "$@"
lab_begin children
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_config_hub hub1
second_lan
lab_check 'Nave hub starts' nave_start hub1 none || lab_finish
strongswan || lab_finish
lab_say 'the first one'
lab_check 'another child is refused in IKE_AUTH' refused
lab_check 'the first child comes by CREATE_CHILD_SA' ss_initiate "$LAB_DIR/ss1" hub || lab_finish
lab_check 'the session is up' lab_wait 5 nave_up hub1 1
lab_check 'under the same IKE SA' ss_log_has "$LAB_DIR/ss1" 'generating CREATE_CHILD_SA request 2'
VIP=$(ss_vip ss1)
PINGS=()
lab_check 'a second one, with a key exchange of its own' ss_ctl "$LAB_DIR/ss1" --initiate --child pfs --timeout 10
lab_check 'both are there' children 2
lab_check 'each has its selectors' flows "sorted(f['local'][0] for f in d['flows']) == ['10.10.0.0/24', '10.11.0.0/24']"
lab_check 'packets for the first network go by the first' goes_by 10.10.0.0/24 10.10.0.10
lab_check 'those for the second by the second' goes_by 10.11.0.0/24 10.11.0.10
lab_say 'rekeys'
watch a 10.10.0.10 14
watch b 10.11.0.10 14
lab_check 'all are rekeyed by either side' rekey_all
for pid in "${PINGS[@]}"; do wait "$pid"; done
lab_check 'four times in all' rekeys 4
lab_check 'no packet lost, first' none_lost a 14
lab_check 'no packet lost, second' none_lost b 14
lab_check 'the old pairs are gone' lab_wait 10 children 2
lab_check 'the IKE SA is rekeyed' ss_ctl "$LAB_DIR/ss1" --rekey --ike hub
lab_check 'and its children go on' goes_by 10.11.0.0/24 10.11.0.10
lab_say 'narrowing'
lab_check 'a wide one is narrowed to the address' ss_ctl "$LAB_DIR/ss1" --initiate --child wide --timeout 10
lab_check 'as both ends see it' flows "any(f['remote'] == ['$VIP/32'] and f['local'] == ['0.0.0.0/0'] for f in d['flows'])"
lab_check 'the narrower ones still have their packets' goes_by 10.10.0.0/24 10.10.0.10
lab_check 'one with a port' ss_ctl "$LAB_DIR/ss1" --initiate --child tcp --timeout 10
lab_check 'keeps its selector' flows "any('port 8080' in f['local'][0] for f in d['flows'])"
lab_say 'deletes'
lab_check 'strongSwan deletes one' ss_ctl "$LAB_DIR/ss1" --terminate --child pfs --timeout 5
lab_check 'the others stay' lab_wait 10 children 3
lab_check 'its packets go by the wide one now' goes_by 0.0.0.0/0 10.11.0.10
lab_finish
