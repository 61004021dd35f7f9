#!/bin/bash
# t_vrf.sh: a hub with its WAN in a front VRF and two customers in VRFs inside, who have the same networks, the same tunnel addresses and the
# same hub behind them; two spokes, one of them with its WAN in a front VRF too.  Nothing of one customer reaches the other or the global table.
# Shows R-IKE-12, R-IKE-24, R-TUN-20, R-TUN-21, R-IP6-09, R-UC-03.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# common HOSTNAME
common() {
	cat <<CFG
hostname $1
aaa new-model
aaa authorization network default local
crypto ikev2 proposal LAB
 encryption aes-gcm-128
 prf sha256
 group 31
crypto ikev2 policy LAB
 match fvrf any
 proposal LAB
crypto ikev2 keyring KR
 peer any
  address 0.0.0.0 0.0.0.0
  pre-shared-key $LAB_PSK
crypto ipsec transform-set LAB esp-gcm 128
 mode tunnel
CFG
}

# profile NAME IDENTITY TEMPLATE FVRF
profile() {
	cat <<CFG
crypto ikev2 profile $1
${4:+ match fvrf $4}
 match identity remote $2
 identity local fqdn hub.example.net
 authentication remote pre-share
 authentication local pre-share
 keyring local KR
 aaa authorization group psk list default $1
 virtual-template $3
CFG
}

# customer NAME N RD: a VRF, its profile, template, pool and LAN; the addresses of all customers are the same.
customer() {
	cat <<CFG
vrf definition $1
 rd 65001:$2
 address-family ipv4
 address-family ipv6
ip local pool $1 10.77.0.100 10.77.0.110
crypto ikev2 authorization policy $1
 pool $1
 route set interface
 route set remote 10.10.0.0 255.255.255.0
crypto ipsec profile $1
 set transform-set LAB
 set ikev2-profile $1
interface Loopback$2
 vrf forwarding $1
 ip address 10.77.0.254 255.255.255.255
 ipv6 address 2001:db8:77::254/128
interface Ethernet0/$2
 vrf forwarding $1
 ip address 10.10.0.1 255.255.255.0
interface Virtual-Template$2 type tunnel
 vrf forwarding $1
 ip unnumbered Loopback$2
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile $1
ip route vrf $1 10.99.0.0 255.255.0.0 Null0
CFG
}

# config_hub CUSTOMER:N…
config_hub() {
	local c
	mkdir -p "$LAB_DIR/hub"
	{
		common hub
		cat <<CFG
vrf definition wan
 rd 65001:9
 address-family ipv4
interface Ethernet0/0
 vrf forwarding wan
 ip address 198.51.100.1 255.255.255.0
ip route vrf wan 0.0.0.0 0.0.0.0 198.51.100.254
CFG
		for c; do customer "${c%:*}" "${c#*:}"; done
		profile red 'fqdn domain red.example.net' 1 wan
		case $* in *blue*) profile blue 'fqdn domain blue.example.net' 2 any ;; esac
		# The better match, in the wrong VRF.
		echo 'crypto ikev2 authorization policy GLOBAL'
		profile GLOBAL 'fqdn spoke1.red.example.net' 1
	} >"$LAB_DIR/hub/config"
}

# config_spoke NAME IDENTITY WAN [FVRF]
config_spoke() {
	mkdir -p "$LAB_DIR/$1"
	{
		common "$1"
		cat <<CFG
${4:+vrf definition $4
 address-family ipv4}
crypto ikev2 profile default
${4:+ match fvrf any}
 match identity remote fqdn hub.example.net
 identity local fqdn $2
 authentication remote pre-share
 authentication local pre-share
 keyring local KR
 aaa authorization group psk list default default
crypto ipsec profile default
 set transform-set LAB
 set ikev2-profile default
crypto ikev2 authorization policy default
 route set interface
 route set interface Ethernet0/1
interface Ethernet0/0
${4:+ vrf forwarding $4}
 ip address $3 255.255.255.0
interface Ethernet0/1
 ip address 10.20.1.1 255.255.255.0
interface Tunnel0
 ip address negotiated
 tunnel source Ethernet0/0
 tunnel destination 198.51.100.1
${4:+ tunnel vrf $4}
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile default
ip route ${4:+vrf $4} 0.0.0.0 0.0.0.0 203.0.113.254
CFG
	} >"$LAB_DIR/$1/config"
}

# start NAME WAN_NS PORT…: a node whose WAN device wan0 is in WAN_NS; PORT is 'NUMBER DEVICE'; VRFS: lines of the platform file.
start() {
	local dir=$LAB_DIR/$1 port
	{
		echo "datapath socket $dir/datapath.sock"
		echo "control socket $dir/control.sock"
		echo "$VRFS"
		if [ "$LAB_NIC" = none ]; then
			echo "port Ethernet0/0 netdev wan0"
		else
			echo "port Ethernet0/0 vdev net_nave0,socket=$dir/nic.sock"
		fi
		printf ' role wan\n protected\n'
		for port in "${@:3}"; do echo "port Ethernet0/${port% *} netdev ${port#* }"; done
	} >"$dir/platform"
	[ "$LAB_NIC" = none ] || start_nic "$1" "$2" || return 1
	nave_start_dp "$1" && nave_start_control "$1"
}

