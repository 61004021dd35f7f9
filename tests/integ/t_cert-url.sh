#!/bin/bash
# t_cert-url.sh: certificates by their URL (RFC 7296 3.6) with real strongSwan and a plain web server, whoever begins: each fetches that of
# the other, or gets it as it is where it doesn't look up; and what isn't what the hash says stays out.  naved has a datapath in memory.
# Shows R-IKE-20, R-SEC-11.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./pki.sh

AT=198.51.100.254 # the router
PORT=8080
SS_PLUGINS="$SS_PLUGINS curl"
CHARON="hash_and_url = yes
	retransmit_tries = 2
	retransmit_timeout = 1"

# publish CERT NAME: puts it where its URL leads.
publish() { openssl x509 -in "$PKI/$1.pem" -outform DER -out "$PKI/www/$2"; }

# charon asks for, and names, what is at the base and the hash.
by_hash() { openssl x509 -in "$PKI/$1.pem" -outform DER | sha1sum | cut -d' ' -f1; }

ca_make() {
	local name
	PKI=$LAB_DIR/pki
	mkdir -p "$PKI/www"
	ca_root || return 1
	for name in hub1 spoke1; do
		ca_issue $name ecdsa "/O=Example/CN=$name" root "subjectAltName=DNS:$name.vpn.example.net" || return 1
		publish $name $name.der && publish $name "$(by_hash $name)" || return 1
	done
	lab_start www inet python3 -m http.server --directory "$PKI/www" $PORT
	lab_wait 5 lab_listens inet $PORT
}

fetched() { grep -c "GET /$1 .* 200" "$LAB_DIR/www.log"; } # NAME: how often

# ss_ca DIR: its section of the CA, with the base of the URLs of its certificates.
ss_ca() {
	cat >>"$1/swanctl.conf" <<CONF
authorities { lab { cacert = root.pem
	cert_uri_base = http://$AT:$PORT/ } }
CONF
}

ss_begin() {
	{
		echo 'connections {'
		ss_psk_conn hub 203.0.113.11 spoke1.vpn.example.net | sed 's/auth = psk/auth = pubkey/'
		echo '}'
	} >"$LAB_DIR/ss1/swanctl.conf"
	ss_ca "$LAB_DIR/ss1"
	ss_load "$LAB_DIR/ss1" && ss_initiate "$LAB_DIR/ss1" hub
}

ends() { ss_end "$LAB_DIR/ss1" && lab_wait 5 nave_down hub1; }
comes_in() { ss_begin && lab_wait 5 nave_up hub1 1; }
stays_out() { ! ss_begin && nave_down hub1; }
says() { grep -q "why=$1" "$LAB_DIR/hub1-naved.log"; }
counted() { nave_is hub1 "[c['value'] for c in d['counters'] if c['name'] == '$1'] == [$2]" show crypto ikev2 stats; }

# hub LINE…: the hub begins anew with these lines of the configuration, and its certificate at its URL.
hub() {
	[ ! -f "$LAB_DIR/hub1/naved.pid" ] || nave_stop hub1 naved
	nave_config_hub hub1
	CERT_LINES=" revocation-check none
 certificate url http://$AT:$PORT/hub1.der" cert_config "$LAB_DIR/hub1/config" hub1 ecdsa
	printf '%s\n' "$@" >>"$LAB_DIR/hub1/config"
	nave_start_fake hub1
}

strongswan_begins() {
	lab_check 'a hub that looks certificates up starts' hub 'crypto ikev2 http-url cert' || return 1
	ss_spoke_site ss1 203.0.113.11
	ss_start ss1 "$LAB_DIR/ss1" "$CHARON" || return 1
	ss_cert "$LAB_DIR/ss1" spoke1
	lab_check 'strongSwan comes in by the URL of its certificate' comes_in
	lab_check 'which the hub has fetched' [ "$(fetched "$(by_hash spoke1)")" = 1 ]
	lab_check 'and strongSwan that of the hub' [ "$(fetched hub1.der)" -ge 1 ]
	lab_check 'the hub has counted both' counted cert-url 1
	lab_check 'and its own' counted cert-url-sent 1
	lab_check 'it ends' ends
	lab_check 'it comes again' comes_in
	lab_check 'and the hub remembers the certificate' [ "$(fetched "$(by_hash spoke1)")" = 1 ]
	lab_check 'it ends' ends
	lab_check 'a hub that fetches from elsewhere alone starts' hub 'crypto ikev2 http-url cert' 'crypto ikev2 http-url from http://pki.example.net/'
	lab_check 'strongSwan stays out' stays_out
	lab_check 'and the hub says why' says url-refused
	lab_check 'a hub that looks nothing up starts' hub
	lab_check 'strongSwan comes in by its certificate' comes_in
	lab_check 'which nobody has fetched' [ "$(fetched "$(by_hash spoke1)")" = 1 ]
	lab_check 'it ends' ends
	lab_check 'a hub that looks up, from here' hub 'crypto ikev2 http-url cert' "crypto ikev2 http-url from http://$AT:$PORT/"
	publish hub1 "$(by_hash spoke1)"
	lab_check 'another certificate is there: strongSwan stays out' stays_out
	lab_check 'and the hub says why' says url-other-content
	rm "$PKI/www/$(by_hash spoke1)"
	lab_check 'nothing is there: strongSwan stays out' stays_out
	lab_check 'and the hub says why' says url-no-answer
	publish spoke1 "$(by_hash spoke1)"
	lab_check 'it is there again: strongSwan comes in' comes_in
	lab_check 'it ends' ends
}

nave_begins() {
	ss_hub_site hub2
	SS_SETTINGS="$CHARON" ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	sed -i -e 's/local { auth = psk/local { auth = pubkey/' -e 's/remote { auth = psk/remote { auth = pubkey/' -e '/^secrets/d' "$LAB_DIR/hub2/swanctl.conf"
	ss_ca "$LAB_DIR/hub2"
	ss_cert "$LAB_DIR/hub2" hub1
	ss_load "$LAB_DIR/hub2" || return 1
	ss_spoke_site spoke1 203.0.113.12
	NAVE_HUB=198.51.100.2 nave_config_spoke spoke1 2
	sed -i 's/^ identity local .*/ identity local fqdn spoke1.vpn.example.net/' "$LAB_DIR/spoke1/config"
	CERT_LINES=" revocation-check none
 certificate url http://$AT:$PORT/spoke1.der" cert_config "$LAB_DIR/spoke1/config" spoke1 ecdsa
	echo 'crypto ikev2 http-url cert' >>"$LAB_DIR/spoke1/config"
	lab_check 'a Nave spoke starts' nave_start_fake spoke1
	lab_check 'it comes in' lab_wait 40 nave_up spoke1 1
	lab_check 'strongSwan has fetched its certificate' [ "$(fetched spoke1.der)" -ge 1 ]
	lab_check 'and it that of strongSwan' [ "$(fetched "$(by_hash hub1)")" -ge 1 ]
	nave_stop spoke1 naved
}

lab_options "$@"
lab_begin cert-url
lab_inet
ca_make || { echo 'no certificates' >&2; exit 2; }
lab_ns hub1
lab_wan hub1 eth0 hub
lab_addr hub1 eth0 198.51.100.1/24
ip -n "$LAB-hub1" route add default via 198.51.100.254
lab_say 'strongSwan begins'
strongswan_begins
lab_say 'Nave begins'
nave_begins
lab_finish
