#!/bin/bash
# t_eap.sh: EAP with real strongSwan, whoever begins: MSCHAPv2, GTC, MD5, TLS, and TLS alone for both ends (RFC 5998), and a post-quantum key beside it (RFC 8784); and who must
# stay out.  TLS is 1.2: with 1.3 strongSwan 5.9.8 follows a draft of RFC 9190, and falls over the octet that ends it there.  Shows R-IKE-15, R-IKE-16, R-AAA-10, R-AAA-12, R-AAA-13, R-SEC-11.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./pki.sh

SS_PLUGINS="$SS_PLUGINS md4 des eap-identity eap-mschapv2 eap-gtc eap-md5 eap-tls xauth-generic"
CHARON="retransmit_tries = 2
	retransmit_timeout = 1"

ca_make() {
	local name
	PKI=$LAB_DIR/pki
	mkdir -p "$PKI"
	ca_issue root ecdsa '/O=Example/CN=Example Root CA' - 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign,cRLSign' || return 1
	for name in hub1 spoke1 spoke2; do
		ca_issue $name ecdsa "/O=Example/CN=$name" root "subjectAltName=DNS:$name.vpn.example.net" || return 1
	done
	ca_issue long rsa '/O=Example/CN=spoke1' root "subjectAltName=DNS:spoke1.vpn.example.net,DNS:$(printf 'x%.0s' {1..60}).example.net"
}

# ---- configurations ----

# eap_config FILE CERT LINE…: makes a configuration of pre-shared keys one of these lines of the profile, with our certificate CERT.
eap_config() {
	local file=$1 cert=$2 lines
	shift 2
	lines=$(printf ' %s\\n' "$@")
	sed -i -e "s/^ authentication remote pre-share\$/${lines%\\n}/" -e '/^ authentication local pre-share$/d' \
		-e 's/^ keyring local KR$/ pki trustpoint TP/' -e 's/^ aaa authorization group psk list/ aaa authorization group cert list/' "$file"
	cat >>"$file" <<CFG
aaa authentication login users local
username alice password wonderland
crypto pki trustpoint TP
 enrollment terminal
 revocation-check none
crypto pki import TP pem $PKI/root.pem $PKI/$cert.pem $PKI/$cert.key
CFG
}

ss_users() { echo "secrets { eap-alice { id = alice
	secret = \"${1:-wonderland}\" } }"; }

