# Checks of scenario 08, its tunnels and VRFs: what RADIUS is to say is in the hub's own policies here.  Shows R-UC-01, R-UC-02, R-UC-03, R-AAA-12,
# R-AAA-24, R-PBF-01, R-PBF-02, R-PBF-03, R-TUN-09, R-TUN-20.

BRANCHES='branch1 branch2 branch3'
SS_PLUGINS="$SS_PLUGINS md4 des eap-identity eap-mschapv2"

# colour NAME N: a VRF of the hub with a host on its LAN: all LANs have the same addresses.
colour() {
	lab_ns "hub1-$1"
	lab_host "$1-lan" eth0 10.10.0.2/24 10.10.0.1 "hub1-$1" "eth$2"
	NAVE_PLATFORM_LINES+=$'\n'"vrf $1 netns $LAB-hub1-$1"$'\n'"port Ethernet0/1.$2 netdev eth$2"$'\n role lan'
}

# own_users: the lines of radius-users as the configuration has them: a policy for each branch, and one for the clients of each group.
own_users() {
	node_edit hub1 '/^aaa group server radius/,/^!/d; /^ aaa authorization user eap cached/d
s/^\(aaa authentication login my-rad\) .*/\1 local/; s/^\(aaa authorization network my-rad\) .*/\1 local/
s/^ aaa authorization user cert list my-rad/&\n aaa authorization user eap list my-rad/'
	cat >>"$LAB_DIR/hub1/config" <<CFG
aaa authentication login my-rad local
aaa authorization network my-rad local
username joe password Doc-Example-8
$(user joe blue Loopback1 'service-policy output blue-pol')
$(user branch1 red Loopback3 'ip nhrp network-id 3' 'ip nhrp redirect')
$(user branch2 green Loopback2)
$(user branch3 blue Loopback1)
crypto ikev2 authorization policy joe
 no route set interface
 pool blue
 aaa attribute list joe
$(policy branch1 'route set remote 10.20.0.0 255.255.0.0' 'route set remote 10.10.0.0 255.255.255.0' 'route accept any')
$(policy branch2 'route set remote 10.20.0.0 255.255.0.0' 'route set remote 10.10.0.0 255.255.255.0' \
		'route set local 10.20.2.0 255.255.255.0' 'no route accept any')
$(policy branch3 'route set remote 10.10.0.0 255.255.255.0' 'route set local 10.20.1.0 255.255.255.0' 'no route accept any')
CFG
}

user() { # NAME VRF LENDER LINE…
	printf 'aaa attribute list %s\n' "$1"
	printf ' attribute type interface-config "%s"\n' "vrf forwarding $2" "ip unnumbered $3" "${@:4}"
}

policy() { # NAME LINE…
	printf 'crypto ikev2 authorization policy %s.vpn.example.net\n no route set interface\n aaa attribute list %s\n' "$1" "$1"
	printf ' %s\n' "${@:2}"
}

branch() { # NAME N CFG…
	nave_site "$1" spoke "10.20.$2.2/24" "10.20.$2.1"
	mkdir -p "$LAB_DIR/$1"
	cat "${@:3}" >"$LAB_DIR/$1/config"
	node_cert "$1" branches
}

joe_starts() {
	ss_spoke_site joe 203.0.113.20
	ss_start joe "$LAB_DIR/joe" 'retransmit_tries = 2
	retransmit_timeout = 1' && cp "$PKI/root.pem" "$LAB_DIR/joe/x509ca/" && joe_says Doc-Example-8
}

