# Checks of scenario 07.  Shows R-TUN-09, R-TUN-10, R-TUN-11, R-IP6-01, R-IP6-02.

MEMBERS='m1 m2 m3 m4'

# member NAME: its loopback towards the hub's.
member() { ping_of "$1" lab_in "$1" ping -n -q -c 3 -i 0.2 -W 2; }

ping_of() {
	case $1 in
	m1) "${@:2}" -I 10.77.0.21 10.77.0.254 ;;
	m2) "${@:2}" -I 2001:db8:77::22 2001:db8:77::254 ;;
	m3) "${@:2}" -I 10.77.0.23 10.77.0.254 ;;
	m4) "${@:2}" -I 10.77.0.24 10.77.0.254 ;;
	esac
}

# mode NAME OUTER: GRE or not, and the family outside: the selectors of the hub's side of that member.
selectors() { # MEMBER SELECTORS…
	nave_is hub1 "[f['local'] for s in d['sessions'] if s['phase1_id'] == '$1.vpn.example.net' for f in s['flows']] == [$(python_list "${@:2}")]" \
		show crypto session detail
}

profile_of() { nave_is hub1 "[s['profile'] for s in d['sessions'] if s['phase1_id'] == '$1.vpn.example.net'] == ['$2']" show crypto session; }

access_of() { nave_get hub1 "next(s['interface'] for s in d['sessions'] if s['phase1_id'] == '$1.vpn.example.net')" show crypto session; }

# hub_route MEMBER COMMAND PREFIX: the member's loopback by its virtual access.
hub_route() {
	local access
	access=$(access_of "$1") || return 1
	nave_is hub1 "[(r['code'], r['interface']) for r in d['routes'] if r['prefix'] == '$3'] == [('S', '$access')]" show "$2" route
}

tunnel_routes() { # MEMBER COMMAND PREFIX…
	nave_is "$1" "[r['prefix'] for r in d['routes'] if r['interface'] == 'Tunnel0' and r['code'] == 'S'] == $(python_list "${@:3}")" show "$2" route
}

# hub CFG: the hub lives by that configuration.
hub() {
	node_config hub1 "$1"
	node_cert hub1 Hubs
}

all_up() { nave_up hub1 4; }

# run_of NAME: what both runs share.
run_of() {
	local m
	lab_check "$1: all four come in" lab_wait 40 all_up
	lab_check 'm1: any IPv4' selectors m1 0.0.0.0/0
	lab_check 'm2: any IPv6' selectors m2 ::/0
	lab_check 'm3: GRE between the hosts, IPv4' selectors m3 '198.51.100.1/32 proto 47'
	lab_check 'm4: GRE between the hosts, IPv6' selectors m4 '2001:db8:f::1/128 proto 47'
	lab_check 'hub1: S 10.77.0.21/32 by m1' lab_wait 5 hub_route m1 ip 10.77.0.21/32
	lab_check 'hub1: S 2001:db8:77::22/128 by m2' lab_wait 5 hub_route m2 ipv6 2001:db8:77::22/128
	lab_check 'hub1: S 10.77.0.23/32 by m3' lab_wait 5 hub_route m3 ip 10.77.0.23/32
	lab_check 'hub1: S 10.77.0.24/32 by m4' lab_wait 5 hub_route m4 ip 10.77.0.24/32
	for m in m1 m3 m4; do
		lab_check "$m: S 10.77.0.254/32 Tunnel0" lab_wait 5 tunnel_routes $m ip 10.77.0.254/32
	done
	lab_check 'm2: S 2001:db8:77::254/128 Tunnel0, nothing of IPv4' m2_routes
	for m in $MEMBERS; do
		lab_check "$m: ping from loopback to loopback" member $m
	done
}

m2_routes() { lab_wait 5 tunnel_routes m2 ipv6 2001:db8:77::254/128 && tunnel_routes m2 ip; }

node_bare hub1 hub
node_bare m1 spoke
node_bare m2 hub
node_bare m3 spoke
node_bare m4 hub
hub hub1-explicit
for m in $MEMBERS; do
	node_config $m
	node_cert $m branches
done
node_start hub1
for m in $MEMBERS; do node_start $m; done

lab_say 'explicit: expected state'
run_of explicit
for m in $MEMBERS; do lab_check "$m is on prof${m#m}" profile_of $m "prof${m#m}"; done

lab_say 'explicit: must be refused'
nave_stop m1 naved
node_edit m1 's/tunnel mode ipsec ipv4/tunnel mode gre ip/'
lab_check 'm1 with GRE' nave_again m1 naved none
lab_check 'TS_UNACCEPTABLE on prof1' log_has m1 'child.rejected .*notify=TS_UNACCEPTABLE'

# auto: one template; each virtual access shows the mode that its peer meant.
derived_mode() { # MEMBER MODE
	local access
	access=$(access_of "$1") || return 1
	nave_is hub1 "[(l['line'], l['origin']) for l in d['lines'] if l['line'].startswith('tunnel mode')] == [('tunnel mode $2', 'peer')]" \
		show derived-config interface "$access"
}

refuses_mode_in_template() {
	sed 's/^ tunnel protection ipsec profile default/ tunnel mode gre ip\n&/' "$LAB_DIR/hub1/config" >"$LAB_DIR/hub1/wrong"
	"$LAB_BIN/naved" --check "$LAB_DIR/hub1/wrong" 2>&1 | tee /dev/stderr | grep -q "error: 'tunnel mode' isn't for a template of 'crypto ikev2 profile default', which has 'mode auto'"
}

lab_say 'auto: expected state'
nave_stop hub1 naved
nave_stop m1 naved
node_config m1
node_cert m1 branches
hub hub1-auto
lab_check 'hub1 with one template' nave_again hub1 naved none
lab_check 'm1 with IPsec again' nave_again m1 naved none
run_of auto
for m in $MEMBERS; do lab_check "$m is on default" profile_of $m default; done
lab_check 'm1 is ipsec ipv4' derived_mode m1 'ipsec ipv4'
lab_check 'm2 is ipsec ipv6' derived_mode m2 'ipsec ipv6'
lab_check 'm3 is gre ip' derived_mode m3 'gre ip'
lab_check 'm4 is gre ipv6' derived_mode m4 'gre ipv6'

lab_say 'auto: must be refused'
lab_check 'a tunnel mode in the template: an error' refuses_mode_in_template
