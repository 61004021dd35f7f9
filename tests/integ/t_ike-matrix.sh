#!/bin/bash
# t_ike-matrix.sh [--list] [--only PATTERN] [--mtu N] [--keep]: the cases of matrix/cases.txt against real strongSwan, many at a time: how each end
# proves itself, which algorithms, and what happens while packets flow.  PATTERN is a shell pattern for ids, or an event; N what both
# make fragments of IKE messages for.
# Shows R-IKE, R-DEF, R-SYS-03.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh

SS_PLUGINS="$SS_PLUGINS md4 des eap-identity eap-mschapv2 eap-tls"
export PYTHONDONTWRITEBYTECODE=1
only="*"
mtu=576
LAB_OPTIONS=([--only]=only [--mtu]=mtu)
[ "${1:-}" != --list ] || { list=yes; shift; }
lab_options "$@"
[ -z "${list:-}" ] || exec python3 matrix/main.py list "$only"

# strongSwan with all the addresses that the cases have, which are there before it is: hundreds of events at once overflow the socket that it
# hears of addresses by, and it asks only when it starts.  Its own route to Nave's LAN: those of charon would go with the first of the many
# tunnels that need them.
site_strongswan() {
	ss_spoke_site ss1 203.0.113.10
	addresses || return 1
	lab_in ss1 sysctl -qw net.ipv4.ping_group_range='0 0' net.ipv4.conf.all.promote_secondaries=1 net.ipv4.conf.eth0.promote_secondaries=1
	ss_start ss1 "$LAB_DIR/ss1" "install_routes = no
	retransmit_tries = 4
	retransmit_timeout = 1
	delete_rekeyed_delay = 1
	threads = 32
	block_threshold = 1000
	cookie_threshold_ip = 999
	fragment_size = $mtu
	make_before_break = yes" || return 1
	ip -n "$LAB-ss1" link set ipsec0 txqueuelen 10000 # charon may be late on a busy machine
	ip -n "$LAB-ss1" route add 10.10.0.0/24 dev ipsec0
}

matrix() { python3 matrix/main.py "$1" "$LAB" "$LAB_DIR" "$mtu" "$only"; }

addresses() {
	local outer inner
	matrix addresses | while read -r outer inner; do
		echo "address add $outer/24 dev eth0"
		echo "address add $inner/32 dev lo"
	done | ip -n "$LAB-ss1" -batch -
}

# Where the second hub stands that only sends away: it needs no datapath.
redirector() {
	lab_ns hub2
	lab_wan hub2 eth0 hub
	lab_addr hub2 eth0 198.51.100.2/24
	ip -n "$LAB-hub2" route add default via 198.51.100.254
	ip -n "$LAB-hub2" link add eth1 type veth peer name eth1p
	nave_start_fake hub2
}

lab_begin ike-matrix
lab_inet
site_strongswan || exit 1
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
lab_in hub1-lan sysctl -qw net.ipv4.ping_group_range='0 0'
matrix prepare || exit 1
nave_start hub1 none || exit 1
redirector || exit 1
matrix run
