#!/bin/bash
# t_resumption.sh: a Nave spoke whose path to the hub dies comes back by a ticket, with its address (RFC 5723); a hub that was started anew refuses
# the ticket, and the same attempt goes on.  Nave to Nave: Debian's strongSwan has no resumption.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# is_resumed NAME WHETHER: of the node's only SA.
is_resumed() { nave_is "$1" "[s['resumed'] for s in d['sas'] if s['status'] == 'READY'] == [$2]" show crypto ikev2 sa; }

# lose N: the router between spoke N and its hub forwards nothing until the spoke's liveness checks have failed.
lose() {
	lab_in inet sysctl -qw net.ipv4.ip_forward=0
	lab_check 'the spoke finds its hub dead' lab_wait 60 nave_up "spoke$1" 0
	lab_in inet sysctl -qw net.ipv4.ip_forward=1
}

# resumption NAME: the line in the profile.
resumption() { sed -i 's/^ keyring local KR$/ keyring local KR\n resumption/' "$LAB_DIR/$1/config"; }

lab_options "$@"
lab_begin resumption
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
nave_config_hub hub1
resumption hub1
lab_check 'the hub starts' nave_start hub1 none
nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
NAVE_DPD='10 2 periodic' nave_config_spoke spoke1 1
resumption spoke1
lab_check 'the spoke starts' nave_start spoke1 none
lab_check 'it comes in by a full exchange' lab_wait 10 is_resumed spoke1 False
lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
lose 1
lab_check 'it comes back by its ticket' lab_wait 30 is_resumed spoke1 True
lab_check 'the hub says the same, of one session' lab_wait 5 is_resumed hub1 True
lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
lab_check 'it has the address that it had' nave_is hub1 "[s['assigned'] for s in d['sas']] == ['10.77.0.100']" show crypto ikev2 sa
nave_crash hub1 naved
lab_check 'the hub starts anew' nave_again hub1 naved none
lab_check 'the spoke comes back by a full exchange' lab_wait 90 is_resumed spoke1 False
lab_check 'the hub had no key for its ticket' grep -q 'resume-foreign' "$LAB_DIR/hub1-naved.log"
lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
lab_finish
