# Checks of scenario 02.  Shows R-RTE-02, R-RTE-04 to R-RTE-08, R-RTE-12, R-RTE-15, R-TUN-04 to R-TUN-06, R-IKE-15, R-IKE-22.

# site NAME OU: a spoke with a certificate of that unit.
site() {
	node_config "$1"
	node_cert "$1" "$2"
}

hub_routes() { # SPOKE1'S VIRTUAL ACCESS, SPOKE2'S
	has_routes hub1 "10.77.0.1/32 Virtual-Access$1 [1]" "10.20.1.0/24 Virtual-Access$1 [1]" "10.77.0.100/32 Virtual-Access$2 [1]" \
		"10.20.2.0/24 Virtual-Access$2 [1]"
}

spoke_routes() {
	has_routes "$1" '10.77.0.254/32 Tunnel0 [1]' '10.77.0.0/16 Tunnel0 [1]' '10.20.0.0/16 Tunnel0 [1]' '10.10.0.0/24 Tunnel0 [1]'
}

no_tunnel_routes() { has_routes "$1"; }

unnumbered() { nave_is hub1 "[i['address'] for i in d['interfaces'] if i['name'] == 'Virtual-Access1'] == ['10.77.0.254']" show ip interface brief; }

tunnel_is_down() {
	nave_is spoke2 "[(i['address'], i['protocol']) for i in d['interfaces'] if i['name'] == 'Tunnel0'] == [('', 'down')]" show ip interface brief
}

# Both routes of spoke1 went in CFG_SET, the hub took both, and its CFG_ACK said so.
set_and_acknowledged() {
	log_has spoke1 'config.ack .* sent=2 accepted=2' &&
		nave_is hub1 "[(s['prefixes_accepted'], s['prefixes_refused']) for s in d['sessions'] if s['interface'] == 'Virtual-Access1'] == [(2, 0)]" \
			show crypto session detail
}

gone_and_back() {
	nave_ctl spoke1 clear crypto session || return 1
	log_has hub1 'session.down interface=Virtual-Access1 .*reason=peer-deleted' || return 1
	lab_wait 5 spoke_routes spoke1 && lab_wait 5 has_route hub1 S 10.20.1.0/24
}

up_without_routes() { nave_up "$1" 1 && no_tunnel_routes "$1"; }

# later_each_time: whether the second wait between spoke2's tries is longer than the first one.
later_each_time() {
	local first second third
	first=$(try_at 1) && second=$(try_at 2) && third=$(try_at 3) || return 1
	echo "after $((second - first)) ms and $((third - second)) ms" >&2
	[ $((third - second)) -gt $((second - first)) ]
}

# try_at N: when spoke2's Nth try was refused, in ms.
try_at() {
	lab_wait 30 lab_log_has spoke2-naved 'notify=INTERNAL_ADDRESS_FAILURE' "$1" && echo $(($(date +%s%N) / 1000000))
}

# spoke2 ends its own once more.
no_address_again() {
	local before
	before=$(grep -c 'ike.down .*reason=address' "$LAB_DIR/spoke2-naved.log")
	lab_wait 60 lab_log_has spoke2-naved 'ike.down .*reason=address' $((before + 1))
}

# back_with UNIT: spoke1 comes again, with a certificate of that unit.
back_with() {
	nave_stop spoke1 naved
	node_cert spoke1 "$1" && nave_again spoke1 naved none
}

nave_site hub1 hub 10.10.0.2/24 10.10.0.1
nave_site spoke1 spoke 10.20.1.2/24 10.20.1.1
nave_site spoke2 spoke 10.20.2.2/24 10.20.2.1
site hub1 Hubs
site spoke1 branches
site spoke2 branches

node_start hub1
node_start spoke1
lab_check 'spoke1 comes in' lab_wait 40 nave_up hub1 1
node_start spoke2
lab_check 'spoke2 comes in' lab_wait 40 nave_up hub1 2

lab_say 'expected state'
lab_check 'hub1: S for each of both loopbacks and LANs' lab_wait 5 hub_routes 1 2
lab_check 'spoke1: S for the four prefixes of the hub by Tunnel0' lab_wait 5 spoke_routes spoke1
lab_check 'spoke1: C 10.20.1.0/24' has_route spoke1 C 10.20.1.0/24 Ethernet0/1
lab_check 'spoke1: S 0.0.0.0/0' has_route spoke1 S 0.0.0.0/0
lab_check 'CFG_SET of two prefixes, CFG_ACK for both' set_and_acknowledged
lab_check 'Virtual-Access1 is unnumbered 10.77.0.254' unnumbered

lab_say 'must work'
lab_check 'ping 10.10.0.1 source 10.20.1.1 from spoke1' lab_ping spoke1 10.20.1.1 10.10.0.1
lab_check 'host of spoke1 to host of spoke2: TTL drops by 3' ttl_is 61 spoke1-lan 10.20.1.2 10.20.2.2
lab_check 'and back' ttl_is 61 spoke2-lan 10.20.2.2 10.20.1.2
lab_check 'spoke1 to spoke2, their own LAN addresses: TTL drops by 1' ttl_is 63 spoke1 10.20.1.1 10.20.2.1
lab_check 'clear crypto session: routes go, and are back within 5 s' gone_and_back

lab_say 'must be refused'
lab_check 'spoke1 with OU=visitors starts' back_with visitors
lab_check 'the hub finds no profile' log_has hub1 'auth.refused .*why=no-profile'
lab_check 'spoke1 is told AUTHENTICATION_FAILED' log_has spoke1 'auth.rejected .*notify=AUTHENTICATION_FAILED'
lab_check 'no routes' no_tunnel_routes spoke1

node_edit hub1 's/^ match certificate BRANCH/&\n match identity remote fqdn domain vpn.example.net/'
lab_check 'an identity line beside the map: the checker warns' check_warns hub1 "'match certificate' and 'match identity' .* are alternatives"
lab_check 'hub1 loads it' nave_reload hub1
lab_check 'OU=visitors is in again' lab_wait 30 spoke_routes spoke1

node_edit hub1 '/^ match identity remote/d; /^ pool P/d'
lab_check 'hub1 without pool P' nave_reload hub1
lab_check 'spoke1, OU=branches' back_with branches
lab_check 'spoke1 has its routes' lab_wait 10 spoke_routes spoke1
lab_check 'spoke2 gets INTERNAL_ADDRESS_FAILURE' log_has spoke2 'child.rejected .*notify=INTERNAL_ADDRESS_FAILURE'
lab_check 'spoke2 tries again, later each time' later_each_time
lab_check 'and deletes the IKE SA each time' log_has spoke2 'ike.down .*reason=address'
lab_check 'Tunnel0 of spoke2 has no address and is down' lab_wait 5 tunnel_is_down
lab_check 'no routes' no_tunnel_routes spoke2
lab_check 'spoke1 still answers' lab_ping spoke1 10.20.1.1 10.10.0.1

node_edit hub1 '/^ aaa authorization group/d'
lab_check 'hub1 without authorization' nave_reload hub1
lab_check 'spoke1 is up, and has no routes' lab_wait 10 up_without_routes spoke1
lab_check 'the hub has none either' no_tunnel_routes hub1
lab_check "the hub's answer to CFG_SET is empty" log_has spoke1 'config.ack .*accepted=0'
lab_check 'spoke2 deletes its own and tries again' no_address_again
