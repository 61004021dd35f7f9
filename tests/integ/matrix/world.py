"""The lab as the cases see it: both daemons' accounts of their SAs, taken together again and again, and the router between them."""
import asyncio
import collections
import contextlib
import json
import pathlib
import struct

import config
from vici import Vici

LOOK_S = 0.1


class Timeout(Exception):
    """A condition didn't come true; what it was."""


def counting(name, chain, what, address):
    """nft's words for a counter of each address that 'what' has in that field."""
    return (f"add set ip matrix {name} {{ type ipv4_addr ; flags dynamic ; size 1024 ; }}\n"
        f"add rule ip matrix {chain} {what} add @{name} {{ {address} counter }}\n")  # fmt: skip


class Nave:
    """naved's control socket."""

    def __init__(self, path):
        self.path, self.streams, self.lock = path, None, asyncio.Lock()

    async def call(self, command):
        async with self.lock:
            if self.streams is None:
                self.streams = await asyncio.open_unix_connection(self.path)
            reader, writer = self.streams
            body = json.dumps({"version": 1, "command": command}).encode()
            writer.write(struct.pack("!I", len(body)) + body)
            doc, more = {}, True
            while more:
                part = json.loads(await reader.readexactly(struct.unpack("!I", await reader.readexactly(4))[0]))
                if not part["ok"]:
                    raise RuntimeError(f"{command}: {part['error']}")
                for key, value in part["doc"].items():
                    doc[key] = doc[key] + value if isinstance(value, list) and key in doc else value
                more = part.get("more", False)
            return doc


class Look:
    """Both ends' SAs at about one instant, by the peer's name."""

    def __init__(self, sessions, sas, strongswan):
        self.sessions, self.sas, self.peers = (collections.defaultdict(list) for _ in range(3))
        for s in sessions:
            self.sessions[s["phase1_id"]].append(s)
        for s in sas:
            if s["status"] == "READY":
                self.sas[s["remote_id"]].append(s)
        for event in strongswan:
            for name, sa in event.items():
                if sa["state"] != "CONNECTING":  # whoever that may be
                    self.peers[name].append(sa)


class Pair:
    """What both ends agree on for one peer: one IKE SA, one pair of ESP SAs."""

    def __init__(self, ike, esp):
        self.ike, self.esp = ike, esp

    @staticmethod
    def of(look, name, connection):
        """None while they don't."""
        nave, peers = look.sas[name], [p for p in look.peers[connection] if p["state"] == "ESTABLISHED"]
        flows = [f for s in look.sessions[name] if s["status"].startswith("UP") for f in s["flows"]]
        if len(nave) != 1 or len(peers) != 1 or len(look.peers[connection]) != 1 or len(flows) != 1:
            return None
        children = [c for c in peers[0].get("child-sas", {}).values() if c["state"] == "INSTALLED"]
        ike = {int(nave[0]["spi_local"], 16), int(nave[0]["spi_remote"], 16)}
        if len(children) != 1 or ike != {int(peers[0]["initiator-spi"], 16), int(peers[0]["responder-spi"], 16)}:
            return None
        esp = (int(flows[0]["spi_in"], 16), int(flows[0]["spi_out"], 16))
        if esp != (int(children[0]["spi-out"], 16), int(children[0]["spi-in"], 16)):
            return None
        return Pair(ike, esp)


class Stop:
    """What World.stopped drops of an address, by way: "to" and "from" it."""

    def __init__(self, router, address, what):
        self.router = router
        self.what = what
        self.chains = {way: f"x{address.replace('.', '-')}-{way}" for way in ("to", "from")}

    async def count(self, way):
        """How many packets that way since it was closed, or opened again."""
        out = await self.router(f"list chain ip matrix {self.chains[way]}\n")
        return int(out.split("packets ")[1].split()[0])

    async def open(self, way):
        chain = self.chains[way]
        await self.router(f"flush chain ip matrix {chain}\nadd rule ip matrix {chain} {self.what} counter\n")


