#!/bin/bash
# t_ocsp.sh: certificates asked about over the network: openssl's OCSP responder and a plain web server with a CRL, whoever begins.
# Peers are strongSwan and Nave; naved has a datapath in memory.  Shows R-PKI-06, R-PKI-13, R-SEC-11.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./pki.sh

AT=198.51.100.254 # the router: who answers for the CA
OCSP_PORT=8080
CRL_PORT=8081
SS_PLUGINS="$SS_PLUGINS eap-identity eap-tls"
CHARON="retransmit_tries = 2
	retransmit_timeout = 1"

# ---- the CA ----

serial_of() { openssl x509 -in "$PKI/$1.pem" -noout -serial | cut -d= -f2; }

# ca_says NAME V|R: what the CA knows of the certificate from now on; what was never said of is unknown.
ca_says() {
	local serial now
	serial=$(serial_of "$1")
	now=$(date -u +%y%m%d%H%M%SZ)
	grep -v "	$serial	" "$PKI/index.txt" >"$PKI/index.new"
	[ "$2" = V ] && now=
	printf '%s\t%s\t%s\t%s\tunknown\t/O=Example/CN=%s\n' "$2" "$(date -u -d '+30 days' +%y%m%d%H%M%SZ)" "$now" "$serial" "$1" >>"$PKI/index.new"
	mv "$PKI/index.new" "$PKI/index.txt"
}

ca_crl() {
	openssl ca -config "$PKI/ca.conf" -gencrl -keyfile "$PKI/root.key" -cert "$PKI/root.pem" -out "$PKI/crl.pem" 2>/dev/null &&
		openssl crl -in "$PKI/crl.pem" -outform DER -out "$PKI/www/root.crl"
}

ca_make() {
	local name where="authorityInfoAccess=OCSP;URI:http://$AT:$OCSP_PORT/"
	PKI=$LAB_DIR/pki
	mkdir -p "$PKI/www"
	: >"$PKI/index.txt"
	echo 01 >"$PKI/crlnumber"
	printf '%s\n' '[ca]' 'default_ca = d' '[d]' "database = $PKI/index.txt" "crlnumber = $PKI/crlnumber" 'default_md = sha256' \
		'default_crl_days = 1' 'unique_subject = no' >"$PKI/ca.conf"
	ca_root || return 1
	ca_issue signer rsa /O=Example/CN=OCSP root extendedKeyUsage=OCSPSigning || return 1
	ca_issue nobody ecdsa /O=Example/CN=nobody root || return 1
	for name in one two three four five revoked unknown; do
		ca_issue $name ecdsa "/O=Example/CN=$name" root subjectAltName=DNS:spoke1.vpn.example.net "$where" \
			"crlDistributionPoints=URI:http://$AT:$CRL_PORT/root.crl" || return 1
	done
	ca_issue hub1 ecdsa /O=Example/CN=hub1 root subjectAltName=DNS:hub1.vpn.example.net "$where" || return 1
	for name in one two three four five hub1; do ca_says $name V; done
	ca_says revoked R
	ca_crl
}

# ---- who answers ----

responder() { # SIGNER
	lab_start ocsp inet openssl ocsp -index "$PKI/index.txt" -port $OCSP_PORT -rsigner "$PKI/$1.pem" -rkey "$PKI/$1.key" -CA "$PKI/root.pem" \
		-ndays 1 -ignore_err
	RESPONDER=$LAB_PID
	lab_wait 5 lab_listens inet $OCSP_PORT
}

# stale CERT: answers what was true of CERT two days ago, for a day.
stale() {
	openssl ocsp -issuer "$PKI/root.pem" -cert "$PKI/$1.pem" -no_nonce -reqout "$PKI/stale.req" >/dev/null || return 1
	openssl ocsp -index "$PKI/index.txt" -CA "$PKI/root.pem" -rsigner "$PKI/signer.pem" -rkey "$PKI/signer.key" -ndays 1 \
		-reqin "$PKI/stale.req" -respout "$PKI/stale.der" >/dev/null || return 1
	old "$PKI/stale.der" "$PKI/signer.key"
}

old() { # [RESPONSE KEY]
	lab_start ocsp inet python3 ./old_ocsp.py $OCSP_PORT "$@"
	RESPONDER=$LAB_PID
	lab_wait 5 lab_listens inet $OCSP_PORT
}

silence() { lab_kill TERM "$RESPONDER"; }

# ---- the hub judges strongSwan ----

# hub METHODS…: the hub begins anew and remembers nothing.
hub() {
	[ ! -f "$LAB_DIR/hub1/naved.pid" ] || nave_stop hub1 naved
	: >"$LAB_DIR/hub1-naved.log"
	nave_config_hub hub1
	CERT_LINES=" revocation-check $*" cert_config "$LAB_DIR/hub1/config" hub1 ecdsa
	sed -i 's/^ pki trustpoint TP$/&\n authentication remote eap query-identity\n aaa authentication eap users\n aaa authorization group eap list default default/' \
		"$LAB_DIR/hub1/config"
	echo 'aaa authentication login users local' >>"$LAB_DIR/hub1/config"
	nave_start_fake hub1
}

