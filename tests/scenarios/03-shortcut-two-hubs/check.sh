# Checks of scenario 03, without NHRP: all goes by way of the hubs.  Shows R-RTE-02, R-RTE-04, R-RTE-17, R-TUN-02, R-TUN-19, R-IKE-11.

# Both hubs are on one LAN, whose host is .9 of it.
hub_lan() {
	nave_site hub1 hub 10.10.0.9/24 10.10.0.1
	lab_ns hub2
	lab_wan hub2 eth0 hub
	lab_link hub2 eth1 hub1-lan eth1
	ip -n "$LAB-hub1-lan" link add br0 address 02:00:00:00:10:09 type bridge
	ip -n "$LAB-hub1-lan" link set br0 up
	ip -n "$LAB-hub1-lan" link set eth0 master br0
	ip -n "$LAB-hub1-lan" link set eth1 master br0
}

# tunnel_routes NODE INTERFACE PREFIX…: whether just these go there.
tunnel_routes() {
	nave_is "$1" "sorted(r['prefix'] for r in d['routes'] if r['code'] == 'S' and r['interface'] == '$2') == sorted($(python_list "${@:3}"))" show ip route
}

hubs_up() { nave_up hub1 2 && nave_up hub2 2; }

# via HUB PEER PREFIX…: the hub's routes by the virtual access of that peer.
via() {
	local access
	access=$(nave_get "$1" "next(s['interface'] for s in d['sessions'] if s['phase1_id'] == '$2.vpn.example.net')" show crypto session) || return 1
	tunnel_routes "$1" "$access" "${@:3}"
}

# no_loss FROM_NODE FROM TO: ten pings, all of them answered.
no_loss() { lab_in "$1" ping -n -c 10 -i 0.1 -W 2 -I "$2" "$3" | tee /dev/stderr | grep -q ' 0% packet loss'; }

# gre_shows TEXT: how many GRE packets of the hubs' LAN tcpdump prints so.
gre_shows() { tcpdump -nr "$LAB_DIR/lan.pcap" 'proto 47' 2>/dev/null | grep -c "$1"; }

gre_in_clear() { lab_wait 5 gre_shows '10.20.1.1 > 10.20.2.1: ICMP echo request'; }

# One ping to a LAN that nobody has: it goes to and fro until its time to live ends, and one message says so.
circulates() {
	local told times
	told=$(lab_in spoke1 ping -n -c 1 -W 3 -I 10.20.1.1 10.20.99.1 | tee /dev/stderr | grep -c 'Time to live exceeded')
	lab_wait 5 gre_shows '> 10.20.99.1: ICMP echo request' && times=$(gre_shows '> 10.20.99.1: ICMP echo request')
	echo "$told told, $times times between the hubs"
	LAB_NOTE="$times times between the hubs"
	[ "$told" = 1 ] && [ "$times" -ge 2 ] && [ "$times" -lt 64 ]
}

# stays_out IDENTITY: spoke1 comes with that name, which its certificate proves, and no profile is for it.
stays_out() {
	local before
	before=$(grep -c 'auth.refused .*why=no-profile' "$LAB_DIR/hub1-naved.log")
	nave_stop spoke1 naved
	node_cert_for spoke1 branches "DNS:$1"
	node_edit spoke1 "s/identity local fqdn .*/identity local fqdn $1/"
	nave_again spoke1 naved none || return 1
	lab_wait 10 lab_log_has hub1-naved "auth.refused .*id=$1 .*why=no-profile" || return 1
	log_has spoke1 'auth.rejected .*notify=AUTHENTICATION_FAILED'
}

hub_lan
for n in 1 2 3; do nave_site spoke$n spoke "10.20.$n.2/24" "10.20.$n.1"; done
for n in hub1 hub2 spoke1 spoke2 spoke3; do
	node_config $n
	node_cert $n branches
done
lab_capture hub1-lan br0 lan.pcap
for n in hub1 hub2 spoke1 spoke2 spoke3; do node_start $n; done

lab_say 'expected state'
lab_check 'spoke1 and spoke3 are at hub1, spoke2 and spoke3 at hub2' lab_wait 40 hubs_up
lab_check 'spoke1: S for the four prefixes of the hub by Tunnel0' lab_wait 5 tunnel_routes spoke1 Tunnel0 10.77.0.254/32 10.20.0.0/16 10.77.0.0/16 10.10.0.0/24
lab_check 'spoke2: the same of hub2, by Tunnel1' lab_wait 5 tunnel_routes spoke2 Tunnel1 10.77.0.253/32 10.20.0.0/16 10.77.0.0/16 10.10.0.0/24
lab_check 'hub1: S 10.77.0.1/32 and 10.20.1.0/24 by spoke1' lab_wait 5 via hub1 spoke1 10.77.0.1/32 10.20.1.0/24
lab_check 'hub2: S 10.77.0.3/32 and 10.20.3.0/24 by spoke3' lab_wait 5 via hub2 spoke3 10.77.0.3/32 10.20.3.0/24
lab_check 'hub1: S 10.20.0.0/16 and 10.77.0.0/16 by Tunnel100' tunnel_routes hub1 Tunnel100 10.20.0.0/16 10.77.0.0/16
later 'show ip nhrp: an empty table'
later 'a ping makes the hubs send Traffic Indications, spoke1 a Resolution Request, and spoke2 a session of its own to spoke1'
later 'H/S routes and the entries of show ip nhrp afterwards'

lab_say 'must work'
lab_check 'ping 10.20.2.1 source 10.20.1.1 by way of both hubs: TTL drops by 2' lab_wait 5 ttl_is 62 spoke1 10.20.1.1 10.20.2.1
lab_check 'without loss' no_loss spoke1 10.20.1.1 10.20.2.1
lab_check 'from host to host' lab_ping spoke2-lan 10.20.2.2 10.20.1.2
lab_check 'ping 10.10.0.1 source 10.20.1.1' lab_ping spoke1 10.20.1.1 10.10.0.1
lab_check 'ping 10.10.0.2 source 10.20.2.1' lab_ping spoke2 10.20.2.1 10.10.0.2
lab_check 'spoke3, at both hubs, reaches spoke1' lab_ping spoke3 10.20.3.1 10.20.1.1
lab_check 'and spoke2' lab_ping spoke3 10.20.3.1 10.20.2.1
later 'later pings go from spoke to spoke'
later 'show ip nhrp shortcut'
later 'a shortcut expires, and traffic is back on the hubs'

lab_say 'must be refused'
later 'no shortcut where spokes do not reach each other'
later 'no redirect across networks of different id'
lab_check 'the LAN of the hubs shows GRE in clear' gre_in_clear
lab_check 'a packet to 10.20.99.1 ends, and one message comes of it' circulates
lab_kill INT "$LAB_CAPTURE"
for identity in spoke9.other.example.org spoke1.notvpn.example.net; do
	lab_check "$identity: no profile, AUTHENTICATION_FAILED" stays_out $identity
done
