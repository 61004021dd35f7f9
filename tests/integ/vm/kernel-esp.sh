#!/bin/bash
# kernel-esp.sh, in a VM (boot.sh): a Nave hub's tunnels beside strongSwan whose packets go through xfrm interfaces of the kernel, in all four
# families of transport and passenger, with and without extended sequence numbers, beside plain policies, and beside the kernel's GRE.  While
# packets flow both ways both ends rekey everything, and none is lost.
cd "$(dirname "$0")/.." || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./vm/flow.sh

readonly HUB=198.51.100.1 HUB6=2001:db8:51::1 LAN=10.10.0.10 LAN6=2001:db8:10::10

# ---- addresses: each tunnel has a peer of its own ----

far() { echo "203.0.113.$((10 + $1))"; }
far6() { echo "2001:db8:113::$((10 + $1))"; }
inner() { echo "10.99.$1.2"; }
inner6() { echo "2001:db8:99:$1::2"; }

# ---- the hub ----

# tunnel N MODE DESTINATION
tunnel() {
	cat <<CFG
interface Tunnel$1
 ip address 10.99.$1.1 255.255.255.252
 ipv6 address 2001:db8:99:$1::1/64
 tunnel source Ethernet0/0
 tunnel destination $3
 tunnel mode $2
 tunnel protection ipsec profile default
CFG
}

hub() {
	nave_config_hub hub1
	sed -i "/^ virtual-template/d; s/^ mode tunnel/&\n esn/; s/^ ip address 198.51.100.1 .*/&\n ipv6 address $HUB6\/64/
		s/^ ip address 10.10.0.1 .*/&\n ipv6 address 2001:db8:10::1\/64/
		s/^ peer any/ peer six\n  address ::\/0\n  pre-shared-key $LAB_PSK\n&/" "$LAB_DIR/hub1/config"
	{
		tunnel 1 'ipsec ipv4' "$(far 1)"
		tunnel 2 'ipsec ipv6' "$(far6 2)"
		tunnel 3 'ipsec ipv4 v6-overlay' "$(far 3)"
		tunnel 4 'ipsec ipv6 v4-overlay' "$(far6 4)"
		tunnel 5 'ipsec ipv6' "$(far6 5)"
		tunnel 6 'gre ip' "$(far 6)"
		echo 'ipv6 route ::/0 2001:db8:51::254'
	} >>"$LAB_DIR/hub1/config"
	sed -i '/^interface Tunnel6/,$ s/^ tunnel protection .*/ tunnel protection ipsec profile GRE/' "$LAB_DIR/hub1/config"
	printf 'crypto ipsec transform-set GRE esp-gcm 128\n mode transport\n esn\n' >"$LAB_DIR/gre"
	printf 'crypto ipsec profile GRE\n set transform-set GRE\n set ikev2-profile default\n' >>"$LAB_DIR/gre"
	cat "$LAB_DIR/gre" >>"$LAB_DIR/hub1/config"
	spoke_begins
	nave_start hub1 none
}

# ---- strongSwan ----

# conn NAME NEAR FAR SELECTOR ESP [CHILD_SETTINGS]
conn() {
	SS_HUB=$3 SS_TS=$4 SS_ESP=$5 ss_psk_conn "$1" "$2" ss1.vpn.example.net '' "${6:-}" | sed '/vips/d'
}