start_nic() { # NAME WAN_NS
	local dir=$LAB_DIR/$1
	ip -n "$LAB-$2" link set wan0 arp off addrgenmode none
	lab_start "$1-navenic" "$2" "$LAB_BIN/navenic" --socket "$dir/nic.sock" --profile "$LAB_NIC" --wire netdev=wan0
	lab_comes_up "$LAB_PID" lab_listens_at "$2" "$dir/nic.sock"
}

# ---- what must hold ----

two_up() { nave_is hub "sorted((s['profile'], s['fvrf'], s['ivrf']) for s in d['sessions'] if s['status'] == 'UP-ACTIVE') == $1" show crypto session; }

# crosses CUSTOMER SPOKE SIZE: both ways, by packets of that size.
crosses() {
	lab_in "$1-lan" ping -nq -c 2 -i 0.2 -W 2 -s "$3" 10.20.1.2 && lab_in "$2-lan" ping -nq -c 2 -i 0.2 -W 2 -s "$3" 10.10.0.2
}

# saw FILE FILTER COUNT: so many packets of a capture.
saw() {
	local got
	got=$(tcpdump -nr "$LAB_DIR/$1" "$2" 2>/dev/null | wc -l)
	[ "$got" = "$3" ] || { echo "$1: $2: $got"; return 1; }
}

ike_says() {
	nave_is hub "sorted((s['fvrf'], s['ivrf']) for s in d['sas']) == [('wan', 'blue'), ('wan', 'red')]" show crypto ikev2 sa &&
		nave_ctl hub show crypto ikev2 sa | grep -q 'wan/red' && nave_ctl hub show crypto session | grep -q 'fvrf: wan ivrf: blue'
}

sessions_of() {
	nave_is hub "[s['ivrf'] for s in d['sessions']] == ['red']" show crypto session ivrf red &&
		nave_is hub "len(d['sessions']) == 2" show crypto session fvrf wan && nave_is hub "d['sessions'] == []" show crypto session fvrf red
}

cleared() { nave_is hub "d['cleared'] == $2" clear crypto session ivrf "$1"; }

route_says() { # NODE PREFIX SOURCE COMMAND…
	nave_is "$1" "[r['source'] for r in d['routes'] if r['prefix'] == '$2' and r['best']] == [$3]" show "${@:4}"
}

tables() {
	route_says hub 10.20.1.0/24 "'ikev2'" ip route vrf red && route_says hub 10.20.1.0/24 "'ikev2'" ip route vrf blue &&
		route_says hub 10.99.0.0/16 "'static'" ip route vrf red && route_says hub 0.0.0.0/0 "'static'" ip route vrf wan &&
		route_says hub 2001:db8:77::254/128 "'local'" ipv6 route vrf blue &&
		nave_is hub "d['routes'] == []" show ip route &&
		nave_is hub "{e['prefix']: e['interface'] for e in d['entries']}['10.20.1.0/24'].startswith('Virtual-Access')" show ip cef vrf red &&
		nave_is hub "d['entries'] == []" show ip cef
}

host_tables() {
	ip -n "$LAB-hub-red" route show 10.20.1.0/24 | grep -q 'dev nave0' && ip -n "$LAB-hub-blue" route show 10.20.1.0/24 | grep -q 'dev nave0' &&
		[ -z "$(ip -n "$LAB-hub" route)$(ip -n "$LAB-hub-wan" route show 10.0.0.0/8)" ]
}

vrf_says() { nave_is hub "{v['name']: (v['netns'], v['interfaces']) for v in d['vrfs']}['$1'] == ('$LAB-hub-$1', $2)" show vrf; }
vrf_gone() { nave_is hub "'$1' not in [v['name'] for v in d['vrfs']]" show vrf; }

spi() { nave_get hub "[f['inbound']['spi'] for f in d['flows'] if f['ivrf'] == '$1']" show crypto ipsec sa; }
same_spi() { [ "$(spi red)" = "$SPI" ]; }

fails() { ! "$@"; }

# What the host itself sends in the front VRF in clear.
in_clear() { lab_in hub-wan bash -c 'for i in 1 2 3; do echo clear >/dev/udp/203.0.113.11/9; done' || true; }