# ss_begin METHOD [REMOTE [PASSWORD [EAP_ID]]]: brings up a connection to the Nave hub by EAP.
ss_begin() {
	local who="auth = eap-$1
			eap_id = ${4:-alice}"
	[ "$1" != tls ] || who="auth = eap-tls
			certs = own.pem
			eap_id = ${4:-spoke1.vpn.example.net}"
	{
		echo 'connections {'
		ss_psk_conn hub 203.0.113.11 spoke1.vpn.example.net "$SS_CONN" |
			sed -e "/local {/s/auth = psk/${who//$'\n'/\\n}/" -e "/remote {/s/auth = psk/auth = ${2:-pubkey}/"
		echo '}'
		ss_users "$3"
		echo "$SS_MORE"
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_load "$LAB_DIR/ss1" && ss_initiate "$LAB_DIR/ss1" hub
}


# ---- strongSwan begins ----

# shown METHOD IDENTITY: the hub names both.
shown() {
	nave_is hub1 "[(s['auth_verify'], s['eap_identity']) for s in d['sas'] if s['status'] == 'READY'] == [('EAP($1)', '$2')]" \
		show crypto ikev2 sa && nave_is hub1 "[s['phase1_id'] for s in d['sessions']] == ['$2']" show crypto session
}

# comes_in METHOD [REMOTE]
comes_in() {
	local who=alice
	[ "$1" != tls ] || who=spoke1.vpn.example.net
	lab_check "strongSwan comes in by $1" ss_begin "$@" || return 1
	lab_check 'the hub shows method and identity' lab_wait 5 shown "$1" $who
	lab_check 'ping to the hub'"'"'s LAN and back' ss_both_ways ss1
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
	lab_check 'the hub has forgotten it' lab_wait 5 nave_down hub1
}

stays_out() { ! ss_begin "$@" && nave_down hub1; }

says() { grep -q "why=$1" "$LAB_DIR/hub1-naved.log"; }

strongswan_to_nave() {
	local method
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	eap_config "$LAB_DIR/hub1/config" hub1 'authentication remote eap query-identity' 'authentication remote ecdsa-sig' \
		'authentication local ecdsa-sig' 'aaa authentication eap users' 'aaa authorization group eap list default default'
	lab_check 'Nave hub starts' nave_start hub1 none || return 1
	ss_spoke_site ss1 203.0.113.11
	ss_start ss1 "$LAB_DIR/ss1" "$CHARON" || return 1
	ss_cert "$LAB_DIR/ss1" spoke1
	for method in mschapv2 gtc md5 tls; do
		comes_in $method
	done
	ss_cert "$LAB_DIR/ss1" long
	comes_in tls
	lab_check 'a wrong password stays out' stays_out mschapv2 pubkey Wonderland
	lab_check 'and the hub says why' says wrong-password
	lab_check 'and an unknown user' stays_out md5 pubkey wonderland mallory
	ss_cert "$LAB_DIR/ss1" spoke2
	lab_check 'and the certificate of another' stays_out tls
}

# RFC 8784 3: the key comes with the last AUTH; with a method that has a key of its own, and with one that has none.
hub_ppk() { # required|''
	sed -i '/^crypto ikev2 keyring PQ/,$d; /^ keyring local PQ/d' "$LAB_DIR/hub1/config"
	sed -i 's/^ pki trustpoint TP$/&\n keyring local PQ/' "$LAB_DIR/hub1/config"
	printf '%s\n' 'crypto ikev2 keyring PQ' ' peer any' '  address 0.0.0.0 0.0.0.0' "  ppk manual id flex key hex 000102ff $1" >>"$LAB_DIR/hub1/config"
	nave_stop hub1 naved
	nave_again hub1 naved
}

ss_begin_ppk() { # METHOD [ID [yes]]
	SS_CONN=$([ -z "$2" ] || printf 'ppk_id = %s\n\t\tppk_required = %s' "$2" "${3:-no}")
	SS_MORE="secrets { ppk-lab { id = ${2:-none}
	secret = 0x000102ff } }"
	ss_begin "$1"
	local rc=$?
	SS_CONN='' SS_MORE=''
	return $rc
}

ppk_used() { nave_is hub1 "[s['ppk'] for s in d['sas'] if s['status'] == 'READY'] == [$1]" show crypto ikev2 sa detailed; }
ppk_out() { ! ss_begin_ppk "$@" && nave_down hub1; }

with_ppk() {
	local method
	lab_check 'the hub has a post-quantum key' hub_ppk
	for method in mschapv2 md5; do
		lab_check "strongSwan comes in by $method with it" ss_begin_ppk $method flex yes
		lab_check 'it is in use' ppk_used True
		lab_check 'ping both ways' ss_both_ways ss1
		lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
	done
	lab_check 'one of another name is left out' ss_begin_ppk mschapv2 other
	lab_check 'it is not in use' ppk_used False
	lab_check 'ping both ways' ss_both_ways ss1
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
	lab_check 'one of another name that is required stays out' ppk_out mschapv2 other yes
	lab_check 'the hub requires it' hub_ppk required
	lab_check 'strongSwan without it stays out' ppk_out mschapv2
	lab_check 'and comes in with it' ss_begin_ppk mschapv2 flex
	lab_check 'it is in use' ppk_used True
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
}

