#!/bin/bash
# gre.sh, in a VM (boot.sh): GRE between Nave and strongSwan with the kernel's GRE and the kernel's ESP, in transport mode and in tunnel mode,
# whoever begins, plain, in UDP from behind a NAT (RFC7296-2.23.1), and over IPv6.  While packets flow both ways both ends rekey everything, and
# none is lost.
cd "$(dirname "$0")/.." || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./vm/flow.sh

readonly HUB=198.51.100.1 SPOKE=203.0.113.11 NATTED=192.0.2.11 HUB6=2001:db8:51::1 SPOKE6=2001:db8:113::11

# ---- the hub: a tunnel for each place where the spoke is seen ----

# tunnel N MODE DESTINATION
tunnel() {
	cat <<CFG
interface Tunnel$1
 ip address 10.99.$1.1 255.255.255.252
 tunnel source Ethernet0/0
 tunnel destination $3
 tunnel mode $2
 tunnel protection ipsec profile default
ip route 10.99.$1.0 255.255.255.252 Tunnel$1
CFG
}

hub() {
	nave_config_hub hub1
	sed -i "/^ virtual-template/d; s/^ mode tunnel/ mode transport\n esn/; s/^ ip address 198.51.100.1 .*/&\n ipv6 address $HUB6\/64/
		s/^ peer any/ peer six\n  address ::\/0\n  pre-shared-key $LAB_PSK\n&/" "$LAB_DIR/hub1/config"
	{
		tunnel 1 'gre ip' $SPOKE
		tunnel 2 'gre ip' $NATTED
		tunnel 3 'gre ipv6' $SPOKE6
		echo 'ipv6 route ::/0 2001:db8:51::254'
	} >>"$LAB_DIR/hub1/config"
	spoke_begins
	nave_start hub1 none
}

# nat FROM TO: the router translates from now on.
nat() {
	ip netns exec "$LAB-inet" nft -f - <<NFT
table ip nat {
	chain out {
		type nat hook postrouting priority 100
		ip saddr $1 snat to $2
	}
}
NFT
}

# ---- strongSwan begins ----

# conn NAME MODE [NEAR FAR]: GRE between the two hosts alone.
conn() {
	local near=${3:-$SPOKE} far=${4:-$HUB}
	SS_HUB=$far SS_TS='dynamic[gre]' SS_ESP=aes128gcm16-esn ss_psk_conn "$1" "$near" ss1.vpn.example.net '' "mode = $2
				local_ts = dynamic[gre]" | sed '/vips/d'
}

spoke() {
	ss_spoke_site ss1 $SPOKE
	lab_addr ss1 eth0 $SPOKE6/64
	ip -n "$LAB-ss1" route add default via 2001:db8:113::254
	gre_device ss1 gre $SPOKE $HUB
	gre_device ss1 ip6gre $SPOKE6 $HUB6
	ss_start ss1 "$LAB_DIR/ss1" || return 1
	{
		echo 'connections {'
		conn transport transport
		conn tunnel tunnel
		conn six transport $SPOKE6 $HUB6
		echo '}'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_load "$LAB_DIR/ss1"
}

# strongswan_begins CONNECTION DEVICE TUNNEL MODE ENCAP
strongswan_begins() {
	local address=10.99.$3.2 # 10.99.$3.0/30 is the link's
	lab_check "strongSwan comes up: $1$([ "$5" = False ] || echo ', behind a NAT')" ss_initiate "$LAB_DIR/ss1" "$1" 20 || return 1
	lab_check "the hub has it so: $4 mode" flow_is hub1 "$4" "$5"
	lab_check 'the kernel has it so' kernel_has ss1 "$4" "$5"
	ip -n "$LAB-ss1" addr replace "$address/30" dev "$2"
	ip -n "$LAB-ss1" route replace 10.10.0.0/24 dev "$2" src "$address"
	both_ways ss1 "$address" hub1-lan 10.10.0.10 hub1 ss1 "$1" "net-$1"
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1" "$1"
	lab_check 'the hub has forgotten it' lab_wait 15 nave_is hub1 'not any(s["status"].startswith("UP") for s in d["sessions"])' show crypto session
}

# flow_is NODE MODE ENCAP: the one pair is GRE's, with extended sequence numbers.
flow_is() {
	nave_is "$1" "[(f['mode'], f['udp_encap'], f['esn']) for f in d['flows']] == [('$2', $3, True)]" show crypto ipsec sa
}

# kernel_has NS MODE ENCAP: and so in the kernel.
kernel_has() {
	local state
	state=$(ip -n "$LAB-$1" xfrm state)
	echo "$state"
	[ "$(grep -c "proto esp .* mode $2" <<<"$state")" -ge 2 ] && grep -q 'flag.* esn' <<<"$state" || return 1
	if [ "$3" = True ]; then grep -q 'encap type espinudp' <<<"$state"; else ! grep -q 'encap type' <<<"$state"; fi
}

# ---- Nave begins ----

# answerer NEAR: strongSwan as the hub that sees the spoke at NEAR.  It gives no addresses: in transport mode its selectors would be of those.
answerer() {
	ip -n "$LAB-hub2" link del to-gre 2>/dev/null
	gre_device hub2 gre 198.51.100.2 "$1" && ip -n "$LAB-hub2" route replace 10.20.0.0/16 dev to-gre || return 1
	sed -i "/pools = /d; s/local_ts = .*/local_ts = dynamic[gre]\n mode = transport/; s/remote_ts = .*/remote_ts = dynamic[gre]/" \
		"$LAB_DIR/hub2/swanctl.conf"
	ss_load "$LAB_DIR/hub2"
}

# caller N: Nave as the spoke at 203.0.113.(10+N).
caller() {
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke1 "$1"
	sed -i "s/^ tunnel mode ipsec ipv4/ tunnel mode gre ip/; s/^ mode tunnel/ mode transport\n esn required/; s/10\.20\.$1\.1 /10.20.1.1 /
		s/^ ip address negotiated/ ip address 10.99.4.1 255.255.255.252/; /^ aaa authorization/d" "$LAB_DIR/spoke1/config"
	echo 'ip route 10.10.0.0 255.255.255.0 Tunnel0' >>"$LAB_DIR/spoke1/config"
}

nave_begins() { # N NEAR ENCAP
	answerer "$2" || return 1
	caller "$1"
	lab_check "Nave spoke starts$([ "$3" = False ] || echo ', behind a NAT')" nave_start spoke1 none || return 1
	lab_check 'Nave comes up' lab_wait 20 nave_up spoke1 1 || return 1
	lab_check 'the spoke has it so: transport mode' flow_is spoke1 transport "$3"
	lab_check 'the kernel has it so' kernel_has hub2 transport "$3"
	both_ways spoke1-lan 10.20.1.10 hub2-lan 10.10.0.10 spoke1 hub2 spokes lan
	lab_check 'Nave ends it' nave_stop spoke1 naved
	lab_check 'its datapath ends' nave_stop spoke1 navedp
}

lab_begin vm-gre
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
lab_check 'Nave hub starts' hub || lab_finish
lab_check 'strongSwan starts' spoke || lab_finish
strongswan_begins transport to-gre 1 transport False
strongswan_begins tunnel to-gre 1 tunnel False
strongswan_begins six to-ip6gre 3 transport False
nat $SPOKE $NATTED
strongswan_begins transport to-gre 2 transport True
ss_hub_site hub2
SS_ESP=aes128gcm16-esn ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || lab_finish
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
nave_begins 5 203.0.113.15 False
nat 203.0.113.16 192.0.2.16
nave_begins 6 192.0.2.16 True
lab_finish
