#!/usr/bin/env bash
# t_netdev.sh: `platform netdev virtual-access`: the host has a netdev for each session, which tools see and speak by; one session of the
# global VRF and one of a VRF inside.  Whatever becomes of the device - its name taken, deleted, its program killed, the line gone - the
# session stays, and nothing leaves in clear.
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/nave.sh"
lab_options "$@"

# configure [LINE]: a hub with spoke 1 in the global VRF, and spoke 2, by its identity, in VRF red, which has the same address inside.
configure() {
	NAVE_POOL_LAST=10.77.0.110 nave_config_hub hub
	sed -i "s/^interface Loopback0/&\n ipv6 address 2001:db8:77::254\/128/; s/^interface Virtual-Template1.*/&\n ipv6 unnumbered Loopback0/
		s/ ipsec ipv4$/ ipsec dual-overlay/" "$LAB_DIR/hub/config"
	cat >>"$LAB_DIR/hub/config" <<CFG
${1:-}
ip route 10.66.0.0 255.255.0.0 Null0
vrf definition red
 address-family ipv4
ip local pool RED 10.78.0.100 10.78.0.110
crypto ikev2 authorization policy RED
 pool RED
 route set interface
crypto ikev2 profile RED
 match identity remote fqdn spoke2.vpn.example.net
 identity local fqdn hub.vpn.example.net
 authentication remote pre-share
 authentication local pre-share
 keyring local KR
 aaa authorization group psk list default RED
 virtual-template 2
crypto ipsec profile RED
 set transform-set LAB
 set ikev2-profile RED
interface Loopback2
 vrf forwarding red
 ip address 10.77.0.254 255.255.255.255
interface Virtual-Template2 type tunnel
 vrf forwarding red
 ip unnumbered Loopback2
 ip mtu 1400
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile RED
CFG
}
LINE='platform netdev virtual-access'

# vif_of SPOKE: the number of its virtual access.
vif_of() { nave_get hub "[s['interface'] for s in d['sessions'] if s['phase1_id'] == '$1.vpn.example.net'][0][14:]" show crypto session; }

# netdev_is SPOKE NETDEV REASON: what show interfaces says, each None or 'text'.
netdev_is() { nave_is hub "[(i.get('netdev'), i.get('netdev_reason')) for i in d['interfaces']] == [($2, $3)]" show interfaces "Virtual-Access$(vif_of "$1")"; }

link() { ip -n "$LAB-$1" link show "$2"; }
no_link() { ! link "$@" 2>/dev/null; }
# leads NS PREFIX DEVICE: the host's route, and the unreachable one behind it.
leads() {
	ip -n "$LAB-$1" route show "$2" | grep -q "dev $3 .*metric 100" && ip -n "$LAB-$1" route show "$2" | grep -q '^unreachable'
}
mtu_is() { link "$1" "$2" | grep -q " mtu $3 "; }
ping_by() { lab_in "$1" ping -nq -c "${4:-2}" -i 0.2 -W 2 -I "$2" "$3"; } # NS DEVICE TO [COUNT]
counted() { # NS DEVICE WAY COUNT: at least
	local got
	got=$(ip -n "$LAB-$1" -j -s link show "$2" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["stats64"][sys.argv[1]]["packets"])' "$3")
	[ "$got" -ge "$4" ] || { echo "$2: $3 $got"; return 1; }
}
seen() { # FILE FILTER COUNT
	local got
	got=$(tcpdump -nr "$LAB_DIR/$1" "$2" 2>/dev/null | wc -l)
	[ "$got" = "$3" ] || { echo "$1: $2: $got"; tcpdump -nr "$LAB_DIR/$1" "$2"; return 1; }
}
same_sessions() { [ "$(nave_get hub "sorted(f['inbound']['spi'] for f in d['flows'])" show crypto ipsec sa)" = "$SPIS" ]; }
fails() { ! "$@"; }

lab_begin netdev
lab_inet
nave_site hub hub 10.10.0.10/24 10.10.0.1
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
nave_site spoke2 spoke 10.20.2.10/24 10.20.2.1
lab_ns hub-red
lab_in hub sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1
configure
nave_config_spoke spoke1 1
sed -i 's/ ip address negotiated/ ip unnumbered Loopback0\n ipv6 unnumbered Loopback0/; s/ ipsec ipv4$/ ipsec dual-overlay/' "$LAB_DIR/spoke1/config"
printf 'interface Loopback0\n ip address 10.77.0.1 255.255.255.255\n ipv6 address 2001:db8:77::1/128\n' >>"$LAB_DIR/spoke1/config"
nave_config_spoke spoke2 2
NAVE_PLATFORM_LINES="vrf red netns $LAB-hub-red" nave_start hub none || lab_finish
lab_capture hub eth0 wan.pcap
nave_start spoke1 none && nave_start spoke2 none || lab_finish
lab_check 'two sessions come up' lab_wait 20 nave_up hub 2 || lab_finish
V1=$(vif_of spoke1) V2=$(vif_of spoke2)
SPIS=$(nave_get hub "sorted(f['inbound']['spi'] for f in d['flows'])" show crypto ipsec sa)
lab_check 'no netdev without the line' no_link hub "Vi$V1"
lab_check 'and the TUN leads to the spoke' lab_wait 5 leads hub 10.20.1.0/24 nave0

