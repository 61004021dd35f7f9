#!/bin/bash
# t_nave-intermediate.sh: two Naves with additional key exchanges (RFC 9370) in IKE_INTERMEDIATE (RFC 9242), required and optional, and
# a spoke without them, which a hub that insists keeps out; the same for CHILD_SAs in IKE_FOLLOWUP_KE.  Debian's strongSwan has neither.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./nave.sh

# has_groups NAME GROUPS: the additional key exchanges of the node's only SA.
has_groups() { nave_is "$1" "[s['additional_groups'] for s in d['sas'] if s['status'] == 'READY'] == ['$2']" show crypto ikev2 sa; }

# child_has NAME GROUPS: the key exchanges of the node's pairs of ESP SAs.
child_has() { nave_is "$1" "[(s['group'] + ' ' + s['additional_groups']).strip() for s in d['flows']] == ['$2']" show crypto ipsec sa; }

# spoke N LINES: a spoke whose proposal has these lines more.
spoke() {
	nave_site "spoke$1" spoke "10.20.$1.10/24" "10.20.$1.1"
	NAVE_IKE_GROUP="31$2" nave_config_spoke "spoke$1" "$1"
	lab_check 'a spoke starts' nave_start "spoke$1" none
}

lab_options "$@"
lab_begin nave-intermediate
lab_inet
nave_site hub1 hub 10.10.0.10/24 10.10.0.1
NAVE_IPSEC=$'\n set pfs group31\n set additional-key-exchange 1 20\n set additional-key-exchange 2 19 21'
NAVE_IKE_GROUP=$'31\n additional-key-exchange 1 20 19\n additional-key-exchange 2 21 none' nave_config_hub hub1
lab_check 'the hub starts' nave_start hub1 none
spoke 1 $'\n additional-key-exchange 1 19 20\n additional-key-exchange 2 21'
lab_check 'two key exchanges more: it comes in' lab_wait 40 nave_up spoke1 1
lab_check "by the hub's order" has_groups hub1 'ECP-384/20 ECP-521/21'
lab_check 'the spoke says the same' has_groups spoke1 'ECP-384/20 ECP-521/21'
lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
lab_check 'its CHILD_SA came with IKE_AUTH, without any of its own' child_has hub1 ''
lab_check 'the spoke rekeys it' nave_ctl spoke1 rekey crypto ipsec sa
lab_check 'with as many' lab_wait 15 child_has hub1 'X25519/31 ECP-384/20 ECP-256/19'
lab_check 'the spoke says the same' lab_wait 15 child_has spoke1 'X25519/31 ECP-384/20 ECP-256/19'
lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
lab_check 'the hub rekeys it' nave_ctl hub1 rekey crypto ipsec sa
lab_check 'twice by now' lab_wait 15 lab_log_has spoke1-naved 'child.rekeyed .*by=peer'
lab_check 'with as many' lab_wait 15 child_has hub1 'X25519/31 ECP-384/20 ECP-256/19'
lab_check 'ping from LAN to LAN' lab_ping spoke1-lan 10.20.1.10 10.10.0.10
nave_stop spoke1 naved
nave_stop spoke1 navedp
lab_check 'the hub has forgotten it' lab_wait 5 nave_down hub1
spoke 2 $'\n additional-key-exchange 1 19'
lab_check 'one more, the other left out: it comes in' lab_wait 40 nave_up spoke2 1
lab_check 'and made no more' has_groups hub1 'ECP-256/19'
spoke 3 ''
lab_check 'without the one that the hub insists on it stays out' lab_wait 10 grep -q 'NO_PROPOSAL_CHOSEN' "$LAB_DIR/spoke3-naved.log"
lab_check 'and has no session' nave_up spoke3 0
lab_finish