# RFC 5998: no certificate in IKE, TLS proves both.
tls_alone() {
	nave_stop hub1 naved
	nave_config_hub hub1
	eap_config "$LAB_DIR/hub1/config" hub1 'authentication remote eap' 'authentication local eap tls' 'aaa authentication eap users' \
		'aaa authorization group eap list default default'
	lab_check 'Nave hub starts with EAP alone' nave_again hub1 naved || return 1
	ss_cert "$LAB_DIR/ss1" spoke1
	comes_in tls eap-tls
	lab_check 'who wants a certificate of the hub stays out' stays_out tls
}

# ---- Nave begins ----

# ss_hub METHOD [LOCAL]: what the strongSwan hub asks for, and how it proves itself.
ss_hub() {
	sed -e "/local {/s/auth = psk/auth = ${2:-pubkey}\n\t\t\tcerts = own.pem/" \
		-e "/remote {/s/auth = psk/auth = eap-$1\n\t\t\teap_id = %any/" -e '/^secrets/d' "$LAB_DIR/hub2/psk.conf" >"$LAB_DIR/hub2/swanctl.conf"
	ss_users >>"$LAB_DIR/hub2/swanctl.conf"
	ss_load "$LAB_DIR/hub2"
}

# nave_begins N METHOD REMOTE LOCAL_LINE
nave_begins() {
	nave_site "spoke$1" spoke "10.20.$1.10/24" "10.20.$1.1"
	NAVE_HUB=198.51.100.2 nave_config_spoke "spoke$1" "$1"
	sed -i 's/^ identity local .*/ identity local fqdn spoke1.vpn.example.net/' "$LAB_DIR/spoke$1/config"
	eap_config "$LAB_DIR/spoke$1/config" spoke1 "authentication remote $3" "authentication local eap $4"
	[ -z "$PPK" ] || sed -i 's/^ pki trustpoint TP$/&\n keyring local PQ/' "$LAB_DIR/spoke$1/config"
	[ -z "$PPK" ] || printf '%s\n' 'crypto ikev2 keyring PQ' ' peer hub' '  address 198.51.100.2' "$PPK" >>"$LAB_DIR/spoke$1/config"
	lab_check "Nave spoke with $2 starts" nave_start "spoke$1" none || return 1
	lab_check "Nave comes in by $2" lab_wait 40 nave_up "spoke$1" 1 || return 1
	lab_check 'it shows the method' nave_is "spoke$1" "[s['auth_sign'] for s in d['sas']] == ['EAP($2)']" show crypto ikev2 sa
	lab_check 'ping from its LAN to that of strongSwan' lab_ping "spoke$1-lan" "10.20.$1.10" 10.10.0.10
	nave_stop "spoke$1" naved
	nave_stop "spoke$1" navedp
}

strongswan_hub() {
	ss_hub_site hub2
	SS_SETTINGS="$CHARON" ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	mv "$LAB_DIR/hub2/swanctl.conf" "$LAB_DIR/hub2/psk.conf"
	ss_cert "$LAB_DIR/hub2" hub1
}

nave_to_strongswan() {
	local n=1 method
	strongswan_hub || return 1
	for method in mschapv2 md5; do
		ss_hub $method && nave_begins $((++n)) $method ecdsa-sig "username alice password wonderland"
	done
	ss_hub mschapv2 && printf 'secrets { ppk-lab { id = flex\n\tsecret = 0x000102ff } }\n' >>"$LAB_DIR/hub2/swanctl.conf" && ss_load "$LAB_DIR/hub2" &&
		PPK='  ppk manual id flex key hex 000102ff required' nave_begins $((++n)) mschapv2 ecdsa-sig 'username alice password wonderland'
	ss_hub tls && nave_begins $((++n)) tls ecdsa-sig tls
	ss_hub tls eap-tls && nave_begins $((++n)) tls eap tls
}

lab_options "$@"
lab_begin eap
lab_inet
ca_make || { echo 'no certificates' >&2; exit 2; }
lab_say 'strongSwan begins'
strongswan_to_nave
with_ppk
tls_alone
lab_say 'Nave begins'
nave_to_strongswan
lab_finish
