# Checks of scenario 19, without group tags: shaping for each branch.  What RADIUS is to say is in the hub's own policies here.  Shows R-PBF-07,
# R-TUN-22, R-AAA-24.

# own_users: the lines of radius-users as the configuration has them; those of group tags are yet to come.
own_users() {
	node_edit hub1 '/^radius server/,/^aaa group/d; /^ server name/d; /^aaa server radius/d; /^ client /d
s/^\(aaa authorization network FLEX\) .*/\1 local/; s/^\( aaa authorization user cert .* MANGLER\) password .*/\1/'
	cat >>"$LAB_DIR/hub1/config" <<CFG
aaa attribute list spoke1
 attribute type interface-config "service-policy output gold"
crypto ikev2 authorization policy spoke1
 no route set interface
 route set remote 10.10.0.0 255.255.255.0
 route set local 10.20.1.0 255.255.255.0
 no route accept any
 aaa attribute list spoke1
crypto ikev2 authorization policy spoke2
 no route set interface
 route set remote 10.10.0.0 255.255.255.0
 route set local 10.20.2.0 255.255.255.0
 no route accept any
CFG
}

access_of() { nave_get hub1 "next(s['interface'] for s in d['sessions'] if 'cn=$1,' in s['phase1_id'])" show crypto session; }

# policies NODE INTERFACE POLICY…: those that go out by it.
policies() {
	nave_is "$1" "[(p['policy'], p['direction']) for p in d['policies']] == [(p, 'output') for p in $(python_list "${@:3}")]" show policy-map interface "$2"
}

hub_route() { # SPOKE PREFIX
	local access
	access=$(access_of "$1") && has_route hub1 S "$2" "$access"
}

spoke_route() { has_route "$1" S 10.10.0.0/24 Tunnel0; }

# delayed NODE INTERFACE: whether shaping has held packets up, and dropped none.
delayed() { nave_is "$1" "[(p['delayed_packets'] > 0, p['dropped_packets']) for p in d['policies']] == [(True, 0)]" show policy-map interface "$2"; }

# load FROM_NS TO MS: twice what the path is shaped to for a while: ICMP of 1200 bytes; all are answered.
load() { lab_in "$1" ping -n -q -c "$3" -i 0.004 -s 1172 -W 5 "$2" | tee /dev/stderr | grep -q ' 0% packet loss'; }

branch_shapes() { load branch1-lan 10.10.0.80 100 && delayed branch1 Tunnel0; }

refuses_both_tags() {
	sed 's/^interface Virtual-Template1 .*/&\n cts sgt inline/' "$LAB_DIR/hub1/config" >"$LAB_DIR/hub1/wrong"
	"$LAB_BIN/naved" --check "$LAB_DIR/hub1/wrong" 2>&1 | tee /dev/stderr | grep -q "error: .*isn't possible beside 'cts sgt inline' of Virtual-Template1"
}

nave_site hub1 hub 10.10.0.80/24 10.10.0.1
nave_site branch1 spoke 10.20.1.2/24 10.20.1.1
nave_site branch2 spoke 10.20.2.2/24 10.20.2.1
node_config hub1
own_users
node_cert hub1 Hubs
for n in 1 2; do
	node_config branch$n
	node_cert_for branch$n branches "DNS:spoke$n.vpn.example.net" spoke$n
done
for n in hub1 branch1 branch2; do node_start $n; done

lab_say 'expected state'
lab_check 'both branches come in' lab_wait 40 nave_up hub1 2
lab_check 'branch1: output policy gold' policies hub1 "$(access_of spoke1)" gold
lab_check 'branch2: none' policies hub1 "$(access_of spoke2)"
lab_check 'S 10.20.1.0/24 by branch1' lab_wait 5 hub_route spoke1 10.20.1.0/24
lab_check 'S 10.20.2.0/24 by branch2' lab_wait 5 hub_route spoke2 10.20.2.0/24
lab_check 'branch1: S 10.10.0.0/24 by Tunnel0' lab_wait 5 spoke_route branch1
lab_check 'branch2: the same' lab_wait 5 spoke_route branch2
lab_check "branch1's Tunnel0 has its own policy" policies branch1 Tunnel0 up
later 'group tag 5 of branch1, that of branch2 by its packets'
later 'the vendor id of group tags with branch2 alone'

lab_say 'must work'
lab_check 'ping 10.10.0.80 source 10.20.1.1' lab_ping branch1 10.20.1.1 10.10.0.80
lab_check 'ping 10.10.0.80 source 10.20.2.1' lab_ping branch2 10.20.2.1 10.10.0.80
lab_check 'branch1 shapes what it sends: packets wait, none is lost' branch_shapes
later 'tcp/80 from branch1 once a CoA made it group 6'

lab_say 'must be refused'
later 'tcp/80 from group 5 to group 10, counted'
lab_check 'cts sgt inline together with crypto ikev2 cts sgt: an error' refuses_both_tags
