# nodes.sh - what the scenarios' checks share; sourced by run after tests/integ/{lab,strongswan,nave,pki}.sh.
#
# A node's configuration is its .cfg, with what the lab adds: imported certificates instead of enrolment.  The hub alone (r1 of two) has a
# card, as --nic says; hosts are at .2 of their node's LAN.

NODES=()
NODES_LATER=0

# node_config NAME [CFG]: the node's configuration file, from CFG (NAME.cfg) of the scenario.
node_config() {
	mkdir -p "$LAB_DIR/$1"
	cp "$SCENARIO/${2:-$1}.cfg" "$LAB_DIR/$1/config"
}

# node_edit NAME SED_OPTION…: changes the node's configuration file.
node_edit() { sed -i "${@:2}" "$LAB_DIR/$1/config"; }

# node_bare NAME SIDE: a node's namespace without a LAN.
node_bare() {
	lab_ns "$1"
	lab_wan "$1" eth0 "$2"
}

# node_start NAME: with the card that the run asked for, if it is a hub.
node_start() {
	local nic=none
	case $1 in hub* | r1) nic=$LAB_NIC ;; esac
	NODES+=("$1")
	lab_check "$1 starts (nic $nic)" nave_start "$1" "$nic" || lab_finish
}

nodes_stop() {
	local n
	for n in "${NODES[@]}"; do
		lab_check "$n ends" nave_stop "$n" naved
		lab_check "$n's datapath ends" nave_stop "$n" navedp
	done
}

# later TEXT: an expectation that something brings which isn't there yet.
later() {
	NODES_LATER=$((NODES_LATER + 1))
	lab_say "  not yet  $1"
}

scenario_finish() {
	[ "$NODES_LATER" -eq 0 ] || lab_say "$NODES_LATER not yet"
	lab_finish
}

# ---- certificates ----

# node_cert NAME OU: a certificate of the scenario's CA for NAME.vpn.example.net, imported by its configuration.
node_cert() { node_cert_for "$1" "$2" "DNS:$1.vpn.example.net"; }

# node_cert_for NAME OU SAN [CN]: the same, which proves the name SAN; it takes the place of a former one.
node_cert_for() {
	local point
	[ -f "$PKI/root.pem" ] || { mkdir -p "$PKI" && ca_root root '/O=Example/CN=Example Root CA'; } || return 1
	ca_issue "$1" rsa "/O=Example/OU=$2/CN=${4:-$1}" root "subjectAltName=$3" || return 1
	point=$(sed -n 's/^crypto pki trustpoint //p' "$LAB_DIR/$1/config")
	node_edit "$1" '/^crypto pki import/d'
	echo "crypto pki import $point pem $PKI/root.pem $PKI/$1.pem $PKI/$1.key" >>"$LAB_DIR/$1/config"
}

# ---- what a node shows ----

# has_routes NAME ROUTE…: whether exactly these static routes via interfaces are there, each 'PREFIX INTERFACE [DISTANCE]'.
has_routes() {
	nave_is "$1" "sorted(f\"{r['prefix']} {r['interface']} [{r['distance']}]\" for r in d['routes'] if r['code'] == 'S' and r['interface'] \
and not r['interface'].startswith('Ethernet')) == sorted($(python_list "${@:2}"))" show ip route
}

has_route() { # NAME CODE PREFIX [INTERFACE]
	nave_is "$1" "any(r['code'] == '$2' and r['prefix'] == '$3' and '${4:-}' in ('', r['interface']) for r in d['routes'])" show ip route
}

python_list() { python3 -c 'import sys; print(sys.argv[1:])' "$@"; }

# ttl_is TTL NS FROM TO: pings once and looks at what is left of the answer's time to live.
ttl_is() {
	lab_in "$2" ping -n -c 1 -W 2 -I "$3" "$4" | tee /dev/stderr | grep -q " ttl=$1 "
}

log_has() { lab_wait 5 lab_log_has "$1-naved" "$2"; }

# check_warns NAME TEXT: whether the checker warns of it.
check_warns() { "$LAB_BIN/naved" --check "$LAB_DIR/$1/config" 2>&1 | tee /dev/stderr | grep -q "warning: .*$2"; }