# comes_in CERT [METHOD]
comes_in() {
	local how=${2:-pubkey}
	ss_cert "$LAB_DIR/ss1" "$1"
	[ "$how" = pubkey ] || how+='\n\t\t\tcerts = own.pem\n\t\t\teap_id = spoke1.vpn.example.net'
	ss_begin_as "$LAB_DIR/ss1" spoke1.vpn.example.net -e "/local {/s/auth = psk/auth = $how/" -e 's/auth = psk/auth = pubkey/' || return 1
	lab_wait 5 nave_up hub1 1 && ss_end "$LAB_DIR/ss1" && lab_wait 5 nave_down hub1
}

stays_out() { ! comes_in "$@" && nave_down hub1; }

says() { lab_log_has hub1-naved "why=$1"; }

hub_judges() {
	lab_check 'a hub that asks OCSP starts' hub ocsp || return 1
	ss_spoke_site ss1 203.0.113.11
	ss_start ss1 "$LAB_DIR/ss1" "$CHARON" || return 1
	responder signer
	lab_check 'a good certificate comes in' comes_in one
	lab_check 'a revoked one stays out' stays_out revoked
	lab_check 'and the hub says why' says revoked
	lab_check 'one that the responder knows nothing of stays out' stays_out unknown
	lab_check 'and the hub says why' says ocsp-unknown
	silence
	lab_check 'the responder is gone: who was good comes in' comes_in one
	lab_check 'who was revoked stays out' stays_out revoked
	lab_check 'and so does who was never asked about' stays_out two
	lab_check 'and the hub says why' says no-ocsp
	responder nobody
	lab_check "an answer of somebody that the CA didn't appoint doesn't count" stays_out three
	lab_check 'and the hub says why' says ocsp-signature
	silence
	stale four
	lab_check "an answer whose time is over doesn't" stays_out four
	lab_check 'and the hub says why' says ocsp-expired
	silence
	old
	lab_check 'a responder that never answers keeps out' stays_out five
	lab_check 'and the hub says why' says ocsp-no-answer
	silence
}

# Certificates that stand in EAP-TLS alone.
hub_judges_eap() {
	lab_check 'a hub that asks OCSP about EAP-TLS' hub ocsp
	responder signer
	lab_check 'a good certificate comes in' comes_in one eap-tls
	lab_check 'a revoked one stays out' stays_out revoked eap-tls
	lab_check 'and the hub says why' says revoked
	silence
	lab_check 'the responder is gone: who was good comes in' comes_in one eap-tls
	lab_check 'who was never asked about stays out' stays_out two eap-tls
	lab_check 'and the hub says why' says no-ocsp
}

hub_falls_back() {
	lab_check 'a hub that asks OCSP, and believes without an answer' hub ocsp none
	lab_check 'no responder: a certificate comes in' comes_in two
	responder signer
	lab_check 'a revoked one stays out' stays_out revoked
	silence
	lab_start www inet python3 -m http.server --directory "$PKI/www" $CRL_PORT
	lab_wait 5 lab_listens inet $CRL_PORT
	lab_check 'a hub that asks OCSP, then a CRL' hub ocsp crl
	lab_check 'no responder: the CRL of its distribution point lets it in' comes_in two
	lab_check 'that CRL keeps the revoked one out' stays_out revoked
	lab_check 'and was fetched once' [ "$(grep -c 'GET /root.crl' "$LAB_DIR/www.log")" = 1 ]
}

# ---- a Nave spoke judges the hub ----

spoke() { # WHAT_THE_CA_SAYS
	ca_says hub1 "$1"
	responder signer
	: >"$LAB_DIR/spoke1-naved.log"
	nave_start_fake spoke1
}

spoke_says() { lab_wait 10 lab_log_has spoke1-naved "why=$1"; }

spoke_ends() {
	nave_stop spoke1 naved
	silence
	lab_wait 5 nave_down hub1
}

spoke_judges() {
	hub none
	ss_spoke_site spoke1 203.0.113.12
	nave_config_spoke spoke1 2
	CERT_LINES=' revocation-check ocsp' cert_config "$LAB_DIR/spoke1/config" one ecdsa
	lab_check 'a Nave spoke that asks OCSP starts' spoke V
	lab_check 'the hub is good: it is up' lab_wait 40 nave_up spoke1 1
	lab_check 'it ends' spoke_ends
	lab_check 'it starts again, and the hub is revoked' spoke R
	lab_check 'it says why there is no tunnel' spoke_says revoked
	lab_check 'it ends' spoke_ends
	lab_check 'a spoke without responder starts' nave_start_fake spoke1
	lab_check 'it says why there is no tunnel' spoke_says no-ocsp
	nave_stop spoke1 naved
}

lab_options "$@"
lab_begin ocsp
lab_inet
ca_make || { echo 'no certificates' >&2; exit 2; }
lab_ns hub1
lab_wan hub1 eth0 hub
lab_addr hub1 eth0 198.51.100.1/24
ip -n "$LAB-hub1" route add default via 198.51.100.254
lab_say 'the hub judges'
hub_judges
hub_judges_eap
hub_falls_back
lab_say 'a spoke judges'
spoke_judges
lab_finish