lab_options "$@"
lab_begin vrf
lab_inet
for ns in hub hub-wan hub-red hub-blue hub-green spoke1 spoke2 spoke2-isp; do lab_ns $ns; done
lab_wan hub-wan wan0 hub
lab_wan spoke1 wan0 spoke
lab_wan spoke2-isp wan0 spoke
lab_host red-lan eth0 10.10.0.2/24 10.10.0.1 hub-red red0
lab_host blue-lan eth0 10.10.0.2/24 10.10.0.1 hub-blue blue0
lab_host spoke1-lan eth0 10.20.1.2/24 10.20.1.1 spoke1 lan0
lab_host spoke2-lan eth0 10.20.1.2/24 10.20.1.1 spoke2 lan0
config_hub red:1 blue:2
config_spoke spoke1 spoke1.red.example.net 203.0.113.11
config_spoke spoke2 spoke2.blue.example.net 203.0.113.12 isp

VRFS=$(for v in wan red blue green; do echo "vrf $v netns $LAB-hub-$v"; done)
lab_check 'the hub starts' start hub hub-wan '1 red0' '2 blue0' || lab_finish
lab_capture hub-wan wan0 wan.pcap || [ "$LAB_NIC" != none ]
lab_capture red-lan eth0 red.pcap
lab_capture blue-lan eth0 blue.pcap
lab_capture spoke1-lan eth0 spoke1.pcap
lab_capture spoke2-lan eth0 spoke2.pcap
VRFS= lab_check 'a spoke' start spoke1 spoke1 '1 lan0'
VRFS="vrf isp netns $LAB-spoke2-isp" lab_check 'a spoke with a front VRF' start spoke2 spoke2-isp '1 lan0'
lab_check 'both come up, by the profiles of their front VRF' lab_wait 20 two_up "[('blue', 'wan', 'blue'), ('red', 'wan', 'red')]"
lab_check 'red reaches its spoke, both ways' crosses red spoke1 201
lab_check 'so does blue, at the same addresses' crosses blue spoke2 202
lab_check 'the hub itself answers in red' lab_ping spoke1-lan 10.20.1.2 10.77.0.254
lab_check 'and asks in blue' lab_ping hub-blue 10.77.0.254 10.20.1.2
lab_check 'show crypto ikev2 sa and session name both VRFs' ike_says
lab_check 'show crypto session of one of each' sessions_of
lab_check "each VRF has its routes, the global table none" tables
lab_check "so have the host's namespaces" lab_wait 5 host_tables
lab_check 'show vrf' vrf_says red "['Loopback1', 'Ethernet0/1']"
lab_check "no VRF of that name" fails nave_ctl hub show ip route vrf purple
lab_check 'the host of the front VRF sends in clear' in_clear

SPI=$(spi red)
config_hub red:1 green:3
lab_check 'a reload: blue goes, green comes' kill -HUP "$(nave_pid hub naved)"
lab_check 'green is there' lab_wait 5 vrf_says green "['Loopback3', 'Ethernet0/3']"
lab_check 'blue and its session are gone' lab_wait 5 vrf_gone blue
lab_check "red's session has stayed" lab_wait 5 two_up "[('red', 'wan', 'red')]"
lab_check 'with its SAs' same_spi
lab_check 'red goes on' crosses red spoke1 203
lab_check "blue's packets go nowhere" fails lab_in blue-lan ping -nq -c 1 -W 1 -s 204 10.20.1.2
lab_check 'blue has left the datapath' lab_wait 10 nave_is hub "d['datapath']['failing'] == 0 and d['datapath']['todo'] == 0" show version
config_hub red:1 blue:2
lab_check 'blue comes again' kill -HUP "$(nave_pid hub naved)"
lab_check 'with a session' lab_wait 30 two_up "[('blue', 'wan', 'blue'), ('red', 'wan', 'red')]"
lab_check 'that carries packets' lab_wait 5 crosses blue spoke2 205

lab_check 'clear crypto session of an inner VRF: the one there' cleared blue 1
lab_check 'none in the front VRF' cleared wan 0
lab_check 'no such VRF' fails nave_ctl hub clear crypto session ivrf purple
lab_check "red's is the same still" same_spi
lab_check "red's packets were at red's hosts alone" saw blue.pcap 'icmp and (ip[2:2] = 229 or ip[2:2] = 231)' 0
lab_check "and at none of blue's spoke" saw spoke2.pcap 'icmp and (ip[2:2] = 229 or ip[2:2] = 231)' 0
lab_check "blue's at none of red's spoke" saw spoke1.pcap 'icmp and (ip[2:2] = 230 or ip[2:2] = 232)' 0
lab_check "nor at red's LAN" saw red.pcap 'icmp and (ip[2:2] = 230 or ip[2:2] = 232)' 0
lab_check 'all of red at the spoke' saw spoke1.pcap 'icmp and ip[2:2] = 229' 8
[ "$LAB_NIC" != none ] || lab_check 'nothing in clear left the WAN' saw wan.pcap 'ip and not esp and not udp port 500' 0
lab_finish
