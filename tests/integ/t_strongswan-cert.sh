#!/bin/bash
# t_strongswan-cert.sh: real strongSwan and Nave with certificates, whoever begins: RSA, ECDSA and Ed25519, an intermediate
# CA, each direction by its own method; and who must stay out.  Keys and certificates are made here with openssl.
# Shows R-IKE-05, R-IKE-11, R-IKE-15, R-IKE-20, R-IKE-27, R-SEC-11.
cd "$(dirname "$0")" || exit 2
. ./lab.sh
. ./strongswan.sh
. ./nave.sh
. ./pki.sh

ca_make() {
	local kind
	PKI=$LAB_DIR/pki
	mkdir -p "$PKI"
	ca_root || return 1
	ca_issue sub ecdsa '/O=Example/CN=Example Sub CA' root basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign,cRLSign || return 1
	ca_root other '/O=Other/CN=Other CA' || return 1
	for kind in rsa ecdsa ed25519; do
		ca_issue "hub-$kind" $kind '/O=Example/OU=Hubs/CN=hub1' root subjectAltName=DNS:hub1.vpn.example.net || return 1
		ca_issue "spoke-$kind" $kind '/O=Example/OU=Branches/CN=spoke1' root subjectAltName=DNS:spoke1.vpn.example.net || return 1
	done
	ca_issue spoke-chain ecdsa '/O=Example/OU=Branches/CN=spoke1' sub subjectAltName=DNS:spoke1.vpn.example.net || return 1
	ca_issue spoke-alien ecdsa '/O=Example/OU=Branches/CN=spoke1' other subjectAltName=DNS:spoke1.vpn.example.net || return 1
	ca_issue spoke-two ecdsa '/O=Example/OU=Branches/CN=spoke2' root subjectAltName=DNS:spoke2.vpn.example.net
}

# ---- configurations ----

# ss_begin DIR ID: brings up a connection to the Nave hub by the certificate in x509/own.pem.
ss_begin() { ss_begin_as "$1" "$2" -e 's/auth = psk/auth = pubkey/'; }

# ss_begin_mixed DIR ID: the same by the pre-shared key, while the hub has to show a certificate.
ss_begin_mixed() { ss_begin_as "$1" "$2" -e '/remote {/,/}/s/auth = psk/auth = pubkey/'; }

# ss_begin_subject DIR: the same, and its identity is the certificate's subject.
ss_begin_subject() { ss_begin_as "$1" own -e 's/auth = psk/auth = pubkey/' -e 's/id = own }/certs = own.pem }/'; }


# ---- strongSwan begins ----

strongswan_to_nave() {
	local kind vip
	nave_site hub1 hub 10.10.0.10/24 10.10.0.1
	nave_config_hub hub1
	cert_config "$LAB_DIR/hub1/config" "hub-$1" "$1"
	sed -i -e 's/^ match identity remote .*$/&\n match certificate BRANCHES/' -e 's/^ pki trustpoint TP$/&\n authentication remote pre-share\n keyring local KR\n aaa authorization group psk list default default/' \
		"$LAB_DIR/hub1/config"
	printf 'crypto pki certificate map BRANCHES 10\n subject-name co ou = branches\n' >>"$LAB_DIR/hub1/config"
	lab_check "Nave hub with $1 starts" nave_start hub1 none || return 1
	ss_spoke_site ss1 203.0.113.11
	ss_start ss1 "$LAB_DIR/ss1" "retransmit_tries = 2
	retransmit_timeout = 1" || return 1
	for kind in rsa ecdsa ed25519; do
		ss_cert "$LAB_DIR/ss1" "spoke-$kind"
		lab_check "strongSwan comes in with $kind" ss_begin "$LAB_DIR/ss1" spoke1.vpn.example.net || continue
		lab_check 'the hub shows the session' lab_wait 5 nave_up hub1 1
		vip=$(ss_vip ss1)
		lab_check "ping from $vip to the hub's LAN and back" both_ways "$vip"
		lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
		lab_check 'the hub has forgotten it' lab_wait 5 nave_down hub1
	done
	ss_cert "$LAB_DIR/ss1" spoke-chain sub
	lab_check 'with a chain over an intermediate CA' ss_begin "$LAB_DIR/ss1" spoke1.vpn.example.net
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
	rm -f "$LAB_DIR/ss1/x509ca/sub.pem"
	lab_check 'with a pre-shared key against a certificate' ss_begin_mixed "$LAB_DIR/ss1" spoke1.vpn.example.net
	lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
	by_subject
	strangers
	liar
}

