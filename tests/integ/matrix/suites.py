"""strongSwan's words for algorithms, and Nave's for the same."""

ESP = {
    "aes128gcm16": "esp-gcm 128",
    "aes256gcm16": "esp-gcm 256",
    "chacha20poly1305": "esp-chacha20-poly1305",
    "aes128-sha1": "esp-aes 128 esp-sha-hmac",
    "aes128-sha256": "esp-aes 128 esp-sha256-hmac",
    "aes256-sha384": "esp-aes 256 esp-sha384-hmac",
    "aes256-sha512": "esp-aes 256 esp-sha512-hmac",
    "3des-sha1": "esp-3des esp-sha-hmac",
    "3des-md5": "esp-3des esp-md5-hmac",
}
GROUPS = {"x25519": 31, "ecp256": 19, "ecp384": 20, "ecp521": 21, "modp2048": 14, "modp3072": 15, "modp4096": 16}
METHODS = {"rsa": "rsa-sig", "ecdsa": "ecdsa-sig", "ed25519": "eddsa-sig"}
EAP = {"mschapv2": None, "eap-tls": "ecdsa256"}  # with the kind of key that it needs

PROPOSALS = """\
crypto ikev2 proposal AEAD
 encryption aes-gcm-128 aes-gcm-256 chacha20-poly1305
 prf sha256 sha384 sha512
 group {groups}
crypto ikev2 proposal CBC
 encryption aes-cbc-128 aes-cbc-256
 integrity sha256 sha384 sha512 sha1
 group {groups}
crypto ikev2 policy MATRIX
 match fvrf any
 proposal AEAD CBC
""".format(groups=" ".join(str(g) for g in GROUPS.values()))


def esp(words):
    """An ESP proposal as (transform set, group of PFS or None)."""
    transform, _, group = words.rpartition("-")
    if group in GROUPS:
        return ESP[transform], GROUPS[group]
    return ESP[words], None


def key(auth):
    """The kind of key that whoever proves itself so has; None: a secret."""
    return None if auth == "psk" else EAP.get(auth, auth)


def method(auth):
    """The keyword of 'authentication local' and 'remote', but for EAP."""
    return "pre-share" if auth == "psk" else METHODS[auth.rstrip("0123456789") if auth != "ed25519" else auth]


def strongswan(auth):
    """strongSwan's."""
    return "psk" if auth == "psk" else "eap-" + auth.removeprefix("eap-") if auth in EAP else "pubkey"
