"""Both ends' configuration for the rows of the table.

Nave is one router, which has a profile and a virtual template or a static tunnel for each row; strongSwan has a connection for
each, on an address of its own, for it chooses its IKE proposals by address.
"""
import pathlib

import keys
import suites

HUB, HUB_NAME, LAN_HOST = "198.51.100.1", "hub1.vpn.example.net", "10.10.0.10"
REDIRECTOR = "198.51.100.2"  # sends everyone to HUB
ANOTHER = "203.0.113.10"  # where strongSwan goes when it moves: the first address that it has
SECRET = "Lab-Example-Key-1"


def outer(row):
    """strongSwan's address for this case."""
    return f"203.0.113.{10 + row.number}"


def seen(row):
    """And as Nave sees it."""
    return f"192.0.2.{10 + row.number}" if "nat-rebinds" in row.events else outer(row)


def inner(row):
    """And the one behind it, where Nave begins."""
    return f"10.60.0.{row.number}"


# ---- Nave ----

HEAD = """\
hostname hub1
aaa new-model
aaa authorization network default local
aaa authentication login USERS local
crypto ikev2 keyring KR
 peer any
  address 0.0.0.0 0.0.0.0
  pre-shared-key {secret}
crypto ikev2 cookie-challenge 20
crypto ikev2 fragmentation mtu {mtu}
ip local pool P 10.77.0.1 10.77.1.250
interface Loopback0
 ip address 10.77.255.254 255.255.255.255
interface Ethernet0/0
 ip address 198.51.100.1 255.255.255.0
interface Ethernet0/1
 ip address 10.10.0.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 198.51.100.254
"""

POLICY = {
    "ss": " pool P\n route set interface\n route set remote 10.10.0.0 255.255.255.0\n",
    "nave": " route set interface\n",
}  # by who begins

PROFILE = """\
crypto ikev2 authorization policy {row.id}
{policy}crypto ikev2 profile {row.id}
 match identity remote fqdn {row.name}
 identity local fqdn {hub}
 authentication remote {remote}
 authentication local {local}
 keyring local {keyring}
 aaa authorization group {kind} list default {row.id}
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


REDIRECTION = """\
hostname hub2
crypto ikev2 redirect gateway init
crypto ikev2 redirect gateway target {hub}
interface Ethernet0/0
 ip address {here} 255.255.255.0