# The subject as identity: taken from the certificate, and written out in charon's configuration.
by_subject() {
	ss_cert "$LAB_DIR/ss1" spoke-ecdsa
	lab_check 'by the subject of its certificate' ss_begin_subject "$LAB_DIR/ss1" &&
		lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
	lab_check 'by its subject as strongSwan writes it' ss_begin "$LAB_DIR/ss1" '"O=Example, OU=Branches, CN=spoke1"' &&
		lab_check 'strongSwan ends it' ss_end "$LAB_DIR/ss1"
}

both_ways() { lab_ping ss1 "$1" 10.10.0.10 && lab_ping hub1-lan 10.10.0.10 "$1"; }

refused() { ! ss_begin "$LAB_DIR/ss1" "$1" && nave_down hub1; }

# strongSwan doesn't claim a name that isn't in its certificate, so a Nave spoke does.
liar() {
	nave_site spoke1 spoke 10.20.1.10/24 10.20.1.1
	nave_config_spoke spoke1 9
	cert_config "$LAB_DIR/spoke1/config" spoke-two ecdsa
	lab_check "a Nave spoke claims spoke1 with spoke2's certificate" nave_start spoke1 none || return 1
	lab_check 'the hub says why it stays out' lab_wait 5 grep -q 'why=identity-not-in-certificate' "$LAB_DIR/hub1-naved.log"
	lab_check 'and has no session' nave_down hub1
	nave_stop spoke1 naved
	nave_stop spoke1 navedp
}

strangers() {
	ss_cert "$LAB_DIR/ss1" spoke-alien
	lab_check 'a certificate of another CA stays out' refused spoke1.vpn.example.net
	lab_check 'and the hub says why' grep -q 'why=unknown-ca' "$LAB_DIR/hub1-naved.log"
	ss_cert "$LAB_DIR/ss1" spoke-chain
	lab_check 'and one whose intermediate CA is missing' refused spoke1.vpn.example.net
}

# ---- Nave begins ----

# nave_to_strongswan KIND: the spoke's identity is its subject, the hub is known by a certificate map.
nave_to_strongswan() {
	local kind=$1 n=$2
	ss_cert "$LAB_DIR/hub2" "hub-$kind"
	ss_load "$LAB_DIR/hub2" || return 1
	nave_site "spoke$n" spoke "10.20.$n.10/24" "10.20.$n.1"
	NAVE_HUB=198.51.100.2 nave_config_spoke "spoke$n" "$n"
	cert_config "$LAB_DIR/spoke$n/config" "spoke-$kind" "$kind"
	sed -i -e 's/^ match identity remote .*$/ match certificate HUBS/' -e 's/^ identity local .*$/ identity local dn/' \
		"$LAB_DIR/spoke$n/config"
	printf 'crypto pki certificate map HUBS 10\n subject-name co ou = hubs\n' >>"$LAB_DIR/spoke$n/config"
	lab_check "Nave spoke with $kind starts" nave_start "spoke$n" none || return 1
	lab_check "Nave comes in with $kind" lab_wait 40 nave_up "spoke$n" 1 || return 1
	lab_check 'ping from its LAN to that of strongSwan' lab_ping "spoke$n-lan" "10.20.$n.10" 10.10.0.10
	nave_stop "spoke$n" naved
	nave_stop "spoke$n" navedp
}

strongswan_hub() {
	ss_hub_site hub2
	ss_pool_hub hub2 "$LAB_DIR/hub2" 198.51.100.2 || return 1
	sed -i -e 's/local { auth = psk/local { auth = pubkey\n\t\t\tcerts = own.pem/' \
		-e 's/remote { auth = psk/remote { auth = pubkey/' -e 's/id = \*\.vpn\.example\.net/id = "O=Example, OU=Branches, CN=*"/' \
		-e '/^secrets/d' "$LAB_DIR/hub2/swanctl.conf"
}

lab_options "$@"
lab_begin strongswan-cert
lab_inet
ca_make || { echo 'no certificates' >&2; exit 2; }
lab_say 'strongSwan begins'
strongswan_to_nave ecdsa
lab_say 'Nave begins'
strongswan_hub
n=1
for kind in rsa ecdsa ed25519; do
	nave_to_strongswan $kind $((++n))
done
lab_finish
