"""Both ends' configuration for the rows of the table, and the keys and certificates that they need.

Nave is one router, which has a profile and a virtual template or a static tunnel for each row; strongSwan has a connection for
each, on an address of its own, for it chooses its IKE proposals by address.
"""
import asyncio
import pathlib

import suites

HUB, HUB_NAME, LAN_HOST = "198.51.100.1", "hub1.vpn.example.net", "10.10.0.10"
SECRET = "Lab-Example-Key-1"


def outer(row):
    """strongSwan's address for this case."""
    return f"203.0.113.{10 + row.number}"


def inner(row):
    """And the one behind it, where Nave begins."""
    return f"10.60.0.{row.number}"


# ---- Nave ----

HEAD = """\
hostname hub1
aaa new-model
aaa authorization network default local
crypto ikev2 keyring KR
 peer any
  address 0.0.0.0 0.0.0.0
  pre-shared-key {secret}
crypto ikev2 cookie-challenge 20
crypto ikev2 fragmentation mtu 576
crypto ikev2 authorization policy HUB
 pool P
 route set interface
 route set remote 10.10.0.0 255.255.255.0
crypto ikev2 authorization policy SPOKE
 route set interface
ip local pool P 10.77.0.1 10.77.1.250
interface Loopback0
 ip address 10.77.255.254 255.255.255.255
interface Ethernet0/0
 ip address 198.51.100.1 255.255.255.0
interface Ethernet0/1
 ip address 10.10.0.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 198.51.100.254
"""

PROFILE = """\
crypto ikev2 profile {row.id}
 match identity remote fqdn {row.name}
 identity local fqdn {hub}
 authentication remote {remote}
 authentication local {local}
 keyring local {keyring}
 aaa authorization group {kind} list default {policy}
{lines}crypto ipsec transform-set {row.id} {esp}
 mode tunnel
crypto ipsec profile {row.id}
 set transform-set {row.id}
 set ikev2-profile {row.id}
{esp_lines}"""

KEYRING = """\
crypto ikev2 keyring {row.id}
 peer {row.id}
  address {outer}
  pre-shared-key {secret}
{lines}"""

TEMPLATE = """\
interface Virtual-Template{row.number} type tunnel
 ip unnumbered Loopback0
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile {row.id}
"""

TUNNEL = """\
interface Tunnel{row.number}
 ip address negotiated
 tunnel source Ethernet0/0
 tunnel destination {outer}
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile {row.id}
ip route {inner} 255.255.255.255 Tunnel{row.number}
"""


def nave_row(row):
    dials = row.begins == "nave"
    esp, group = suites.esp(row.esp)
    certificate = next((a for a in (row.nave, row.ss) if a != "psk"), None)
    lines = row.values("nave")
    if certificate:
        lines.append(f"pki trustpoint {certificate}")
    if not dials:
        lines.append(f"virtual-template {row.number}")
    esp_lines = row.values("nave.ipsec") + ([f"set pfs group{group}"] if group else [])
    keys = row.values("nave.key")
    text = KEYRING.format(row=row, outer=outer(row), secret=SECRET, lines="".join(f"  {line}\n" for line in keys)) if keys else ""
    text += PROFILE.format(row=row, hub=HUB_NAME, keyring=row.id if keys else "KR", esp=esp, local=suites.method(row.nave), remote=suites.method(row.ss),
        kind="psk" if row.ss == "psk" else "cert", policy="SPOKE" if dials else "HUB",
        lines="".join(f" {line}\n" for line in lines), esp_lines="".join(f" {line}\n" for line in esp_lines))  # fmt: skip
    return text + (TUNNEL if dials else TEMPLATE).format(row=row, outer=outer(row), inner=inner(row))


def nave(rows, pki):
    text = HEAD.format(secret=SECRET) + suites.PROPOSALS
    for kind in kinds(rows):
        text += f"crypto pki trustpoint {kind}\n enrollment terminal\n revocation-check none\n"
        text += f"crypto pki import {kind} pem {pki}/root.pem {pki}/hub-{kind}.pem {pki}/hub-{kind}.key\n"
    return text + "".join(nave_row(row) for row in rows)


# ---- strongSwan ----