# by_device N SELECTOR: what an xfrm interface of that number carries.
by_device() { echo "local_ts = $2
				if_id_in = $1
				if_id_out = $1"; }

spoke() {
	local n
	ss_spoke_site ss1 "$(far 1)"
	for n in 3 6; do lab_addr ss1 eth0 "$(far $n)/24"; done
	for n in 2 4 5; do lab_addr ss1 eth0 "$(far6 $n)/64" nodad; done
	ip -n "$LAB-ss1" route add default via 2001:db8:113::254 || return 1
	for n in 1 2 3 4; do xfrm_device $n || return 1; done
	gre_device ss1 gre "$(far 6)" $HUB || return 1
	lab_addr ss1 to-gre "$(inner 6)/30"
	lab_addr ss1 lo "$(inner6 5)/128" nodad
	ss_start ss1 "$LAB_DIR/ss1" 'install_routes = no' || return 1
	{
		echo 'connections {'
		conn v4-in-v4 "$(far 1)" $HUB 0.0.0.0/0 aes128gcm16-esn "$(by_device 1 0.0.0.0/0)"
		conn v6-in-v6 "$(far6 2)" $HUB6 ::/0 aes128gcm16-noesn "$(by_device 2 ::/0)"
		conn v6-in-v4 "$(far 3)" $HUB ::/0 aes128gcm16-noesn "$(by_device 3 ::/0)"
		conn v4-in-v6 "$(far6 4)" $HUB6 0.0.0.0/0 aes128gcm16-esn "$(by_device 4 0.0.0.0/0)"
		conn plain-v6 "$(far6 5)" $HUB6 2001:db8:10::/64 aes128gcm16-esn "local_ts = $(inner6 5)/128"
		conn gre "$(far 6)" $HUB 'dynamic[gre]' aes128gcm16-esn 'mode = transport
				local_ts = dynamic[gre]'
		echo '}'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_load "$LAB_DIR/ss1"
}

xfrm_device() {
	ip -n "$LAB-ss1" link add "xfrm$1" type xfrm dev eth0 if_id "$1" &&
		ip -n "$LAB-ss1" link set "xfrm$1" up &&
		lab_addr ss1 "xfrm$1" "$(inner "$1")/30" && lab_addr ss1 "xfrm$1" "$(inner6 "$1")/64" nodad
}

# kernel_has N ESN: states of that interface, or of none, with extended sequence numbers or without.
kernel_has() {
	local state
	state=$(ip -n "$LAB-ss1" xfrm state)
	echo "$state"
	[ "$1" -gt 4 ] || [ "$(grep -c "if_id 0x$1\$" <<<"$state")" -ge 2 ] || return 1
	if [ "$2" = True ]; then grep -q 'flag.* esn' <<<"$state"; else ! grep -q 'flag.* esn' <<<"$state"; fi
}

# flow_is TUNNEL MODE ESN: the one pair is that tunnel's, raw ESP.
flow_is() {
	nave_is hub1 "[(f['interface'], f['mode'], f['udp_encap'], f['esn']) for f in d['flows']] == [('Tunnel$1', '$2', False, $3)]" \
		show crypto ipsec sa
}

# meets CONNECTION N DEVICE MODE ESN FAMILY
meets() {
	local lan=$LAN address
	address=$(inner "$2")
	[ "$6" = 4 ] || { lan=$LAN6 address=$(inner6 "$2"); }
	lab_check "strongSwan comes up: $1" ss_initiate "$LAB_DIR/ss1" "$1" 20 || return 1
	lab_check "the hub has it so: Tunnel$2, $4 mode" flow_is "$2" "$4" "$5"
	lab_check 'the kernel has it so' kernel_has "$2" "$5"
	[ "$3" = - ] || ip -n "$LAB-ss1" route replace "$lan" dev "$3" src "$address"
	both_ways ss1 "$address" hub1-lan "$lan" hub1 ss1 "$1" "net-$1"
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1" "$1"
	[ "$3" = - ] || ip -n "$LAB-ss1" route del "$lan" dev "$3"
	lab_check 'the hub has forgotten it' lab_wait 15 nave_is hub1 'not any(s["status"].startswith("UP") for s in d["sessions"])' show crypto session
}

lab_begin vm-kernel-esp
lab_inet
nave_site hub1 hub $LAN/24 10.10.0.1
lab_addr hub1-lan eth0 $LAN6/64 nodad
ip -n "$LAB-hub1-lan" route add default via 2001:db8:10::1
lab_check 'Nave hub starts' hub || lab_finish
lab_check 'strongSwan and four xfrm interfaces start' spoke || lab_finish
meets v4-in-v4 1 xfrm1 tunnel True 4
meets v6-in-v6 2 xfrm2 tunnel False 6
meets v6-in-v4 3 xfrm3 tunnel False 6
meets v4-in-v6 4 xfrm4 tunnel True 4
meets plain-v6 5 - tunnel True 6
meets gre 6 to-gre transport True 4
lab_finish