ip route 0.0.0.0 0.0.0.0 198.51.100.254
"""


def indented(lines, depth=1):
    return "".join(" " * depth + line + "\n" for line in lines)


def proves(auth, name):
    """What follows 'authentication local', when Nave is to prove itself so."""
    if auth in suites.EAP:
        return f"eap {auth} username {name} password {SECRET}" if suites.key(auth) is None else "eap tls"
    return suites.method(auth)


def nave_row(row):
    dials, eap = row.begins == "nave", row.ss in suites.EAP
    esp, group = suites.esp(row.esp)
    certificate = next((k for k in map(suites.key, (row.nave, row.ss)) if k), None)
    lines = row.values("nave")
    if eap:
        lines.append("aaa authentication eap USERS")
    if certificate:
        lines.append(f"pki trustpoint {certificate}")
    if not dials:
        lines.append(f"virtual-template {row.number}")
    ring = row.values("nave.key")
    text = f"username {row.name} password {SECRET}\n" if eap else ""
    if ring:
        text += KEYRING.format(row=row, outer=outer(row), secret=SECRET, lines=indented(ring, 2))
    text += PROFILE.format(row=row, hub=HUB_NAME, keyring=row.id if ring else "KR", esp=esp, local=proves(row.nave, row.name),
        remote="eap query-identity" if eap else suites.method(row.ss), kind="eap" if eap else "psk" if row.ss == "psk" else "cert",
        policy=POLICY[row.begins] + indented(row.values("nave.policy")), lines=indented(lines),
        esp_lines=indented(row.values("nave.ipsec") + ([f"set pfs group{group}"] if group else [])))  # fmt: skip
    return text + (TUNNEL if dials else TEMPLATE).format(row=row, outer=outer(row), inner=inner(row))


def nave(rows, pki, mtu):
    text = HEAD.format(secret=SECRET, mtu=mtu) + suites.PROPOSALS
    for kind in keys.kinds(rows):
        text += f"crypto pki trustpoint {kind}\n enrollment terminal\n revocation-check none\n"
        text += f"crypto pki import {kind} pem {pki}/root.pem {pki}/hub-{kind}.pem {pki}/hub-{kind}.key\n"
    return text + "".join(nave_row(row) for row in rows)


# ---- strongSwan ----


def settled(section, settings):
    """The settings, as lists where the section has lists."""
    return {k: v.split(",") if isinstance(section.get(k), list) else v for k, v in settings.items()}


def strongswan_row(row, pki):
    """One connection, as load-conn takes it."""
    own = {"auth": suites.strongswan(row.ss), "id": row.name}
    other = {"auth": suites.strongswan(row.nave), "id": HUB_NAME}
    if suites.key(row.ss):
        own["certs"] = [(pki / f"{row.id}.pem").read_bytes()]
    for side in (own, other):
        if side["auth"].startswith("eap-"):
            side["eap_id"] = row.name if side is own else "%any"
    child = {"esp_proposals": [row.esp], "rekey_time": 0, "dpd_action": "clear"}
    conn = {"version": 2, "local_addrs": [outer(row)], "remote_addrs": [HUB], "proposals": [row.ike],
        "rekey_time": 0, "reauth_time": 0, "mobike": "no", "local": own, "remote": other}  # fmt: skip
    if row.begins == "ss":
        conn["vips"] = ["0.0.0.0"]
        child["remote_ts"] = ["10.10.0.0/24"]
    else:
        conn["pools"] = [row.id]
        child |= {"local_ts": [f"{inner(row)}/32"], "remote_ts": ["dynamic", "10.10.0.0/24"]}
    child |= settled(child, row.settings("ss.child"))
    settings = {k: v for k, v in row.settings("ss").items() if k not in ("key", "ppk", "ca")}
    conn |= settled(conn, settings)
    conn["children"] = {"net": child}
    return {row.id: conn}


async def load_strongswan(vici, rows, pki):
    await vici.call("load-cert", {"type": "X509", "flag": "CA", "data": (pki / "root.pem").read_bytes()})
    for kind in keys.kinds(rows):
        await vici.call("load-key", {"type": "any", "data": (pki / f"spoke-{kind}.key").read_bytes()})
    for row in rows:
        secret = (row.values("ss.key") or [SECRET])[0]
        await vici.call("load-shared", {"id": row.id, "type": "ike", "data": secret, "owners": [row.name, HUB_NAME]})
        if {row.nave, row.ss} & set(suites.EAP):
            await vici.call("load-shared", {"id": f"{row.id}-eap", "type": "eap", "data": secret, "owners": [row.name]})
        for ppk in row.values("ss.ppk"):
            owner = row.values("ss.ppk_id")[0]
            await vici.call("load-shared", {"id": f"{row.id}-ppk", "type": "ppk", "data": ppk, "owners": [owner]})
        if row.begins == "nave":
            await vici.call("load-pool", {row.id: {"addrs": f"10.61.{row.number}.0/30"}})
        await vici.call("load-conn", strongswan_row(row, pki))


async def prepare(rows, directory, vici, mtu):
    """Files for both Naves, everything into charon."""
    directory = pathlib.Path(directory)
    pki = directory / "pki"
    await keys.make(rows, pki, HUB_NAME)
    for name, text in (("hub1", nave(rows, pki, mtu)), ("hub2", REDIRECTION.format(hub=HUB, here=REDIRECTOR))):
        (directory / name).mkdir(exist_ok=True)
        (directory / name / "config").write_text(text)
    await load_strongswan(vici, rows, pki)