def strongswan_row(row, pki):
    """One connection, as load-conn takes it."""
    own = {"auth": "psk" if row.ss == "psk" else "pubkey", "id": row.name}
    if row.ss != "psk":
        own["certs"] = [(pki / f"{row.id}.pem").read_bytes()]
    child = {"esp_proposals": [row.esp], "rekey_time": 0, "dpd_action": "clear"}
    conn = {"version": 2, "local_addrs": [outer(row)], "remote_addrs": [HUB], "proposals": [row.ike],
        "rekey_time": 0, "reauth_time": 0, "mobike": "no",
        "local": own, "remote": {"auth": "psk" if row.nave == "psk" else "pubkey", "id": HUB_NAME}}  # fmt: skip
    if row.begins == "ss":
        conn["vips"] = ["0.0.0.0"]
        child["remote_ts"] = ["10.10.0.0/24"]
    else:
        conn["pools"] = [row.id]
        child |= {"local_ts": [f"{inner(row)}/32"], "remote_ts": ["dynamic", "10.10.0.0/24"]}
    child |= row.settings("ss.child")
    conn |= {k: v for k, v in row.settings("ss").items() if k not in ("key", "ppk", "ca")}
    conn["children"] = {"net": child}
    return {row.id: conn}


async def load_strongswan(vici, rows, pki):
    await vici.call("load-cert", {"type": "X509", "flag": "CA", "data": (pki / "root.pem").read_bytes()})
    for kind in kinds(rows):
        await vici.call("load-key", {"type": "any", "data": (pki / f"spoke-{kind}.key").read_bytes()})
    for row in rows:
        secret = (row.values("ss.key") or [SECRET])[0]
        await vici.call("load-shared", {"id": row.id, "type": "ike", "data": secret, "owners": [row.name, HUB_NAME]})
        for ppk in row.values("ss.ppk"):
            owner = row.values("ss.ppk_id")[0]
            await vici.call("load-shared", {"id": f"{row.id}-ppk", "type": "ppk", "data": ppk, "owners": [owner]})
        if row.begins == "nave":
            await vici.call("load-pool", {row.id: {"addrs": f"10.61.0.{row.number}/32"}})
        await vici.call("load-conn", strongswan_row(row, pki))


# ---- keys and certificates ----


def kinds(rows):
    return sorted({a for r in rows for a in (r.nave, r.ss)} - {"psk"})


async def openssl(*words):
    process = await asyncio.create_subprocess_exec("openssl", *map(str, words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"openssl {words[0]}: {out.decode()}")


async def make_key(kind, path):
    if kind.startswith("rsa"):
        await openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{kind[3:]}", "-out", path)
    elif kind.startswith("ecdsa"):
        await openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:P-{kind[5:]}", "-out", path)
    else:
        await openssl("genpkey", "-algorithm", "ED25519", "-out", path)


async def make_ca(pki, name):
    await make_key("ecdsa256", pki / f"{name}.key")
    await openssl("req", "-x509", "-key", pki / f"{name}.key", "-subj", f"/O=Example/CN=Example {name} CA", "-days", "30", "-out",
        pki / f"{name}.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip


async def certify(pki, key, name, path, ca="root"):
    """A certificate of a CA for 'name' and the key in 'key'."""
    extension = path.with_suffix(".ext")
    extension.write_text(f"subjectAltName=DNS:{name}\n")
    request = path.with_suffix(".csr")
    await openssl("req", "-new", "-key", key, "-subj", f"/O=Example/CN={name}", "-out", request)
    await openssl("x509", "-req", "-in", request, "-CA", pki / f"{ca}.pem", "-CAkey", pki / f"{ca}.key", "-set_serial", str(hash(name) & 0xFFFFFFFF),
        "-days", "30", "-extfile", extension, "-out", path)  # fmt: skip


async def make_pki(rows, pki):
    pki.mkdir(exist_ok=True)
    await asyncio.gather(make_ca(pki, "root"), make_ca(pki, "other"))
    await asyncio.gather(*(make_key(kind, pki / f"{who}-{kind}.key") for kind in kinds(rows) for who in ("hub", "spoke")))
    await asyncio.gather(
        *(certify(pki, pki / f"hub-{kind}.key", HUB_NAME, pki / f"hub-{kind}.pem") for kind in kinds(rows)),
        *(certify(pki, pki / f"spoke-{r.ss}.key", r.name, pki / f"{r.id}.pem", *r.values("ss.ca")) for r in rows if r.ss != "psk"),
    )


async def prepare(rows, directory, vici):
    """Files for naved, everything into charon."""
    directory = pathlib.Path(directory)
    pki = directory / "pki"
    await make_pki(rows, pki)
    (directory / "hub1").mkdir(exist_ok=True)
    (directory / "hub1" / "config").write_text(nave(rows, pki))
    await load_strongswan(vici, rows, pki)
