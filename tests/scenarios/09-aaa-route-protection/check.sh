# Checks of scenario 09: the attack on an open hub, and a hub that believes nobody.  What RADIUS is to say is in the hub's own policies here.
# Shows R-SEC-01, R-SEC-02, R-SEC-04, R-SEC-06, R-SEC-11, R-AAA-06, R-AAA-20, R-AAA-21, R-AAA-23, R-PBF-05.

# own_users: the lines of radius-users as the configuration has them; an address of one's own is a pool of one.
own_users() {
	node_edit hub1 '/^radius server/,/^aaa group/d; /^ server name/d; /^aaa server radius/d; /^ client /d
s/^\(aaa authorization network FLEX\) .*/\1 local/; s/^\( aaa authorization user cert .* MANGLER\) password .*/\1/'
	cat >>"$LAB_DIR/hub1/config" <<CFG
aaa attribute list STRICT
 attribute type interface-config "ip verify unicast reverse-path"
ip local pool spoke1 10.77.0.1 10.77.0.1
crypto ikev2 authorization policy spoke1
 pool spoke1
 route set interface
 route set remote 10.20.0.0 255.255.0.0
 route set remote 10.77.0.0 255.255.0.0
 route set remote 10.10.0.0 255.255.255.0
 route set local 10.20.1.0 255.255.255.0
 no route accept any
 aaa attribute list STRICT
ip local pool spoke2 10.77.0.2 10.77.0.2
crypto ikev2 authorization policy spoke2
 pool spoke2
 no route set interface
 route set remote 10.10.0.0 255.255.255.0
 route set local 10.20.2.0 255.255.255.0
 no route accept any
 aaa attribute list STRICT
CFG
}

# spoke NAME CFG: its certificate proves fqdn NAME and an address, and its DN names it.
spoke() {
	node_config "$1" "$2"
	node_cert_for "$1" branches "DNS:$1.vpn.example.net,IP:$3"
}

access_of() { nave_get hub1 "next(s['interface'] for s in d['sessions'] if 'cn=$1,' in s['phase1_id'])" show crypto session; }

# hub_routes SPOKE PREFIX…: just these by its virtual access.
hub_routes() {
	local access
	access=$(access_of "$1") || return 1
	nave_is hub1 "sorted(r['prefix'] for r in d['routes'] if r['interface'] == '$access' and r['code'] == 'S') == sorted($(python_list "${@:2}"))" show ip route
}

spoke_routes() { # SPOKE PREFIX…
	nave_is "$1" "sorted(r['prefix'] for r in d['routes'] if r['interface'] == 'Tunnel0' and r['code'] == 'S') == sorted($(python_list "${@:2}"))" show ip route
}

address() { nave_is "$1" "[i['address'] for i in d['interfaces'] if i['name'] == 'Tunnel0'] == ['$2']" show ip interface brief; }

no_half() { nave_is hub1 "all(r['prefix'] != '10.20.0.0/17' for r in d['routes'])" show ip route; }

# refused SPOKE COUNT: that many of its prefixes, and its CFG_ACK was empty.
refused() {
	nave_is hub1 "[(s['prefixes_accepted'], s['prefixes_refused']) for s in d['sessions'] if 'cn=$1,' in s['phase1_id']] == [(0, $2)]" \
		show crypto session detail && log_has "$1" "config.ack .*sent=$2 accepted=0"
}

urpf_drops() { nave_get hub1 "d['interfaces'][0]['drops']['urpf']" show ip interface "$(access_of spoke1)"; }
more_urpf_drops() { [ "$(urpf_drops)" -ge "$1" ]; }

# A host behind spoke1 sends by an address of spoke2's LAN.
spoofed() {
	local before
	before=$(urpf_drops) || return 1
	ip -n "$LAB-spoke1-lan" addr add 10.20.2.7/32 dev lo
	! lab_ping spoke1-lan 10.20.2.7 10.10.0.2 3 || return 1
	lab_wait 5 more_urpf_drops $((before + 3)) || return 1
	LAB_NOTE="$(($(urpf_drops) - before)) dropped"
}

