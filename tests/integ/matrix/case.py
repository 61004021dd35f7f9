"""One case: the session comes up, packets flow, the event happens, both ends are compared."""
import asyncio

import config
import events
from flow import Flow
from vici import Failed
from world import Pair, Timeout

UP_S = 30
SETTLE_S = 15  # Nave keeps an old pair for 5 s
FIRST, AFTER = 10, 50  # answers before and after the event


class Wrong(Exception):
    """Not what the table expects."""


class Case:
    def __init__(self, world, row):
        self.world, self.row = world, row
        self.outer = config.outer(row)
        self.pair = None  # before the next event
        self.flows = []
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
        await self.nave(f"rekey crypto ikev2 sa remote {self.outer}")

    async def nave_rekey_child(self):
        await self.nave(f"rekey crypto ipsec sa remote {self.outer}")

    async def ss_begin(self):
        await self.ss("initiate", {"child": "net", "ike": self.row.id, "timeout": -1})

    async def count(self, name):
        """One of Nave's counters of IKEv2."""
        return next(c["value"] for c in (await self.nave("show crypto ikev2 stats"))["counters"] if c["name"] == name)

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
        for size in self.row.values("mtu"):
            await self.world.limit(self.outer, size)
        await self._begin()
        await self.agree("up", UP_S, lambda _: True)
        await self._flow()
        for event in self.row.events:
            await getattr(events, "ev_" + event.replace("-", "_"))(self)
        await getattr(self, "_" + self.row.expected)()

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
        lost = sum([await flow.end() for flow in self.flows])
        self.note = f"packets {' and '.join(map(str, self.flows))}"
        self.flows = []
        if lost:
            raise Wrong(f"{lost} packets lost: {self.note}")

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
            line for line in self.world.log(since).splitlines() if self.outer + ":" in line and text in line])  # fmt: skip
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
