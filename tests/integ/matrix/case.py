"""One case: the session comes up, packets flow, the event happens, both ends are compared."""
import asyncio
import contextlib

import config
import events
from flow import Flow
from vici import Failed
from world import Pair, Timeout

UP_S = 30
SETTLE_S = 15  # Nave keeps an old pair for 5 s
FIRST, AFTER = 10, 50  # answers before and after the event
EARLY = 3  # packets for a pair that Nave hasn't read about yet
NAT_PORT = 41000  # where a NAT puts strongSwan's at first


class Wrong(Exception):
    """Not what the table expects."""


class Case:
    def __init__(self, world, row):
        self.world, self.row = world, row
        self.outer, self.seen = config.outer(row), config.seen(row)  # strongSwan's address, and as Nave sees it
        self.pair = None  # before the next event
        self.flows = []
        self.early = False  # whether there may be some
        self.before = None  # what Nave had passed on when the flows began
        self.note = ""

    # ---- for events ----

    async def until(self, what, seconds, condition):
        return await self.world.until(what, seconds, condition)

    async def agree(self, what, seconds, condition):
        """Both ends agree on SAs of which 'condition' holds; those are the pair from now on."""

        def look(at):
            pair = Pair.of(at, self.row.name, self.row.id)
            return pair if pair is not None and condition(pair) else None

        self.pair = await self.until(what, seconds, look)

    async def ss(self, command, message):
        return await self.world.strongswan.call(command, message)

    async def nave(self, command):
        return await self.world.nave.call(command)

    async def ss_rekey_ike(self):
        await self.ss("rekey", {"ike": self.row.id})

    async def ss_rekey_child(self):
        await self.ss("rekey", {"child": "net", "ike": self.row.id})

    async def nave_rekey_ike(self):
        await self.nave(f"rekey crypto ikev2 sa remote {self.seen}")

    async def nave_rekey_child(self):
        await self.nave(f"rekey crypto ipsec sa remote {self.seen}")

    async def ss_reauth(self):
        await self.ss("rekey", {"ike": self.row.id, "reauth": "yes"})

    async def ss_begin(self):
        await self.ss("initiate", {"child": "net", "ike": self.row.id, "timeout": -1})

    async def count(self, name):
        """One of Nave's counters of IKEv2."""
        return next(c["value"] for c in (await self.nave("show crypto ikev2 stats"))["counters"] if c["name"] == name)

    @contextlib.contextmanager
    def without_path(self):
        """What is sent within, and what is on its way when it begins, may be lost."""
        for flow in self.flows:
            flow.lose_path()
        yield
        for flow in self.flows:
            flow.has_path()

    # ---- its course ----

    async def run(self):
        """What is to be told of it; an exception if it went wrong."""
        try:
            await self._run()
        finally:
            for flow in self.flows:
                await flow.end()
        return self.note

    async def _run(self):
        if self.row.expected.startswith("refused:"):
            await self._refused(self.row.expected.partition(":")[2])
            return
        await self._router()
        await self._begin()
        await self.agree("up", UP_S, lambda _: True)
        await self._flow()
        for event in self.row.events:
            await getattr(events, "ev_" + event.replace("-", "_"))(self)
        await getattr(self, "_" + self.row.expected)()

    async def _router(self):
        """What the router between the two has for it."""
        for more in self.row.values("mtu"):
            await self.world.limit(self.outer, self.world.mtu + int(more))
        if self.seen != self.outer:
            await self.world.translate(self.outer, self.seen, NAT_PORT)

    async def _begin(self):
        """Nave has begun by itself."""
        if self.row.begins == "ss":
            await self.ss_begin()

    def _address(self):
        """strongSwan's end of the packets: its virtual address, or what is behind it."""
        if self.row.begins == "nave":
            return config.inner(self.row)
        return self.world.look.peers[self.row.id][0]["local-vips"][0]

    async def _flow(self):
        there, lab = self._address(), self.world.lab
        self.before = await self.world.passed(self.outer, there)
        self.flows = [Flow(f"{lab}-ss1", there, config.LAN_HOST), Flow(f"{lab}-hub1-lan", config.LAN_HOST, there)]
        for flow in self.flows:
            flow.begin()
        await self._answered(FIRST)

    async def _answered(self, count):
        for flow in self.flows:
            if not await flow.until_answered(count, 5):
                raise Wrong(f"packets aren't answered: {', '.join(map(str, self.flows))}{': ' + flow.refused if flow.refused else ''}")

    async def _flows(self):
        await self._answered(AFTER)
        await self.agree("both ends agree on one pair", SETTLE_S, lambda _: True)
        lost = sorted([at for flow in self.flows for at in await flow.end()])
        self.note = f"packets {' and '.join(map(str, self.flows))}"
        self.flows = []
        if lost:
            await self._judge(lost)

    async def _judge(self, lost):
        """Who lost them: what came to Nave on one side has left it on the other, or not."""
        after = await self.world.passed(self.outer, self._address())
        ways = [tuple(b - a for a, b in zip(*pairs)) for pairs in zip(self.before, after)]
        told = f"{len(lost)} lost, sent at {', '.join(lost)}; Nave: ESP in, packets out {ways[0]}, packets in, ESP out {ways[1]}"
        unread, unsent = (came - left for came, left in ways)
        if unsent != 0 or not 0 <= unread <= (EARLY if self.early else 0):
            raise Wrong(f"{self.note}: {told}")
        self.note += f", {told}: {unread} of them early, the others lost in strongSwan"

    async def _gone(self):
        name, connection = self.row.name, self.row.id
        await self.until("nothing left", SETTLE_S, lambda look: not (look.sessions[name] or look.sas[name] or look.peers[connection]))

    async def _returns(self):
        was = self.pair
        await self.agree("another session", UP_S, lambda now: not now.ike & was.ike)
        for flow in self.flows:
            await flow.end()
        await self._flow()

    async def _refused(self, text):
        since = len(self.world.log()) if self.row.begins == "ss" else 0
        await self._begin()
        lines = await self.until(f"'{text}' in Nave's log", UP_S, lambda _: [
            line for line in self.world.log(since).splitlines() if self.seen + ":" in line and text in line])  # fmt: skip
        self.note = lines[0].strip()
        if self.world.look.sas[self.row.name]:
            raise Wrong("Nave has an SA")


async def judged(case, seconds):
    """(whether it passed, what is to be told)."""
    try:
        return True, await asyncio.wait_for(case.run(), seconds)
    except asyncio.TimeoutError:
        return False, f"not done in {seconds} s"
    except (Wrong, Timeout, Failed, RuntimeError, OSError) as e:
        return False, f"{type(e).__name__}: {e}"