# joe_says PASSWORD: as in joe.conf.
joe_says() {
	{
		echo 'connections {'
		SS_IKE=aes256-sha512-ecp256 SS_ESP=aes128-sha1 SS_TS=0.0.0.0/0 SS_HUB_ID='"O=Example, OU=Hubs, CN=hub1"' \
			ss_psk_conn hub 203.0.113.20 joe@example.net | sed -e '/local {/s/auth = psk/auth = eap-mschapv2\n\t\t\teap_id = joe/' -e '/remote {/s/auth = psk/auth = pubkey/'
		printf '}\nsecrets { eap-joe { id = joe\n\tsecret = %s } }\n' "$1"
	} >"$LAB_DIR/joe/swanctl.conf"
	ss_load "$LAB_DIR/joe"
}

joe_pings() { lab_ping joe "$(ss_vip joe)" "$1"; }

session_is() { # PEER EXPRESSION_OF_s
	nave_is hub1 "[$2 for s in d['sessions'] if s['phase1_id'] == '$1'] == [True]" show crypto session detail
}

access_of() { nave_get hub1 "next(s['interface'] for s in d['sessions'] if s['phase1_id'] == '$1')" show crypto session; }

# derived PEER LINE…: the virtual access has these lines.
derived() {
	nave_is hub1 "set($(python_list "${@:2}")) <= {l['line'] for l in d['lines']}" show derived-config interface "$(access_of "$1")"
}

# vrf_route VRF PREFIX PEER: that VRF alone has it, by the peer's virtual access.
vrf_route() {
	local access v
	access=$(access_of "$3.vpn.example.net") || return 1
	for v in red green blue; do
		nave_is hub1 "any((r['code'], r['prefix'], r['interface']) == ('S', '$2', '$access') for r in d['routes']) == ('$v' == '$1')" show ip route vrf $v ||
			return 1
	done
}

tunnel_routes() { # NODE PREFIX…
	nave_is "$1" "sorted(r['prefix'] for r in d['routes'] if r['code'] == 'S' and r['interface'] == 'Tunnel0') == sorted($(python_list "${@:2}"))" show ip route
}

# wholly VRF HOST_NS FROM TO SIZE: pings of that size are answered, and no other VRF's LAN sees any.
wholly() {
	local v
	lab_in "$2" ping -nq -c 3 -i 0.1 -W 2 -s "$5" -I "$3" "$4" || return 1
	for v in red green blue; do
		[ "$v" = "$1" ] || [ "$(saw "$v" "icmp and ip[2:2] = $(($5 + 28))")" = 0 ] || return 1
	done
	lab_wait 5 all_six "$1" "$5"
}
all_six() { [ "$(saw "$1" "icmp and ip[2:2] = $(($2 + 28))")" = 6 ]; }
saw() { tcpdump -nr "$LAB_DIR/$1.pcap" "$2" 2>/dev/null | wc -l; }

shaped() { nave_is hub1 "[p['direction'] for p in d['policies'] if p['policy'] == 'blue-pol'] == ['output']" show policy-map interface "$(access_of joe)"; }

# greedy: branch2 tells of half of the LANs too.
greedy() {
	node_edit branch2 's/^ route set interface e0\/1/&\n route set remote 10.20.0.0 255.255.128.0/'
	nave_stop branch2 naved
	nave_again branch2 naved none || return 1
	lab_wait 20 lab_log_has branch2-naved 'config.ack .*sent=3 accepted=0'
}

wrong_password() {
	ss_end "$LAB_DIR/joe"
	joe_says Doc-Example-7 && ! ss_initiate "$LAB_DIR/joe" hub && log_has hub1 'why=wrong-password' && ! access_of joe
}

# branch9 has a certificate of the CA, and no policy.
nobody() {
	node_edit branch2 's/branch2.vpn/branch9.vpn/'
	nave_stop branch2 naved
	node_cert_for branch2 branches DNS:branch9.vpn.example.net
	nave_again branch2 naved none || return 1
	lab_wait 20 lab_log_has hub1-naved 'id=branch9.vpn.example.net .*why=' && log_has branch2 'notify=AUTHENTICATION_FAILED'
}

