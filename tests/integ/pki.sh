# pki.sh - certificates for labs, made with openssl; sourced after lab.sh.  They are in $PKI: NAME.key, NAME.pem.

ca_key() { # KIND FILE
	case $1 in
	rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2" ;;
	ecdsa) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2" ;;
	ed25519) openssl genpkey -algorithm ED25519 -out "$2" ;;
	esac 2>/dev/null
}

# ca_issue NAME KIND SUBJECT ISSUER EXTENSION…: $PKI/NAME.{key,pem}; issuer - is itself.
ca_issue() {
	local name=$1 kind=$2 subject=$3 issuer=$4
	shift 4
	ca_key "$kind" "$PKI/$name.key" || return 1
	printf '%s\n' "$@" >"$PKI/$name.ext"
	openssl req -new -key "$PKI/$name.key" -subj "$subject" -out "$PKI/$name.csr" || return 1
	if [ "$issuer" = - ]; then
		openssl x509 -req -in "$PKI/$name.csr" -signkey "$PKI/$name.key" -days 30 -extfile "$PKI/$name.ext" -out "$PKI/$name.pem"
	else
		openssl x509 -req -in "$PKI/$name.csr" -CA "$PKI/$issuer.pem" -CAkey "$PKI/$issuer.key" -CAcreateserial -days 30 \
			-extfile "$PKI/$name.ext" -out "$PKI/$name.pem"
	fi 2>/dev/null
}

# ca_root [NAME [SUBJECT]]: the root of $PKI.
ca_root() {
	ca_issue "${1:-root}" ecdsa "${2:-/O=Example/CN=Example Root CA}" - basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign,cRLSign
}

method_of() { case $1 in ed25519) echo eddsa-sig ;; *) echo "$1-sig" ;; esac; }

# ---- configurations ----

# cert_config FILE CERT KIND: makes a configuration of pre-shared keys one of certificates, ours CERT with a key of KIND; the
# peer's may be of any kind.  CERT_LINES are the trust point's.
cert_config() {
	local file=$1 cert=$2 kind remote=
	for kind in rsa ecdsa ed25519; do
		remote+=" authentication remote $(method_of "$kind")\\n"
	done
	sed -i -e "s/^ authentication remote pre-share\$/${remote%\\n}/" \
		-e "s/^ authentication local pre-share\$/ authentication local $(method_of "$3")/" \
		-e 's/^ keyring local KR$/ pki trustpoint TP/' \
		-e 's/authorization group psk/authorization group cert/' "$file"
	cat >>"$file" <<CFG
crypto pki trustpoint TP
 enrollment terminal
${CERT_LINES:- revocation-check none}
crypto pki import TP pem $PKI/root.pem $PKI/$cert.pem $PKI/$cert.key
CFG
}

# ss_cert DIR CERT [INTERMEDIATE]: gives charon its files.
ss_cert() {
	cp "$PKI/root.pem" "$1/x509ca/"
	cp "$PKI/$2.pem" "$1/x509/own.pem"
	cp "$PKI/$2.key" "$1/private/own.key"
	[ -z "$3" ] || cp "$PKI/$3.pem" "$1/x509ca/"
}

# ss_begin_as DIR ID SED_OPTION…: with a connection of pre-shared keys, edited.
ss_begin_as() {
	{
		echo 'connections {'
		ss_psk_conn hub 203.0.113.11 "$2" | sed "${@:3}"
		echo '}'
		echo "secrets { ike-lab { secret = \"$LAB_PSK\" } }"
	} >"$1/swanctl.conf"
	ss_load "$1" && ss_initiate "$1" hub
}

# ---- a swarm of peers, all with one key: spoke1.KIND.example.net … ----

# ca_swarm KIND COUNT: the hub's certificate, the peers' key swarm-KIND.key and a certificate for each, swarm-KIND-N.pem.
ca_swarm() {
	local base=$PKI/swarm-$1
	ca_issue "hub-$1" "$1" '/O=Example/CN=hub' root subjectAltName=DNS:hub1.vpn.example.net || return 1
	ca_key "$1" "$base.key" && "$LAB_BIN/mkswarm" "$PKI/root.pem" "$PKI/root.key" "$base.key" "$base" "$1.example.net" "$2"
}

