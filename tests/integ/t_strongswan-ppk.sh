#!/bin/bash
# t_strongswan-ppk.sh: real strongSwan and Nave with post-quantum preshared keys (RFC 8784), whoever begins: the same key at both ends,
# required or not; a key of another name, which is left out or refused; a wrong key.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

PPK=a-post-quantum-preshared-key

# nave_ppk NAME [ID KEY [required]]: the line of the node's keyring; none without ID.  A running naved loads it.
nave_ppk() {
	sed -i '/^  ppk manual/d' "$LAB_DIR/$1/config"
	[ -z "$2" ] || sed -i "s/^  pre-shared-key .*/&\n  ppk manual id $2 key $3 $4/" "$LAB_DIR/$1/config"
}

# ss_ppk DIR ADDRESS [ID KEY [yes]]: charon's spoke with that key, required or not.
ss_ppk() {
	local dir=$1 address=$2 settings=''
	[ -z "$3" ] || settings="ppk_id = $3
		ppk_required = ${5:-no}"
	{
		echo 'connections {'
		ss_psk_conn hub "$address" spoke1.vpn.example.net "$settings"
		echo '}'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" }"
		[ -z "$3" ] || echo "ppk-lab { id = $3
			secret = \"$4\" }"
		echo '}'
	} >"$dir/swanctl.conf"
	ss_ctl "$dir" --load-all --clear >"$dir/load.out" 2>&1 || { cat "$dir/load.out" >&2; return 1; }
}

ss_begin() { ss_ppk "$@" && ss_initiate "$1" hub; }
ss_refused() { ! ss_begin "$@" && nave_down hub1; }
ends() { ss_end "$LAB_DIR/ss1" && lab_wait 5 nave_down hub1; }

# in_use NAME True|False: whether the key is in the keys of the node's only SA.
in_use() { nave_is "$1" "[s['ppk'] for s in d['sas'] if s['status'] == 'READY'] == [$2]" show crypto ikev2 sa detailed; }

restart() { # NAME LINE…: naved anew with another key
	nave_stop "$1" naved
	nave_ppk "$@"
	nave_again "$1" naved none
}

strongswan_to_nave() {
	local dir=$LAB_DIR/ss1 at=203.0.113.11
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	nave_ppk hub1 flex $PPK
	lab_check 'Nave hub starts' nave_start hub1 none || return 1
	lab_ns ss1
	lab_wan ss1 eth0 spoke
	lab_addr ss1 eth0 $at/24
	ip -n "$LAB-ss1" route add default via 203.0.113.254
	ss_start ss1 "$dir" "retransmit_tries = 2
	retransmit_timeout = 1" || return 1
	lab_check 'strongSwan comes in with the key' ss_begin "$dir" $at flex $PPK yes
	lab_check 'the hub says that it is in use' in_use hub1 True
	lab_check 'ping both ways' ss_both_ways ss1
	lab_check 'strongSwan ends it' ends
	lab_check 'with a key of another name it is left out' ss_begin "$dir" $at other $PPK
	lab_check 'the hub says so' in_use hub1 False
	lab_check 'ping both ways' ss_both_ways ss1
	lab_check 'strongSwan ends it' ends
	lab_check 'a key of another name that is required stays out' ss_refused "$dir" $at other $PPK yes
	lab_check 'and a wrong one of the same name' ss_refused "$dir" $at flex wrong
	lab_check 'without a key strongSwan comes in' ss_begin "$dir" $at
	lab_check 'strongSwan ends it' ends
	lab_check 'the hub requires the key' restart hub1 flex $PPK required
	lab_check 'strongSwan without one stays out' ss_refused "$dir" $at
	lab_check 'and comes in with it' ss_begin "$dir" $at flex $PPK
	lab_check 'the hub says that it is in use' in_use hub1 True
	lab_check 'strongSwan ends it' ends
}

strongswan_hub() {
	ss_hub_site hub2
	ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	sed -i "s/^secrets {/& ppk-lab { id = flex\n secret = \"$PPK\" }\n/" "$LAB_DIR/hub2/swanctl.conf"
	ss_ctl "$LAB_DIR/hub2" --load-all --clear >/dev/null 2>&1
}

# nave_comes N IN_USE LINE…: a spoke with that key comes in.
nave_comes() {
	local n=$1 used=$2
	shift 2
	nave_site "spoke$n" spoke "10.20.$n.10/24" "10.20.$n.1"
	NAVE_HUB=198.51.100.2 nave_config_spoke "spoke$n" "$n"
	nave_ppk "spoke$n" "$@"
	lab_check 'Nave spoke starts' nave_start "spoke$n" none || return 1
	lab_check "Nave comes in with ${*:-no key}" lab_wait 40 nave_up "spoke$n" 1
	lab_check "in use: $used" in_use "spoke$n" "$used"
	lab_check 'ping from its LAN to that of strongSwan' lab_ping "spoke$n-lan" "10.20.$n.10" 10.10.0.10
}

nave_refused() {
	nave_site spoke9 spoke 10.20.9.10/24 10.20.9.1
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke9 9
	nave_ppk spoke9 other $PPK required
	lab_check 'Nave spoke with a required key of another name starts' nave_start spoke9 none || return 1
	lab_check 'strongSwan refuses it' lab_wait 10 grep -q 'auth.rejected.*AUTHENTICATION_FAILED' "$LAB_DIR/spoke9-naved.log"
	lab_check 'and it has no session' nave_up spoke9 0
}

lab_options "$@"
lab_begin strongswan-ppk
lab_inet
lab_say 'strongSwan begins'
strongswan_to_nave
lab_say 'Nave begins'
strongswan_hub
nave_comes 2 True flex $PPK required
nave_comes 3 True flex $PPK
nave_comes 4 False other $PPK
nave_refused
lab_finish