lab_ns hub1
lab_wan hub1 eth0 hub
NAVE_PLATFORM_LINES=
colour red 1
colour green 2
colour blue 3
node_config hub1
own_users
node_cert hub1 Hubs
node_start hub1
NAVE_PLATFORM_LINES=
branch branch1 1 "$SCENARIO/branch1.cfg"
branch branch2 2 "$SCENARIO/branch2.cfg"
branch branch3 1 "$SCENARIO/branch1.cfg" "$SCENARIO/variant-branch3.cfg"
for v in red green blue; do lab_capture $v-lan eth0 $v.pcap; done
for n in $BRANCHES; do node_start $n; done
lab_check 'joe starts' joe_starts

lab_say 'expected state'
lab_check 'the branches come in' lab_wait 40 nave_up hub1 3
lab_check 'joe comes in by EAP' ss_initiate "$LAB_DIR/joe" hub
lab_check 'joe: vrf blue, an address of the pool' session_is joe "s['ivrf'] == 'blue' and s['assigned'].startswith('10.88.3.')"
lab_check 'its mode is ipsec ipv4, with the lines of its user' derived joe 'tunnel mode ipsec ipv4' 'vrf forwarding blue' 'service-policy output blue-pol'
lab_check 'selectors: that address and any' session_is joe "[(f['local'], f['remote']) for f in s['flows']] == [(['0.0.0.0/0'], [s['assigned'] + '/32'])]"
lab_check 'what goes to it is shaped' shaped
lab_check 'branch1: gre ip, vrf red, nhrp redirect' derived branch1.vpn.example.net 'tunnel mode gre ip' 'vrf forwarding red' 'ip nhrp redirect'
lab_check 'S 10.20.1.0/24 by it in red alone' vrf_route red 10.20.1.0/24 branch1
lab_check 'branch1: S 10.20.0.0/16 and 10.10.0.0/24 by Tunnel0' lab_wait 5 tunnel_routes branch1 10.20.0.0/16 10.10.0.0/24
lab_check 'branch2: vrf green' derived branch2.vpn.example.net 'vrf forwarding green'
lab_check 'S 10.20.2.0/24 by it in green alone' vrf_route green 10.20.2.0/24 branch2
lab_check 'branch2: S as branch1' lab_wait 5 tunnel_routes branch2 10.20.0.0/16 10.10.0.0/24
lab_check 'branch3: S 10.20.1.0/24 by it in blue alone' vrf_route blue 10.20.1.0/24 branch3
lab_check 'branch3: S 10.10.0.0/24' lab_wait 5 tunnel_routes branch3 10.10.0.0/24
later 'one EAP chain on RADIUS for joe, no second Access-Request'
later "Access-Requests for branches: Service-Type 5, User-Name, User-Password 'cisco'"

lab_say 'must work'
lab_check 'joe reaches 10.10.0.1' joe_pings 10.10.0.1
lab_check "and blue's LAN alone" wholly blue joe "$(ss_vip joe)" 10.10.0.2 301
lab_check 'branch1: ping 10.10.0.1 source 10.20.1.1' lab_ping branch1 10.20.1.1 10.10.0.1
lab_check "its LAN reaches red's, and no other" wholly red branch1-lan 10.20.1.2 10.10.0.2 302
lab_check 'branch3, of the same prefix: ping 10.10.0.1 source 10.20.1.1' lab_ping branch3 10.20.1.1 10.10.0.1
lab_check "its LAN reaches blue's, and no other" wholly blue branch3-lan 10.20.1.2 10.10.0.2 303

lab_say 'must be refused'
lab_check 'branch2 sends 10.20.0.0/17 in CFG_SET: an empty CFG_ACK' greedy
lab_check 'no route' lab_wait 5 vrf_route green 10.20.2.0/24 branch2
later 'branch2 gets no redirect, which branch1 gets'
lab_check 'joe with a wrong password: no virtual access' wrong_password
lab_check 'branch9, whom no policy names: refused although its certificate is valid' nobody