configure "$LINE"
lab_check 'a reload with it' nave_reload hub
lab_check 'has a netdev made' lab_wait 5 netdev_is spoke1 "'Vi$V1'" None
lab_check 'in its place' link hub "Vi$V1"
lab_check 'by its long name too' link hub "Virtual-Access$V1"
lab_check "the VRF's in the VRF's" lab_wait 5 link hub-red "Virtual-Access$V2"
lab_check 'and not in the global one' no_link hub "Vi$V2"
lab_check 'which leads to the spoke' lab_wait 5 leads hub 10.20.1.0/24 "Vi$V1"
lab_check 'there too' lab_wait 5 leads hub-red 10.20.2.0/24 "Vi$V2"
lab_check 'with the MTU of the template' lab_wait 5 mtu_is hub-red "Vi$V2" 1400
lab_check 'the sessions have stayed' same_sessions

lab_capture hub "Vi$V1" vif.pcap
VIF_CAPTURE=$LAB_CAPTURE
lab_check 'the hub speaks by it' ping_by hub "Vi$V1" 10.20.1.10
lab_check 'IPv6 too' ping_by hub "Vi$V1" 2001:db8:77::1
lab_check 'and by its address' ping_by hub 10.77.0.254 10.20.1.10
lab_check 'the host behind the spoke reaches it' lab_ping spoke1-lan 10.20.1.10 10.77.0.254 2
lab_check 'so in the VRF' ping_by hub-red "Vi$V2" 10.20.2.10
lab_check 'and back' lab_ping spoke2-lan 10.20.2.10 10.77.0.254 2
lab_check 'the device counts, sent' counted hub "Vi$V1" tx 6
lab_check 'and received' counted hub "Vi$V1" rx 6
lab_check 'hosts pass it by' lab_ping spoke1-lan 10.20.1.10 10.10.0.10 2
kill -INT "$VIF_CAPTURE"
lab_wait 5 lab_gone "$VIF_CAPTURE"
lab_check 'tcpdump saw the six pings both ways' seen vif.pcap icmp 12
lab_check "none of the hosts'" seen vif.pcap 'host 10.10.0.10' 0
lab_check 'its MTU is what the path takes' lab_wait 5 fails mtu_is hub "Vi$V1" 1500

lab_check "a tool's route through it" ip -n "$LAB-hub" route add 10.66.1.0/24 dev "Vi$V1"
lab_check "is the datapath's too" lab_wait 5 nave_is hub "[e['interface'] for e in d['entries'] if e['prefix'] == '10.66.1.0/24'] == ['Virtual-Access$V1']" show ip cef

lab_check 'who deletes it' ip -n "$LAB-hub" link del "Vi$V1"
lab_check 'sees it come back' lab_wait 5 leads hub 10.20.1.0/24 "Vi$V1"
lab_check 'and the log tells' lab_log_has hub-navedp "netdev=Vi$V1 .*up=0 err=ABSENT"
lab_check 'it works again' lab_wait 5 ping_by hub "Vi$V1" 10.20.1.10
lab_check 'in both families' ping_by hub 2001:db8:77::254 2001:db8:77::1

nave_crash hub navedp
lab_check 'with its program it is gone' lab_wait 5 no_link hub "Vi$V1"
lab_check 'and nothing leaves' fails ping_by hub 10.77.0.254 10.20.1.10 1
nave_again hub navedp none
lab_check 'and comes with it' lab_wait 10 leads hub 10.20.1.0/24 "Vi$V1"
lab_check 'both do' lab_wait 5 leads hub-red 10.20.2.0/24 "Vi$V2"
lab_check 'the session goes on' lab_wait 5 ping_by hub "Vi$V1" 10.20.1.10
lab_check 'with its SAs' same_sessions

configure
lab_check 'a reload without the line' nave_reload hub
lab_check 'takes it away' lab_wait 5 no_link hub "Vi$V1"
lab_check 'the TUN leads to the spoke again' lab_wait 5 leads hub 10.20.1.0/24 nave0
lab_check 'that works' lab_wait 5 ping_by hub 10.77.0.254 10.20.1.10

ip -n "$LAB-hub" tuntap add "Vi$V1" mode tun
configure "$LINE"
lab_check 'the line again, and the name is taken' nave_reload hub
lab_check 'show interfaces says so' lab_wait 5 netdev_is spoke1 "'Vi$V1'" "'the name is taken'"
lab_check 'so does show ip interface' nave_is hub "[i['netdev_reason'] for i in d['interfaces']] == ['the name is taken']" show ip interface "Virtual-Access$V1"
lab_check 'the other has its own' lab_wait 5 netdev_is spoke2 "'Vi$V2'" None
lab_check 'the session goes on without' ping_by hub 10.77.0.254 10.20.1.10
lab_check "the other's name is free" ip -n "$LAB-hub" link del "Vi$V1"
lab_check 'so it gets it' lab_wait 8 netdev_is spoke1 "'Vi$V1'" None

nave_stop spoke1 naved >/dev/null
lab_check 'the end of a session' lab_wait 10 nave_up hub 1
lab_check 'is that of its netdev' lab_wait 5 no_link hub "Vi$V1"
lab_check "and not of the other's" link hub-red "Vi$V2"
lab_check 'nothing of it all left in clear' seen wan.pcap 'ip and not esp and not udp port 500 and not igmp and (src 198.51.100.1 or net 10.0.0.0/8)' 0
lab_check 'navedp ends cleanly' nave_stop hub navedp
lab_finish