class World:
    def __init__(self, lab, directory, mtu):
        self.lab, self.directory, self.mtu = lab, pathlib.Path(directory), int(mtu)
        self.nave = Nave(str(self.directory / "hub1" / "control.sock"))
        self.strongswan = Vici(str(self.directory / "ss1" / "vici"))
        self.look = None
        self.looked = asyncio.Condition()

    async def watch(self):
        """Looks for ever."""
        while True:
            sessions = await self.nave.call("show crypto session detail")
            sas = await self.nave.call("show crypto ikev2 sa detailed")
            peers = await self.strongswan.call("list-sas", event="list-sa")
            async with self.looked:
                self.look = Look(sessions["sessions"], sas["sas"], peers)
                self.looked.notify_all()
            await asyncio.sleep(LOOK_S)

    async def until(self, what, seconds, condition):
        """What 'condition' of a new look gives, once that is true; Timeout with 'what' otherwise."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            async with self.looked:
                await self.looked.wait()
                got = condition(self.look)
            if got:
                return got
            if asyncio.get_running_loop().time() > end:
                raise Timeout(f"{what}: not in {seconds} s")

    def log(self, since=0):
        """naved's log from an octet on."""
        with open(self.directory / "hub1-naved.log", encoding="utf-8", errors="replace") as f:
            f.seek(since)
            return f.read()

    async def ip(self, namespace, *words):
        """iproute2 in one of the lab's namespaces."""
        process = await asyncio.create_subprocess_exec("ip", "-n", f"{self.lab}-{namespace}", *words, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)  # fmt: skip
        out, _ = await process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"ip {' '.join(words)}: {out.decode()}")

    # ---- the router between the two ----

    async def router(self, rules):
        return await self.nft("inet", "-f", "-", rules=rules)

    async def nft(self, namespace, *words, rules=""):
        """What it prints."""
        process = await asyncio.create_subprocess_exec("ip", "netns", "exec", f"{self.lab}-{namespace}", "nft", *words,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)  # fmt: skip
        out, _ = await process.communicate(rules.encode())
        if process.returncode != 0:
            raise RuntimeError(f"nft: {out.decode()}")
        return out.decode()

    async def prepare_router(self):
        await self.router("add table ip matrix\nadd map ip matrix to { type ipv4_addr : verdict ; }\n"
            "add map ip matrix from { type ipv4_addr : verdict ; }\n"
            "add chain ip matrix forward { type filter hook forward priority 0 ; }\n"
            "add rule ip matrix forward ip daddr vmap @to\nadd rule ip matrix forward ip saddr vmap @from\n"
            "add chain ip matrix out { type filter hook postrouting priority 0 ; }\n"
            "add chain ip matrix in { type filter hook prerouting priority -300 ; }\n"
            "add map ip matrix natted { type ipv4_addr : verdict ; }\nadd map ip matrix returning { type ipv4_addr : verdict ; }\n"
            "add rule ip matrix out ip saddr vmap @natted\nadd rule ip matrix in ip daddr vmap @returning\n"
            + counting("to-nave", "forward", f"ip daddr {config.HUB} udp dport 4500 @th,64,32 != 0", "ip saddr")
            + counting("from-nave", "forward", f"ip saddr {config.HUB} udp sport 4500 @th,64,32 != 0", "ip daddr"))
        await self.nft("hub1-lan", "-f", "-", rules="add table ip matrix\n"
            "add chain ip matrix in { type filter hook prerouting priority 0 ; }\n"
            "add chain ip matrix out { type filter hook postrouting priority 0 ; }\n"
            + counting("from-nave", "in", "ip protocol icmp", "ip saddr") + counting("to-nave", "out", "ip protocol icmp", "ip daddr"))

    async def passed(self, outer, inner):
        """Packets of this peer so far on both sides of Nave: (ESP in, packets out to the LAN), (packets in from there, ESP out)."""

        async def count(namespace, name, address):
            listed = json.loads(await self.nft(namespace, "-j", "list", "set", "ip", "matrix", name))
            elements = next(o["set"] for o in listed["nftables"] if "set" in o).get("elem", [])
            return next((e["elem"]["counter"]["packets"] for e in elements if e["elem"]["val"] == address), 0)

        return ((await count("inet", "to-nave", outer), await count("hub1-lan", "from-nave", inner)),
            (await count("hub1-lan", "to-nave", inner), await count("inet", "from-nave", outer)))  # fmt: skip

    async def limit(self, address, size):
        """Larger IKE messages from or to 'address' are lost from now on."""
        await self.router("".join(f"add rule ip matrix forward ip {way} {address} udp dport 4500 @th,64,32 0 meta length > {size} drop\n"
            for way in ("saddr", "daddr")))  # fmt: skip

    async def translate(self, inside, outside, port):
        """A NAT without state: 'inside' shows as 'outside', its port 4500 as 'port' from now on, nothing comes by an older one.  ESP in UDP
        has no checksum that could be mended."""
        chains = [f"nat-{inside.replace('.', '-')}-{way}" for way in ("out", "in")]
        await self.router("".join(f"add chain ip matrix {c}\nflush chain ip matrix {c}\n" for c in chains) +
            f"add rule ip matrix {chains[0]} udp sport 4500 ip saddr set {outside} udp sport set {port} udp checksum set 0\n"
            f"add rule ip matrix {chains[0]} udp sport 500 ip saddr set {outside} udp checksum set 0\n"
            f"add rule ip matrix {chains[1]} udp dport {port} ip daddr set {inside} udp dport set 4500 udp checksum set 0\n"
            f"add rule ip matrix {chains[1]} udp dport 500 ip daddr set {inside} udp checksum set 0\n"
            f"add element ip matrix natted {{ {inside} : jump {chains[0]} }}\nadd element ip matrix returning {{ {outside} : jump {chains[1]} }}\n")  # fmt: skip

    @contextlib.asynccontextmanager
    async def stopped(self, address, what="udp dport 4500 @th,64,32 0"):
        """Nothing of 'what' (IKE unless told) passes from or to 'address' within; gives a Stop."""
        stop = Stop(self.router, address, what)
        await self.router("".join(f"add chain ip matrix {c}\nadd rule ip matrix {c} {what} counter drop\n"
            f"add element ip matrix {way} {{ {address} : jump {c} }}\n" for way, c in stop.chains.items()))  # fmt: skip
        try:
            yield stop
        finally:
            await self.router("".join(f"delete element ip matrix {way} {{ {address} }}\n"
                f"flush chain ip matrix {c}\ndelete chain ip matrix {c}\n" for way, c in stop.chains.items()))  # fmt: skip