# swarm_args KIND: what naveload needs for them.
swarm_args() {
	echo --cert "$PKI/swarm-$1-%.pem" --key "$PKI/swarm-$1.key" --ca "$PKI/root.pem" --id "spoke%.$1.example.net"
}

# nave_swarm_profile KIND N: lets them in at a Nave hub, by virtual template N.
nave_swarm_profile() {
	cat <<CFG
crypto pki trustpoint $1
 enrollment terminal
 revocation-check none
crypto pki import $1 pem $PKI/root.pem $PKI/hub-$1.pem $PKI/hub-$1.key
crypto ikev2 profile $1
 match identity remote fqdn domain $1.example.net
 identity local fqdn hub1.vpn.example.net
 authentication remote $(method_of "$1")
 authentication local $(method_of "$1")
 pki trustpoint $1
 aaa authorization group cert list default default
 virtual-template $2
crypto ipsec profile $1
 set transform-set LAB
 set ikev2-profile $1
interface Virtual-Template$2 type tunnel
 ip unnumbered Loopback0
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile $1
CFG
}

# eap_swarm_args METHOD: what naveload needs for peers by EAP: user1 … with one password, or the swarm's ECDSA certificates.
eap_swarm_args() {
	echo --eap "$1" --ca "$PKI/root.pem" --id "spoke%.$1.example.net"
	case $1 in
	tls) echo --eap-id spoke%.ecdsa.example.net --cert "$PKI/swarm-ecdsa-%.pem" --key "$PKI/swarm-ecdsa.key" ;;
	*) echo --eap-id user% --eap-password swordfish ;;
	esac
}

# nave_eap_profile COUNT N: lets COUNT of those in at a Nave hub that has the swarm's ECDSA profile, by virtual template N.
nave_eap_profile() {
	local n
	cat <<CFG
aaa authentication login swarm local
crypto ikev2 profile eap
 match identity remote fqdn domain mschapv2.example.net
 match identity remote fqdn domain tls.example.net
 identity local fqdn hub1.vpn.example.net
 authentication remote eap query-identity
 authentication local ecdsa-sig
 pki trustpoint ecdsa
 aaa authentication eap swarm
 aaa authorization group eap list default default
 virtual-template $2
crypto ipsec profile eap
 set transform-set LAB
 set ikev2-profile eap
interface Virtual-Template$2 type tunnel
 ip unnumbered Loopback0
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile eap
CFG
	for ((n = 1; n <= $1; n++)); do echo "username user$n password swordfish"; done
}

# ss_eap_conns COUNT DIR ADDR: the same at strongSwan's, whose files for ECDSA are there.
ss_eap_conns() {
	local n method
	for method in mschapv2 tls; do
		ss_swarm_conn ecdsa "$2" "$3" | sed -e "s/^	ecdsa {/	$method {/" -e "s/remote { auth = pubkey/remote { auth = eap-$method\n			eap_id = %any/" \
			-e "s/\*\.ecdsa\.example\.net/*.$method.example.net/"
	done
	echo 'secrets {'
	for ((n = 1; n <= $1; n++)); do printf '\teap-%d { id = user%d\n\t\tsecret = swordfish }\n' "$n" "$n"; done
	echo '}'
}

# ss_swarm_conn KIND DIR ADDR: a connection of strongSwan's that does the same; its files to DIR.
ss_swarm_conn() {
	cp "$PKI/root.pem" "$2/x509ca/"
	cp "$PKI/hub-$1.pem" "$2/x509/"
	cp "$PKI/hub-$1.key" "$2/private/"
	cat <<CONF
connections {
	$1 {
		version = 2
		local_addrs = $3
		proposals = aes128gcm16-prfsha256-x25519
		pools = lab
		local { auth = pubkey
			certs = hub-$1.pem
			id = hub1.vpn.example.net }
		remote { auth = pubkey
			id = *.$1.example.net }
		children {
			lan {
				local_ts = 10.10.0.0/24
				remote_ts = dynamic,10.20.0.0/16
				esp_proposals = aes128gcm16
			}
		}
	}
}
CONF
}