# stays_out IDENTITY WHY: spoke2 comes so, with its own certificate.
stays_out() {
	nave_stop spoke2 naved
	spoke spoke2 spoke2 203.0.113.12
	node_edit spoke2 "s/^ identity local .*/ identity local $1/"
	nave_again spoke2 naved none || return 1
	lab_wait 20 lab_log_has hub1-naved "auth.refused .*peer=203.0.113.12:500 .*why=$2" || return 1
	log_has spoke2 'auth.rejected .*notify=AUTHENTICATION_FAILED' && ! access_of spoke2
}

nave_site hub1 hub 10.10.0.2/24 10.10.0.1
nave_site spoke1 spoke 10.20.1.2/24 10.20.1.1
nave_site spoke2 spoke 10.20.2.2/24 10.20.2.1
node_config hub1 hub1-open
node_cert hub1 Hubs
spoke spoke1 spoke1-rogue 203.0.113.11
spoke spoke2 spoke2 203.0.113.12

lab_say 'open hub: expected state'
node_start hub1
node_start spoke1
lab_check 'spoke1 comes in' lab_wait 40 nave_up hub1 1
node_start spoke2
lab_check 'spoke2 comes in' lab_wait 40 nave_up hub1 2
lab_check 'the attack: S 10.77.0.100/32 and 10.20.0.0/17 by spoke1' lab_wait 5 hub_routes spoke1 10.77.0.100/32 10.20.0.0/17
lab_check 'S 10.20.2.0/24 by spoke2 is still more specific' lab_wait 5 hub_routes spoke2 10.77.0.101/32 10.20.2.0/24
lab_check 'spoke1: Tunnel0 10.77.0.100' address spoke1 10.77.0.100
lab_check 'S 10.77.0.254/32 and 10.10.0.0/24 by it' lab_wait 5 spoke_routes spoke1 10.77.0.254/32 10.10.0.0/24
lab_check "spoke2's certificate with the name of spoke1: AUTHENTICATION_FAILED" stays_out 'fqdn spoke1.vpn.example.net' identity

lab_say 'protected hub: expected state'
for n in hub1 spoke2; do nave_stop $n naved; done
node_config hub1
own_users
node_cert hub1 Hubs
spoke spoke2 spoke2 203.0.113.12
lab_check 'hub1 starts so' nave_again hub1 naved none
lab_check 'spoke2 starts' nave_again spoke2 naved none
lab_check 'both come in' lab_wait 40 nave_up hub1 2
lab_check 'S 10.77.0.1/32 and 10.20.1.0/24 by spoke1' lab_wait 5 hub_routes spoke1 10.77.0.1/32 10.20.1.0/24
lab_check 'both prefixes of its CFG_SET are refused: an empty CFG_ACK' refused spoke1 2
lab_check 'no /17' no_half
lab_check 'spoke1: Tunnel0 10.77.0.1' address spoke1 10.77.0.1
lab_check 'S for the four prefixes of the hub by it' lab_wait 5 spoke_routes spoke1 10.77.0.254/32 10.20.0.0/16 10.77.0.0/16 10.10.0.0/24
lab_check 'S 10.77.0.2/32 and 10.20.2.0/24 by spoke2' lab_wait 5 hub_routes spoke2 10.77.0.2/32 10.20.2.0/24
later 'Access-Request: User-Name, User-Password, Service-Type'

lab_say 'must work'
lab_check "spoke1's host pings 10.10.0.1" lab_ping spoke1-lan 10.20.1.2 10.10.0.1
lab_check "spoke2's host does" lab_ping spoke2-lan 10.20.2.2 10.10.0.1

lab_say 'must be refused'
lab_check "spoke1 sends with the source 10.20.2.7: dropped by uRPF, counted" spoofed
later 'a rule of RADIUS that is for Service-Type 5'
lab_check "spoke2's certificate with the name of spoke1: AUTHENTICATION_FAILED" stays_out 'fqdn spoke1.vpn.example.net' identity
lab_check 'an address as identity, which no DN is in: authorization fails' stays_out 'address 203.0.113.12' ''
lab_check 'no virtual access but that of spoke1' nave_up hub1 1
