#!/bin/bash
# ike.sh, in a VM (boot.sh): sessions with real strongSwan and the kernel's ESP, which goes raw, for nobody is behind a NAT: with and
# without extended sequence numbers, by AEAD and by CBC with HMAC, whoever begins.  While packets flow both ways both ends rekey everything and
# authenticate anew, and no packet is lost.
cd "$(dirname "$0")/.." || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./vm/flow.sh

# ---- strongSwan begins ----

# conn NAME ESP
conn() { SS_ESP=$2 ss_psk_conn "$1" 203.0.113.11 ss1.vpn.example.net; }

spoke_files() {
	{
		echo 'connections {'
		conn esn aes128gcm16-esn
		conn plain aes128gcm16-noesn
		conn esn-cbc aes128-sha256-esn
		conn plain-cbc aes128-sha256-noesn
		echo '}'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_ctl "$LAB_DIR/ss1" --load-all >"$LAB_DIR/ss1/load.out" 2>&1
}

hub() {
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	sed -i 's/^ set transform-set LAB/ set transform-set LAB CBC/; s/^ mode tunnel/&\n esn/' "$LAB_DIR/hub1/config"
	printf 'crypto ipsec transform-set CBC esp-aes 128 esp-sha256-hmac\n mode tunnel\n esn\n' >>"$LAB_DIR/hub1/config"
	nave_start hub1 none
}

# flow_is NODE ESN: the one pair is raw ESP in tunnel mode, with extended sequence numbers or without.
flow_is() {
	nave_is "$1" "[(f['udp_encap'], f['esn'], f['mode']) for f in d['flows']] == [(False, $2, 'tunnel')]" show crypto ipsec sa
}

# kernel_has NS ESN: and so in the kernel.
kernel_has() {
	local state
	state=$(ip -n "$LAB-$1" xfrm state)
	echo "$state"
	[ "$(grep -c 'proto esp .* mode tunnel' <<<"$state")" -ge 2 ] && ! grep -q 'encap type' <<<"$state" || return 1
	if [ "$2" = True ]; then grep -q 'flag.* esn' <<<"$state"; else ! grep -q 'flag.* esn' <<<"$state"; fi
}

# ---- cases ----

# strongswan_begins CONNECTION ESN
strongswan_begins() {
	local address
	lab_check "strongSwan comes up: $1" ss_initiate "$LAB_DIR/ss1" "$1" 20 || return 1
	lab_check 'the hub has it so' flow_is hub1 "$2"
	lab_check 'the kernel has it so' kernel_has ss1 "$2"
	address=$(vip)
	begin_pings out ss1 "$address" 10.10.0.10
	begin_pings back hub1-lan 10.10.0.10 "$address"
	lab_check 'both ends rekey both' everything_anew hub1 ss1 "$1" "net-$1"
	[ "$1" != esn ] || lab_check 'strongSwan authenticates anew' new_pair hub1 ss_ctl "$LAB_DIR/ss1" --rekey --ike "$1" --reauth
	end_pings
	lab_check 'no packet lost, out' none_lost out
	lab_check 'no packet lost, back' none_lost back
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1" "$1"
	lab_check 'the hub has forgotten it' lab_wait 15 nave_down hub1
}

nave_begins() {
	ss_hub_site hub2
	SS_ESP=aes128gcm16-esn ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke1 5
	sed -i 's/^ mode tunnel/&\n esn required/; s/10\.20\.5\.1 /10.20.1.1 /' "$LAB_DIR/spoke1/config"
	lab_check 'Nave spoke starts, extended sequence numbers required' nave_start spoke1 none || return 1
	lab_check 'Nave comes up' lab_wait 20 nave_up spoke1 1 || return 1
	lab_check 'the spoke has it so' flow_is spoke1 True
	lab_check 'the kernel has it so' kernel_has hub2 True
	begin_pings out spoke1-lan 10.20.1.10 10.10.0.10
	begin_pings back hub2-lan 10.10.0.10 10.20.1.10
	lab_check 'both ends rekey both' everything_anew spoke1 hub2 spokes lan
	end_pings
	lab_check 'no packet lost, out' none_lost out
	lab_check 'no packet lost, back' none_lost back
}

lab_begin vm-ike
lab_inet
lab_check 'Nave hub starts' hub || lab_finish
ss_spoke_site ss1 203.0.113.11
ss_start ss1 "$LAB_DIR/ss1" 'make_before_break = yes' || lab_finish
spoke_files || lab_finish
strongswan_begins esn True
strongswan_begins plain False
strongswan_begins esn-cbc True
strongswan_begins plain-cbc False
nave_begins
lab_finish
